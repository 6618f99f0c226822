import { libc } from './libc.ts';

const EXCLUSIVE = 2;
const NO_WAIT = 4;
/** EAGAIN on Linux and on macOS: somebody holds the lock. */
const HELD: readonly number[] = [11, 35];

/**
 * Tries the `flock` lock of an open file. It belongs to the opening, not to the process: two openings in one process
 * exclude each other, closing another descriptor of the file does not drop it, and it goes with the process. It knows
 * nothing of POSIX locks (`fcntl`), which Tart uses.
 *
 * @returns `unsupported` = libc cannot be called, or the file system keeps no locks
 */
export function tryFileLock(descriptor: number): 'locked' | 'busy' | 'unsupported' {
  const functions = libc();
  if (functions === null) return 'unsupported';
  const { result, errno } = functions.flock(descriptor, EXCLUSIVE | NO_WAIT);
  if (result !== -1) return 'locked';
  return HELD.includes(errno) ? 'busy' : 'unsupported';
}
