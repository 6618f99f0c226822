/** Side of a cell in rem. */
export const MATRIX_CELL = 2;
/** In rem: what the names beside the matrix take at least, and the facts of a pair with the gap before them. */
const NAMES = 7;
const FACTS = 15.5;
/** A narrower box has the facts below the matrix. rem */
const FACTS_BESIDE = 30;
/** More rows than so many are no picture any more; the table has them all. */
const MOST_SHOWN = 16;
const LEAST_SHOWN = 4;

/** Room for the matrix in a box of this width, beside the facts where there is room for both. rem */
function matrixRoom(width: number): number {
  return width - (width > FACTS_BESIDE ? FACTS : 0);
}

/** How many images the matrix can show in a box of this width. rem */
export function shownCount(width: number): number {
  return Math.max(LEAST_SHOWN, Math.min(MOST_SHOWN, Math.floor((matrixRoom(width) - NAMES) / MATRIX_CELL)));
}

/** Width of the names of so many images: what the longest needs, as far as there is room. rem */
export function namesWidth(width: number, count: number, longest: number): number {
  return Math.max(NAMES, Math.min(longest, matrixRoom(width) - count * MATRIX_CELL));
}
