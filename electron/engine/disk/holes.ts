import type { DataRange } from '../native/seek-data.ts';

/** Index of the first of sorted, disjoint ranges that ends behind `offset`. */
function firstBehind(ranges: readonly DataRange[], offset: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range !== undefined && range.offset + range.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The parts of sorted data ranges that lie within `offset … offset + length`. Empty = all of it is a hole. Bytes. */
export function rangesWithin(ranges: readonly DataRange[], offset: number, length: number): DataRange[] {
  const end = offset + length;
  const within: DataRange[] = [];
  for (let index = firstBehind(ranges, offset); index < ranges.length; index++) {
    const range = ranges[index];
    if (range === undefined || range.offset >= end) break;
    const from = Math.max(range.offset, offset);
    within.push({ offset: from, length: Math.min(range.offset + range.length, end) - from });
  }
  return within;
}

/** Bytes of sorted data ranges that lie within `offset … offset + length`. */
export function dataWithin(ranges: readonly DataRange[], offset: number, length: number): number {
  return rangesWithin(ranges, offset, length).reduce((sum, range) => sum + range.length, 0);
}
