import { closeSync, openSync, readFileSync } from 'node:fs';
import { lockHolder, tryLockWholeFile } from '../native/fcntl-lock.ts';
import { type FromLockHelper, toLockHelperSchema } from './lock-protocol.ts';

/**
 * A throw-away process that holds Tart's lock on one VM. `tart stop` signals the holder of the lock, so it must be a
 * process whose end harms nobody; the engine takes its end as "somebody wants the VM". It opens config.json once and
 * never again, because closing any descriptor of a file drops the process's POSIX locks on it.
 */

/** Electron's utility process talks over `parentPort`, a forked Node over `process.send`. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

function parentPort(): ParentPort | null {
  // Only Electron's utility process has this member; Node's types do not know it.
  return (process as unknown as { parentPort?: ParentPort }).parentPort ?? null;
}

function tell(message: FromLockHelper): void {
  const port = parentPort();
  if (port !== null) port.postMessage(message);
  else process.send?.(message);
}

let descriptor: number | null = null;

function lock(config: string): void {
  try {
    descriptor = openSync(config, 'r+');
    const outcome = tryLockWholeFile(descriptor);
    if (outcome === 'busy') {
      const pid = lockHolder(descriptor) ?? 0;
      closeSync(descriptor);
      descriptor = null;
      tell({ type: 'busy', pid });
      return;
    }
    tell({ type: outcome, config: readFileSync(descriptor, 'utf8') });
  } catch (thrown) {
    tell({ type: 'failed', reason: thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown' });
  }
}

function receive(message: unknown): void {
  const parsed = toLockHelperSchema.safeParse(message);
  if (!parsed.success) return;
  if (parsed.data.type === 'lock') lock(parsed.data.config);
  else process.exit(0);
}

// SIGUSR1 would start Node's debugger; `tart suspend` sends it. All of them mean: somebody wants the VM.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(3));
}
const port = parentPort();
if (port !== null) {
  port.on('message', ({ data }) => receive(data));
} else {
  process.on('message', receive);
  // The engine is gone: so is the reason for the lock.
  process.on('disconnect', () => process.exit(0));
}
