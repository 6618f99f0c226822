import { constants, copyFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../../../test/fixtures/loop-volume.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { readDiskIdentity } from './disk-identity.ts';
import { unchangedParts } from './extents.ts';
import { extentsTellChanges } from './extents-self-test.ts';

const MIB = 1024 * 1024;
const CHUNKS = Array.from({ length: 8 }, (_, index) => ({ index, offset: index * MIB, length: MIB }));

async function compared(clonePath: string, basePath: string): Promise<number[]> {
  const [clone, base] = await Promise.all([open(clonePath, 'r'), open(basePath, 'r')]);
  try {
    return (await unchangedParts(clone, base, CHUNKS)).map(({ index }) => index);
  } finally {
    await Promise.all([clone.close(), base.close()]);
  }
}

async function volumeAt(folder: string): Promise<string> {
  const path = join(folder, 'here');
  writeFileSync(path, 'x');
  const file = await open(path, 'r');
  try {
    return (await readDiskIdentity(file)).volume;
  } finally {
    await file.close();
  }
}

async function withFile(path: string, work: (file: FileHandle) => Promise<unknown>): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

describe.each(VOLUME_KINDS)('a volume with %s', (kind) => {
  let volume: LoopVolume;
  beforeAll(() => {
    volume = makeLoopVolume(kind);
  });
  afterAll(() => volume.remove());

  it('passes the self-test if it can share blocks, and keeps nothing of it', async () => {
    const passed = await extentsTellChanges(join(volume.path, 'tests'), await volumeAt(volume.path), Date.now());

    expect(passed).toBe(kind === 'ext4' ? null : true);
  });
});

describe.each(VOLUME_KINDS.filter((kind) => kind !== 'ext4'))('a volume with %s', (kind) => {
  let volume: LoopVolume;
  beforeAll(() => {
    volume = makeLoopVolume(kind);
  });
  afterAll(() => volume.remove());

  it('shows which chunks of a clone were written since, and no other', async () => {
    const [basePath, clonePath] = [join(volume.path, 'base'), join(volume.path, 'clone')];
    writeFileSync(basePath, randomBytesOf('base', 8 * MIB));
    copyFileSync(basePath, clonePath, constants.COPYFILE_FICLONE_FORCE);
    const fresh = await compared(clonePath, basePath);
    await withFile(clonePath, (file) => file.write(Buffer.from('x'), 0, 1, 3 * MIB + 5));
    const written = await compared(clonePath, basePath);

    expect({ fresh, written }).toEqual({ fresh: [0, 1, 2, 3, 4, 5, 6, 7], written: [0, 1, 2, 4, 5, 6, 7] });
  });
});
