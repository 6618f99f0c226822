import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataRanges } from './seek-data.ts';

const BLOCK = 64 * 1024;
const places = process.platform === 'linux' ? [tmpdir(), '/dev/shm'] : [tmpdir()];

describe.skipIf(process.platform === 'win32').each(places)('data ranges of a sparse disk in %s', (place) => {
  let folder: string;
  let disk: number;

  beforeEach(() => {
    folder = mkdtempSync(join(place, 'seek-data-'));
    disk = openSync(join(folder, 'disk.img'), 'w+');
  });
  afterEach(() => {
    closeSync(disk);
    rmSync(folder, { recursive: true, force: true });
  });

  it('are none for a disk that is one hole, and none for an empty one', () => {
    const empty = dataRanges(disk, 0);
    ftruncateSync(disk, 100 * 1024 ** 3);

    expect({ empty, hole: dataRanges(disk, 100 * 1024 ** 3) }).toEqual({ empty: [], hole: [] });
  });

  it('name what was written, beyond 4 GiB too, and cut at the size', () => {
    const far = 6 * 1024 ** 3;
    writeSync(disk, Buffer.alloc(BLOCK, 1), 0, BLOCK, 0);
    writeSync(disk, Buffer.alloc(BLOCK, 1), 0, BLOCK, far);

    expect({ all: dataRanges(disk, far + BLOCK), cut: dataRanges(disk, far + 1000) }).toEqual({
      all: [
        { offset: 0, length: BLOCK },
        { offset: far, length: BLOCK },
      ],
      cut: [
        { offset: 0, length: BLOCK },
        { offset: far, length: 1000 },
      ],
    });
  });

  it('cover every byte that is not zero, whatever was written where', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 63 }), { maxLength: 20 }), (blocks) => {
        ftruncateSync(disk, 0);
        ftruncateSync(disk, 64 * BLOCK);
        for (const block of blocks) writeSync(disk, Buffer.alloc(BLOCK, 1), 0, BLOCK, block * BLOCK);
        const ranges = dataRanges(disk, 64 * BLOCK) ?? [];
        const covered = blocks.every((block) =>
          ranges.some(({ offset, length }) => offset <= block * BLOCK && offset + length >= (block + 1) * BLOCK),
        );
        const apart = ranges.every(({ offset }, index) => {
          const before = ranges[index - 1];
          return before === undefined || before.offset + before.length < offset;
        });
        return covered && apart;
      }),
      { numRuns: 30 },
    );
  });

  it('are not known for a disk in too many pieces', () => {
    for (const block of [0, 2, 4]) writeSync(disk, Buffer.alloc(BLOCK, 1), 0, BLOCK, block * BLOCK);

    expect({ three: dataRanges(disk, 5 * BLOCK, 3)?.length, two: dataRanges(disk, 5 * BLOCK, 2) }).toEqual({
      three: 3,
      two: null,
    });
  });
});

describe('data ranges of what is no disk', () => {
  it('are not known, so that all of it is read', () => {
    expect(dataRanges(-1, 1000)).toBeNull();
  });
});
