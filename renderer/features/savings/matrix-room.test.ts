import { expect, it } from 'vitest';
import { namesWidth, shownCount } from './matrix-room.ts';

it('shows as many images as leave room for their names, and for what two of them share beside the matrix', () => {
  // Half of the window, at 1100, 1440 and 2560 px.
  const widths = [31.5, 41.25, 76];
  expect(widths.map((width) => [shownCount(width), namesWidth(width, 9, 11)])).toEqual([
    [4, 7],
    [9, 7.75],
    [16, 11],
  ]);
});

it('gives short names no more room than the least', () => {
  expect(namesWidth(76, 4, 3)).toBe(7);
});
