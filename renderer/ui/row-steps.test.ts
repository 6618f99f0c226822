import { expect, it } from 'vitest';
import { stepInRows } from './row-steps.ts';

const KEYS = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'a'] as const;

it('moves by a row, by a page and to the ends, and never beyond them', () => {
  const from = (at: number, count: number): readonly (number | null)[] =>
    KEYS.map((key) => stepInRows(key, at, count, 4));
  expect({
    middle: from(5, 20),
    first: from(0, 20),
    last: from(19, 20),
    before: from(-1, 20),
    none: from(-1, 0),
  }).toEqual({
    middle: [6, 4, 9, 1, 0, 19, null],
    first: [1, 0, 4, 0, 0, 19, null],
    last: [19, 18, 19, 15, 0, 19, null],
    before: [0, 0, 3, 0, 0, 19, null],
    none: [null, null, null, null, null, null, null],
  });
});
