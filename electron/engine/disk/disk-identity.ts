import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type FileState, fileStateOf, sameState } from '../file-state.ts';
import { volumeId } from '../native/volume-id.ts';
import type { Clock } from '../ports.ts';

/** What tells that a file is the same and unchanged. Times in ns since the epoch, as decimal texts. */
export interface DiskIdentity extends FileState {
  readonly volume: string;
}

/** Reads the identity of an open file. */
export async function readDiskIdentity(file: FileHandle): Promise<DiskIdentity> {
  const stat = await file.stat({ bigint: true });
  return { volume: await volumeId(file.fd, stat.dev), ...fileStateOf(stat) };
}

/** Looks at a file as it is, without writing it out; null where it cannot be looked at. */
export async function lookAtIdentity(path: string): Promise<DiskIdentity | null> {
  try {
    const file = await openForLook(path);
    try {
      return await readDiskIdentity(file);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

/** Whether two looks saw the same file, unchanged. */
export function sameIdentity(left: DiskIdentity, right: DiskIdentity): boolean {
  return left.volume === right.volume && sameState(left, right);
}

/** Stamps are this coarse on file systems with and without fractions (kernel tick; FAT and HFS+). */
const GRAIN_MS = 20;
const WHOLE_SECONDS_GRAIN_MS = 2000;

/** How long to wait until a further change of the file must get another stamp. ms. */
function waitFor(identity: DiskIdentity, nowMs: number): number {
  const changedNs = BigInt(identity.ctimeNs);
  const grain = changedNs % 1_000_000_000n === 0n ? WHOLE_SECONDS_GRAIN_MS : GRAIN_MS;
  const age = nowMs - Number(changedNs / 1_000_000n);
  // A stamp of the future is another machine's clock: after one whole grain that clock has moved on as well.
  return age < 0 ? grain : Math.max(0, grain - age);
}

/** Looks at a file that changes under them: then somebody is writing to it. */
const MOST_LOOKS = 10;

/**
 * The racily-clean rule: a write through a mapping can leave the stamps as they were, until the page was written out. So: look,
 * wait until the last change is older than the clock's grain, fsync, and look again, until both looks are equal. Whatever
 * is written behind the fsync gets another stamp then; what was written while we waited has one already, but its page may
 * still be written to without a new one. A second look after reading must be equal, else the digests read in between say
 * nothing about this identity.
 *
 * @throws AppError `vm.gone`, `file.unreadable`, `vm.diskChanged` (it does not come to rest); the signal's reason when it aborts
 */
export async function settledIdentity(path: string, clock: Clock, signal: AbortSignal): Promise<DiskIdentity> {
  signal.throwIfAborted();
  const file = await openForLook(path);
  try {
    let before = await readDiskIdentity(file);
    for (let look = 1; look <= MOST_LOOKS; look += 1) {
      const wait = waitFor(before, clock.now());
      if (wait > 0) await clock.sleep(wait, signal);
      await syncOut(file, path);
      const after = await readDiskIdentity(file);
      if (sameIdentity(before, after)) return after;
      before = after;
    }
    // A VM's name is that of its folder.
    throw new AppError('vm.diskChanged', { name: basename(dirname(path)), path });
  } finally {
    await file.close();
  }
}

/**
 * Writes out what the system still holds of a file, so that the fsync under the lock is short.
 *
 * @throws AppError `vm.gone`, `file.unreadable`
 */
export async function syncFile(path: string): Promise<void> {
  const file = await openForLook(path);
  try {
    await syncOut(file, path);
  } finally {
    await file.close();
  }
}

async function openForLook(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK (which Windows does not have) a named pipe in the place of the file would hang us.
    file = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError(reason === 'ENOENT' ? 'vm.gone' : 'file.unreadable', { path, reason }, { cause });
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new AppError('file.unreadable', { path, reason: 'notFile' });
}

/** What fsync answers on a read-only volume, and on Windows for a file that is open for reading: nobody writes there through us. */
const NOTHING_TO_SYNC: readonly string[] = ['EROFS', 'EINVAL', 'ENOTSUP', 'EPERM'];

/** Any other failure means that what was written may be lost: then the disk is not what a digest would say. */
async function syncOut(file: FileHandle, path: string): Promise<void> {
  try {
    await file.sync();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (!NOTHING_TO_SYNC.includes(reason)) throw new AppError('file.unreadable', { path, reason }, { cause });
  }
}
