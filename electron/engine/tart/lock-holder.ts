import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The title that a lock helper gives itself, so that other processes can tell it from a running VM. */
export const LOCK_HELPER_TITLE = 'tartan-lock-helper';

/**
 * Processes that hold the lock to read a VM: our helper (in Electron its title may not take, but its kind of process never
 * runs a VM) and Tart's own push.
 */
const READERS = /tartan-lock-helper|lock-helper\.cjs|node\.mojom\.NodeService|\btart push\b/;

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  return (await run('/bin/ps', ['-o', 'args=', '-p', String(pid)], { timeout: 5000 })).stdout;
}

/** What a VM's lock is held for. Whoever cannot be looked at counts as running the VM, as for Tart. */
export async function purposeOfHolder(pid: number): Promise<'run' | 'read'> {
  if (pid <= 0) return 'run';
  try {
    return READERS.test(await commandLine(pid)) ? 'read' : 'run';
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return 'run';
  }
}
