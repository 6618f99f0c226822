import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { VmState } from '../../../shared/models/vm.ts';
import { lockHolder } from '../native/fcntl-lock.ts';
import { purposeOfHolder } from './lock-holder.ts';
import { statOrNull, type VmFiles } from './vm-folder.ts';

/** The process that holds the lock on a config.json, 0 for none. One that cannot be opened for writing has none: Tart's rule. */
async function holderOf(config: string): Promise<number> {
  try {
    const file = await open(config, constants.O_RDWR | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
    try {
      return lockHolder(file.fd) ?? 0;
    } finally {
      await file.close();
    }
  } catch {
    return 0;
  }
}

/**
 * The state of a VM, as Tart tells it: running while somebody holds the lock on config.json, suspended while a saved
 * state is there. A push that holds the lock to read the disk (ours or Tart's) does not count as running.
 *
 * This opens and closes config.json: it must never run in a process that holds that lock.
 */
export async function vmStateOf(files: VmFiles): Promise<VmState> {
  const holder = await holderOf(files.config);
  if (holder !== 0 && (await purposeOfHolder(holder)) === 'run') return 'running';
  return (await statOrNull(files.savedState)) === null ? 'stopped' : 'suspended';
}
