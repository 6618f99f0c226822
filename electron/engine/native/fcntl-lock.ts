import { libc } from './libc.ts';

/** Constants and layout of `struct flock` per platform. */
interface FlockAbi {
  readonly bytes: number;
  readonly typeAt: number;
  readonly whenceAt: number;
  readonly pidAt: number;
  readonly readLock: number;
  readonly writeLock: number;
  readonly unlocked: number;
  readonly getLock: number;
  readonly setLock: number;
}

const ABI: Partial<Record<NodeJS.Platform, FlockAbi>> = {
  // short type, short whence, 4 bytes of padding, i64 start, i64 length, i32 pid
  linux: {
    bytes: 32,
    typeAt: 0,
    whenceAt: 2,
    pidAt: 24,
    readLock: 0,
    writeLock: 1,
    unlocked: 2,
    getLock: 5,
    setLock: 6,
  },
  // i64 start, i64 length, i32 pid, short type, short whence
  darwin: {
    bytes: 24,
    typeAt: 20,
    whenceAt: 22,
    pidAt: 16,
    readLock: 1,
    writeLock: 3,
    unlocked: 2,
    getLock: 7,
    setLock: 8,
  },
};

function wholeFile(abi: FlockAbi, type: number): Buffer {
  const lock = Buffer.alloc(abi.bytes);
  // Start 0 and length 0 from SEEK_SET is the whole file.
  lock.writeInt16LE(type, abi.typeAt);
  lock.writeInt16LE(0, abi.whenceAt);
  return lock;
}

/** EACCES, EAGAIN on Linux, EAGAIN on macOS: another process holds a lock (POSIX allows either). */
const HELD_ELSEWHERE: readonly number[] = [13, 11, 35];

/**
 * Tries the POSIX write lock over a whole file (opened for writing). It belongs to the process and is lost when the
 * process closes any descriptor of that file.
 *
 * @returns `busy` = another process holds a lock; `unsupported` = libc cannot be called, or the file system keeps no locks
 */
export function tryLockWholeFile(descriptor: number): 'locked' | 'busy' | 'unsupported' {
  const abi = ABI[process.platform];
  const functions = libc();
  if (abi === undefined || functions === null) return 'unsupported';
  const { result, errno } = functions.fcntl(descriptor, abi.setLock, wholeFile(abi, abi.writeLock));
  if (result !== -1) return 'locked';
  return HELD_ELSEWHERE.includes(errno) ? 'busy' : 'unsupported';
}

/**
 * The process that holds a write lock on a file, 0 for none; null where that cannot be asked. −1 (macOS) is a holder by
 * `flock`, which has no process. The caller's own locks do not count.
 */
export function lockHolder(descriptor: number): number | null {
  const abi = ABI[process.platform];
  const functions = libc();
  if (abi === undefined || functions === null) return null;
  const lock = wholeFile(abi, abi.readLock);
  if (functions.fcntl(descriptor, abi.getLock, lock).result === -1) return null;
  return lock.readInt16LE(abi.typeAt) === abi.unlocked ? 0 : lock.readInt32LE(abi.pidAt);
}
