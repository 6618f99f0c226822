import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { volumeId } from '../native/volume-id.ts';
import type { Clock } from '../ports.ts';

/** What tells that a file is the same and unchanged. Times in ns since the epoch, as decimal texts. */
export interface DiskIdentity {
  readonly volume: string;
  readonly inode: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** Reads the identity of an open file. */
export async function readDiskIdentity(file: FileHandle): Promise<DiskIdentity> {
  const stat = await file.stat({ bigint: true });
  return {
    volume: await volumeId(stat.dev),
    inode: String(stat.ino),
    size: Number(stat.size),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
  };
}

/** Whether two looks saw the same file, unchanged. */
export function sameIdentity(left: DiskIdentity, right: DiskIdentity): boolean {
  return (
    left.volume === right.volume &&
    left.inode === right.inode &&
    left.size === right.size &&
    left.mtimeNs === right.mtimeNs &&
    left.ctimeNs === right.ctimeNs
  );
}

/** Stamps are this coarse on file systems with and without fractions (kernel tick; FAT and HFS+). */
const GRAIN_MS = 20;
const WHOLE_SECONDS_GRAIN_MS = 2000;

/**
 * The racily-clean rule: a write through a mapping can leave the stamps as they were. So: fsync, wait until the last
 * change is older than the clock's grain, and look. A second look after reading (again behind an fsync) must be equal,
 * else the digests read in between say nothing about this identity.
 *
 * @throws AppError `vm.gone`, `file.unreadable`
 */
export async function settledIdentity(path: string, clock: Clock, signal: AbortSignal): Promise<DiskIdentity> {
  const file = await openForLook(path);
  try {
    await syncQuietly(file);
    const identity = await readDiskIdentity(file);
    const changedNs = BigInt(identity.ctimeNs);
    const grain = changedNs % 1_000_000_000n === 0n ? WHOLE_SECONDS_GRAIN_MS : GRAIN_MS;
    const age = clock.now() - Number(changedNs / 1_000_000n);
    if (age >= 0 && age < grain) await clock.sleep(grain - age, signal);
    return await readDiskIdentity(file);
  } finally {
    await file.close();
  }
}

async function openForLook(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError(reason === 'ENOENT' ? 'vm.gone' : 'file.unreadable', { path, reason }, { cause });
  }
}

async function syncQuietly(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } catch {
    // A read-only volume refuses fsync, and nobody can write there either.
  }
}
