import { type Box, cellBox, layOutWeave, type WeaveLayout } from './weave-layout.ts';

/** Between the bands of a pair, and between pairs. CSS px. */
const BAND_GAP = 16;
const PAIR_GAP = 26;

/** Two bands, A above B, wrapped together. */
export interface CompareLayout {
  /** The layout of pairs: a cell of it is the place of both bands. Lengths in CSS px. */
  readonly pairs: WeaveLayout;
  /** Height of a cell of one band. */
  readonly cellHeight: number;
}

/** Wraps two disks of `count` places into as many columns as a weave has in this width. */
export function layOutComparison(space: {
  readonly count: number;
  readonly width: number;
  readonly scale: number;
}): CompareLayout {
  const band = layOutWeave({ ...space, short: false, double: true });
  const snap = (length: number): number => Math.round(length * space.scale) / space.scale;
  const rowGap = snap(PAIR_GAP);
  const cell = { width: band.cell.width, height: 2 * band.cell.height + snap(BAND_GAP) };
  const height = band.top + band.rows * (cell.height + rowGap) - rowGap + band.fringe;
  return { pairs: { ...band, cell, rowGap, height }, cellHeight: band.cell.height };
}

/** The cell of one side at a place. */
export function sideBox({ pairs, cellHeight }: CompareLayout, place: number, side: 'a' | 'b'): Box {
  const pair = cellBox(pairs, place);
  return { ...pair, y: side === 'a' ? pair.y : pair.y + pair.height - cellHeight, height: cellHeight };
}
