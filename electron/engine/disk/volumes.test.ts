import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  copyFileSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf } from '../../../test/fixtures/identity-of.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS, type VolumeKind } from '../../../test/fixtures/loop-volume.ts';
import { dataRanges } from '../native/seek-data.ts';
import { diskSizesOf } from './disk-sizes.ts';

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;

function sync(path: string): void {
  const file = openSync(path, 'r+');
  fdatasyncSync(file);
  closeSync(file);
}

function write(path: string, offset: number, bytes: Buffer): void {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

/** What a push would read by the data ranges: the bytes there, zeros elsewhere. */
function readByRanges(path: string, size: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(size);
    for (const { offset, length } of dataRanges(file, size) ?? [{ offset: 0, length: size }]) {
      for (let done = 0; done < length; ) {
        done += readSync(file, bytes, offset + done, length - done, offset + done);
      }
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** A folder on a file system of its own, or just one in the temporary folder. */
function makePlace(kind: VolumeKind | 'the system’s volume'): { readonly path: string; remove(): void } {
  if (kind !== 'the system’s volume') return makeLoopVolume(kind);
  const path = mkdtempSync(join(tmpdir(), 'volumes-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

describe.each(['the system’s volume' as const, ...VOLUME_KINDS])('a sparse disk on %s', (kind) => {
  let place: ReturnType<typeof makePlace>;
  beforeAll(() => {
    place = makePlace(kind);
  });
  afterAll(() => place.remove());

  it('is read by its data ranges as it is, whatever was written, cut, punched or set aside', () => {
    const path = join(place.path, 'holes.img');
    const block = fc.nat({ max: 63 });
    const step = fc.oneof(
      fc.record({ act: fc.constant('write' as const), at: block, blocks: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ act: fc.constant('zeros' as const), at: block, blocks: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ act: fc.constant('punch' as const), at: block, blocks: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ act: fc.constant('allocate' as const), at: block, blocks: fc.integer({ min: 1, max: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.nat({ max: 4095 }), fc.boolean(), (steps, odd, synced) => {
        const size = 64 * BLOCK + odd;
        const file = openSync(path, 'w+');
        ftruncateSync(file, size);
        for (const { act, at, blocks } of steps) {
          const [offset, length] = [at * BLOCK, Math.min(blocks, 64 - at) * BLOCK];
          if (act === 'write') writeSync(file, Buffer.alloc(length, 7), 0, length, offset);
          else if (act === 'zeros') writeSync(file, Buffer.alloc(length), 0, length, offset);
          else {
            const how = act === 'punch' ? ['--punch-hole'] : ['--keep-size'];
            spawnSync('fallocate', [...how, '-o', String(offset), '-l', String(length), path]);
          }
        }
        if (synced) fdatasyncSync(file);
        closeSync(file);
        expect(readByRanges(path, size).equals(readFileSync(path))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

describe.each(VOLUME_KINDS)('a disk on %s', (kind) => {
  let volume: LoopVolume;
  beforeAll(() => {
    volume = makeLoopVolume(kind);
  });
  afterAll(() => volume.remove());

  it('has holes where nothing was written, and where a hole was punched', () => {
    const path = join(volume.path, 'sparse.img');
    write(path, 0, Buffer.alloc(4 * MIB, 1));
    write(path, 100 * MIB, Buffer.alloc(MIB, 1));
    spawnSync('fallocate', ['--punch-hole', '-o', String(MIB), '-l', String(2 * MIB), path]);
    sync(path);
    const file = openSync(path, 'r');
    const ranges = dataRanges(file, 101 * MIB);
    closeSync(file);

    expect(ranges).toEqual([
      { offset: 0, length: MIB },
      { offset: 3 * MIB, length: MIB },
      { offset: 100 * MIB, length: MIB },
    ]);
  });

  it('is named by the UUID of its volume, which stays when it is mounted elsewhere', async () => {
    write(join(volume.path, 'named.img'), 0, Buffer.from('x'));
    sync(join(volume.path, 'named.img'));
    const before = await identityOf(join(volume.path, 'named.img'));
    volume.remount();
    const after = await identityOf(join(volume.path, 'named.img'));

    expect(before.volume).toMatch(new RegExp(`^uuid:${volume.uuid}(?:/\\d+)?$`));
    expect(after).toEqual(before);
  });

  it('is another disk than the one with the same number on another volume', async () => {
    const other = makeLoopVolume(kind);
    try {
      for (const { path } of [volume, other]) write(join(path, 'twin.img'), 0, Buffer.from('x'));
      const [first, second] = await Promise.all([volume, other].map(({ path }) => identityOf(join(path, 'twin.img'))));

      expect(second?.volume).not.toBe(first?.volume);
    } finally {
      other.remove();
    }
  });

  it('tells what it takes, and on a volume that can share blocks what its clones hold too', async () => {
    const path = join(volume.path, 'sizes.img');
    const clone = join(volume.path, 'clone.img');
    write(path, 0, Buffer.alloc(8 * MIB, 1));
    const end = openSync(path, 'r+');
    ftruncateSync(end, 50_000_000_000);
    closeSync(end);
    sync(path);
    const alone = await diskSizesOf(path);
    const shares = kind !== 'ext4';
    // btrfs counts references to whole extents: the overwritten part of the one extent stays with both.
    const stillShared = { ext4: 0, xfs: 6 * MIB, btrfs: 8 * MIB };
    if (shares) {
      copyFileSync(path, clone, constants.COPYFILE_FICLONE_FORCE);
      write(clone, 0, Buffer.alloc(2 * MIB, 2));
      sync(clone);
    }
    const [source, copy] = [await diskSizesOf(path), await diskSizesOf(clone)];

    expect({ alone, source, copy }).toEqual({
      alone: { logical: 50_000_000_000, allocated: 8 * MIB, shared: 0 },
      source: { logical: 50_000_000_000, allocated: 8 * MIB, shared: stillShared[kind] },
      copy: shares ? { logical: 50_000_000_000, allocated: 8 * MIB, shared: 6 * MIB } : null,
    });
  });
});

describe.each(VOLUME_KINDS.filter((kind) => kind === 'btrfs'))('a disk on a subvolume of %s', (kind) => {
  let volume: LoopVolume;
  beforeAll(() => {
    volume = makeLoopVolume(kind);
  });
  afterAll(() => volume.remove());

  it('is another disk than the one in a snapshot, which repeats number and times', async () => {
    const from = join(volume.path, 'from');
    spawnSync('btrfs', ['subvolume', 'create', from]);
    mkdirSync(join(from, 'vms'));
    write(join(from, 'vms', 'disk.img'), 0, Buffer.from('x'));
    sync(join(from, 'vms', 'disk.img'));
    spawnSync('btrfs', ['subvolume', 'snapshot', from, join(volume.path, 'snapshot')]);
    const source = await identityOf(join(from, 'vms', 'disk.img'));
    const twin = await identityOf(join(volume.path, 'snapshot', 'vms', 'disk.img'));

    expect(twin).toEqual({ ...source, volume: twin.volume });
    expect(twin.volume).not.toBe(source.volume);
  });
});
