import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, mkdir, mkdtemp, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { readDiskIdentity } from './disk-identity.ts';
import { unchangedParts } from './extents.ts';

const TEST_BYTES = 8 * 1024 * 1024;
const PREFIX = 'extents-test-';
/** What a test that was killed left is taken away by a later one. */
const LEFT_BEHIND_MS = 3600 * 1000;

/** The blocks of the test, and which of them the maps call changed. */
async function changedBlocks(clone: FileHandle, base: FileHandle, block: number): Promise<number[]> {
  const parts = Array.from({ length: TEST_BYTES / block }, (_, index) => ({
    index,
    offset: index * block,
    length: block,
  }));
  const unchanged = new Set((await unchangedParts(clone, base, parts)).map(({ index }) => index));
  return parts.flatMap(({ index }) => (unchanged.has(index) ? [] : [index]));
}

async function overwrite(file: FileHandle, block: number, index: number): Promise<void> {
  await file.write(Buffer.alloc(block, 0x5a), 0, block, index * block);
  await file.sync();
}

/** What the maps must say after each step, and whether they do. */
async function runSteps(folder: string, volume: string, block: number): Promise<boolean | null> {
  const [basePath, clonePath] = [join(folder, 'base'), join(folder, 'clone')];
  const base = await open(basePath, 'wx+', 0o600);
  try {
    if ((await readDiskIdentity(base)).volume !== volume) return null;
    // Random: no file system stores it in less.
    await base.write(randomBytes(TEST_BYTES), 0, TEST_BYTES, 0);
    await base.sync();
    await copyFile(basePath, clonePath, constants.COPYFILE_FICLONE_FORCE);
    const clone = await open(clonePath, 'r+');
    try {
      const said: number[][] = [await changedBlocks(clone, base, block)];
      const count = TEST_BYTES / block;
      const middle = count / 2;
      await overwrite(clone, block, middle);
      said.push(await changedBlocks(clone, base, block));
      // Shorter by a quarter and half a block, and as long as before: zeros, and a block that is the base's in its first half.
      const cutAt = count - count / 4;
      await clone.truncate(cutAt * block - block / 2);
      await clone.truncate(TEST_BYTES);
      await clone.sync();
      said.push(await changedBlocks(clone, base, block));
      await overwrite(base, block, 1);
      said.push(await changedBlocks(clone, base, block));
      const behind = Array.from({ length: count - cutAt + 1 }, (_, index) => cutAt - 1 + index);
      const expected = [[], [middle], [middle, ...behind], [1, middle, ...behind]];
      return JSON.stringify(said) === JSON.stringify(expected);
    } finally {
      await clone.close();
    }
  } finally {
    await base.close();
  }
}

async function clearLeftovers(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < nowMs - LEFT_BEHIND_MS) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Tries on a volume whether maps of blocks tell what changed: clones 8 MiB, overwrites one block in the middle and expects
 * just that block to differ, cuts the clone and lets it grow again, and overwrites a block of the base. Takes its files
 * away.
 *
 * @param folder on the volume; made where it is not there
 * @param volume its name, by the identity of a disk there
 * @param nowMs ms since the epoch
 * @returns null = it could not be tried: not to be written to, full, no shared blocks, or the folder lies elsewhere
 */
export async function extentsTellChanges(folder: string, volume: string, nowMs: number): Promise<boolean | null> {
  let own: string | null = null;
  try {
    await mkdir(folder, { recursive: true });
    await clearLeftovers(folder, nowMs);
    own = await mkdtemp(join(folder, PREFIX));
    const { bsize } = await statfs(own);
    return TEST_BYTES % (bsize * 4) === 0 ? await runSteps(own, volume, bsize) : null;
  } catch {
    return null;
  } finally {
    if (own !== null) await rm(own, { recursive: true, force: true });
  }
}
