import type { DataRange } from '../native/seek-data.ts';

/** The parts of sorted data ranges that lie within `offset … offset + length`. Empty = all of it is a hole. */
export function rangesWithin(ranges: readonly DataRange[], offset: number, length: number): DataRange[] {
  const end = offset + length;
  // First range that ends behind the start: ranges are sorted and do not overlap.
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range !== undefined && range.offset + range.length <= offset) low = middle + 1;
    else high = middle;
  }
  const within: DataRange[] = [];
  for (const range of ranges.slice(low)) {
    if (range.offset >= end) break;
    const from = Math.max(range.offset, offset);
    within.push({ offset: from, length: Math.min(range.offset + range.length, end) - from });
  }
  return within;
}
