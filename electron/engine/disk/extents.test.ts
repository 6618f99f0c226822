import { constants, copyFileSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileCalls } from '../../../test/fixtures/file-calls.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../../../test/fixtures/loop-volume.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { physicalRuns } from '../native/physical-runs.ts';
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

/** Compares a clone of eight chunks with its base; `meanwhile` happens when the base is mapped, and the clone is not. */
async function comparedWhile(clonePath: string, basePath: string, meanwhile: () => void): Promise<number[]> {
  const [clone, base] = await Promise.all([open(clonePath, 'r'), open(basePath, 'r')]);
  const asked = { stat: 0, fd: 0 };
  const watched = new Proxy(clone, {
    get(file, name) {
      if (name === 'stat') asked.stat += 1;
      // The second look is the identity, which asks for the descriptor, too; then the map does.
      if (name === 'fd' && asked.stat === 2) asked.fd += 1;
      if (name === 'fd' && asked.fd === 2) meanwhile();
      const member: unknown = Reflect.get(file, name);
      return typeof member === 'function' ? (member.bind(file) as unknown) : member;
    },
  });
  try {
    return (await unchangedParts(watched, base, CHUNKS)).map(({ index }) => index);
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

    // A disk is no base of itself: what was known of it was looked up already.
    expect({ fresh, written, itself: await compared(clonePath, clonePath) }).toEqual({
      fresh: [0, 1, 2, 3, 4, 5, 6, 7],
      written: [0, 1, 2, 4, 5, 6, 7],
      itself: [],
    });
  });

  it('tells nothing of a file of another volume that lies at the same addresses', async () => {
    const volumes = [makeLoopVolume(kind), makeLoopVolume(kind)] as const;
    try {
      const maps: unknown[] = [];
      for (const { path } of volumes) {
        writeFileSync(join(path, 'base'), randomBytesOf(path, 8 * MIB));
        copyFileSync(join(path, 'base'), join(path, 'clone'), constants.COPYFILE_FICLONE_FORCE);
        await withFile(join(path, 'base'), async (file) => {
          await file.sync();
          maps.push(await physicalRuns(file, 0, 8 * MIB));
        });
      }
      const [one, other] = volumes;

      expect({
        sameMaps: [maps[0], maps[0]],
        told: await compared(join(one.path, 'clone'), join(other.path, 'base')),
      }).toEqual({
        sameMaps: maps,
        told: [],
      });
    } finally {
      for (const made of volumes) made.remove();
    }
  });

  it.each([
    ['has another time', (_clone: string, base: string) => utimesSync(base, 1, 1)],
    [
      'has the blocks of a third file, which hold the same',
      (_clone: string, base: string) => {
        const third = `${base}-third`;
        writeFileSync(third, randomBytesOf('moving', 8 * MIB));
        openFileCalls().dedupe(third, base, MIB, MIB);
      },
    ],
    ['has a clone with another time', (clone: string) => utimesSync(clone, 1, 1)],
  ] as const)('tells nothing of a base that %s before the comparison is over', async (name, meanwhile) => {
    const [basePath, clonePath] = [join(volume.path, `base ${name}`), join(volume.path, `clone ${name}`)];
    writeFileSync(basePath, randomBytesOf('moving', 8 * MIB));
    // With a second clone the blocks stay shared, whatever becomes of the base.
    for (const path of [clonePath, `${clonePath} too`]) copyFileSync(basePath, path, constants.COPYFILE_FICLONE_FORCE);
    const quiet = await comparedWhile(clonePath, basePath, () => undefined);

    expect({
      quiet,
      disturbed: await comparedWhile(clonePath, basePath, () => meanwhile(clonePath, basePath)),
    }).toEqual({
      quiet: [0, 1, 2, 3, 4, 5, 6, 7],
      disturbed: [],
    });
  });
});
