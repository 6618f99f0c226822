import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangesWithin } from './holes.ts';

describe('the data ranges of one chunk', () => {
  it('are cut at its borders, and none for a chunk that is wholly a hole', () => {
    const ranges = [
      { offset: 5, length: 10 },
      { offset: 30, length: 5 },
    ];

    expect([rangesWithin(ranges, 0, 10), rangesWithin(ranges, 10, 10), rangesWithin(ranges, 15, 15)]).toEqual([
      [{ offset: 5, length: 5 }],
      [{ offset: 10, length: 5 }],
      [],
    ]);
  });

  it('together are the data ranges of the disk, byte for byte', () => {
    const pieces = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 20 }), (gaps, chunkSize) => {
        let at = 0;
        const ranges = gaps.map(([gap, length]) => {
          const range = { offset: at + gap, length };
          at = range.offset + length;
          return range;
        });
        const bytes = (of: readonly { offset: number; length: number }[]): number[] =>
          of.flatMap(({ offset, length }) => Array.from({ length }, (_, byte) => offset + byte));
        const cut = [];
        for (let offset = 0; offset < at; offset += chunkSize) cut.push(...rangesWithin(ranges, offset, chunkSize));
        expect(bytes(cut)).toEqual(bytes(ranges));
      }),
    );
  });
});
