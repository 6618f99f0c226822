import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf } from './chunks.ts';

const MIB_512 = 512 * 1024 * 1024;

describe('cutting a disk into chunks', () => {
  it('gives the 94 chunks of the 50 GB sonoma image, the last one of 71,005,184 bytes', () => {
    const chunks = chunksOf(50_000_000_000, MIB_512);

    expect({ count: chunks.length, last: chunks.at(-1) }).toEqual({
      count: 94,
      last: { index: 93, offset: 93 * MIB_512, length: 71_005_184 },
    });
  });

  it('covers every byte once, in order, in chunks of one length but the last', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 45 }),
        fc.integer({ min: 2 ** 29, max: 2 ** 31 }),
        (size, chunkSize) => {
          const chunks = chunksOf(size, chunkSize);
          let end = 0;
          for (const [place, { index, offset, length }] of chunks.entries()) {
            if (index !== place || offset !== end || length < 1) return false;
            if (place < chunks.length - 1 ? length !== chunkSize : length > chunkSize) return false;
            end += length;
          }
          return end === size;
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses an empty disk', () => {
    expect(() => chunksOf(0, MIB_512)).toThrow(expect.objectContaining({ code: 'vm.incomplete' }));
  });
});
