import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { lockHolder, tryLockWholeFile } from '../native/fcntl-lock.ts';
import { libc } from '../native/libc.ts';
import { LOCK_HELPER_TITLE } from './lock-holder.ts';
import { type FromLockHelper, type ToLockHelper, WANTED_STATUS } from './lock-protocol.ts';
import { lockWithPerl } from './perl-lock.ts';
import { CONFIG_LIMIT } from './vm-folder.ts';

/**
 * A throw-away process that holds Tart's lock on one VM. `tart stop` signals the holder of the lock, so it must be a
 * process whose end harms nobody; the engine takes its end as "somebody wants the VM". It opens config.json once and
 * never again, because closing any descriptor of a file drops the process's POSIX locks on it. It knows no library but
 * libc's binding: it has to be there in a moment and be small.
 */

/** Electron's utility process talks over `parentPort`, a forked Node over `process.send`. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
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

/** Reads the locked file from its start; throws what becomes the `failed` answer. */
function readLocked(descriptor: number): string {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) throw Object.assign(new Error(), { code: 'notFile' });
  if (stat.size > CONFIG_LIMIT) throw Object.assign(new Error(), { code: 'tooLarge' });
  const bytes = Buffer.alloc(stat.size);
  return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, 0));
}

async function lock(config: string): Promise<void> {
  const descriptor = openSync(config, constants.O_RDWR | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
  const outcome = tryLockWholeFile(descriptor);
  switch (outcome) {
    case 'locked':
      // Stays open: its end is the end of the lock.
      tell({ type: 'locked', config: readLocked(descriptor) });
      return;
    case 'busy':
      tell({ type: 'busy', pid: lockHolder(descriptor) ?? 0 });
      closeSync(descriptor);
      return;
    case 'unsupported': {
      const text = readLocked(descriptor);
      closeSync(descriptor);
      await lockThroughPerl(config, text);
    }
  }
}

/** The lock is perl's then, and so are the signals; its end is ours. */
async function lockThroughPerl(config: string, unlockedText: string): Promise<void> {
  const held = await lockWithPerl(config);
  switch (held.outcome) {
    case 'locked':
      process.once('exit', () => held.release());
      tell({ type: 'locked', config: held.config });
      await held.ended;
      process.exit(WANTED_STATUS);
      break;
    case 'busy':
      tell({ type: 'busy', pid: held.pid });
      break;
    case 'missing':
      tell({ type: 'unsupported', config: unlockedText });
  }
}

function isMessage(message: unknown): message is ToLockHelper {
  return typeof message === 'object' && message !== null && 'type' in message;
}

function receive(message: unknown): void {
  if (!isMessage(message)) return;
  if (message.type === 'release') process.exit(0);
  lock(message.config).catch((thrown: unknown) => {
    tell({ type: 'failed', reason: thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown' });
  });
}

process.title = LOCK_HELPER_TITLE;
// Loaded while nobody waits for it yet.
libc();
// SIGUSR1 would start Node's debugger; `tart suspend` sends it. All of them mean: somebody wants the VM.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(WANTED_STATUS));
}
const port = parentPort();
// When the engine is gone, so is the reason for the lock.
if (port === null) {
  process.on('message', receive);
  process.on('disconnect', () => process.exit(0));
} else {
  port.on('message', ({ data }) => receive(data));
  port.on('close', () => process.exit(0));
}
