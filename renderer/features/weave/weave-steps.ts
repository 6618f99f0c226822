import { GROUP } from '../../../shared/layout/weave-layout.ts';
import { cellKind, type WeaveLayer } from './weave-cells.ts';

/** What the keyboard does in a weave, without the keys that leave it. */
export interface WeaveKey {
  readonly key: string;
  /** ⌘ or Ctrl. */
  readonly command: boolean;
}

/** The next place that is wanted, round the end; `from` where there is none. */
export function findInBand<Cell>(
  cells: readonly Cell[],
  from: number,
  step: 1 | -1,
  wanted: (cell: Cell) => boolean,
): number {
  for (let distance = 1; distance < cells.length; distance++) {
    const place = (from + step * distance + cells.length * 2) % cells.length;
    const cell = cells[place];
    if (cell !== undefined && wanted(cell)) return place;
  }
  return from;
}

/** Where arrows, Home, End and the page keys lead from a cell of a wrapped band; null for other keys. */
export function stepInBand(count: number, columns: number, from: number, { key, command }: WeaveKey): number | null {
  const last = count - 1;
  const rowStart = from - (from % columns);
  const clamp = (place: number): number => Math.max(0, Math.min(last, place));
  switch (key) {
    case 'ArrowRight':
      return clamp(from + 1);
    case 'ArrowLeft':
      return clamp(from - 1);
    case 'ArrowDown':
      return from + columns > last ? from : from + columns;
    case 'ArrowUp':
      return from - columns < 0 ? from : from - columns;
    case 'Home':
      return command ? 0 : rowStart;
    case 'End':
      return command ? last : clamp(rowStart + columns - 1);
    case 'PageDown':
      return clamp(from + GROUP);
    case 'PageUp':
      return clamp(from - GROUP);
    default:
      return null;
  }
}

function isProblem(layer: WeaveLayer): boolean {
  const kind = cellKind(layer);
  return kind === 'failed' || kind === 'retrying';
}

/** Where a key leads from a chunk; null for keys that do not move. `n`, `u` and `e` go round at the end of the disk. */
export function stepInWeave(
  chunks: readonly WeaveLayer[],
  columns: number,
  from: number,
  key: WeaveKey,
): number | null {
  const current = chunks[from];
  const likeThis = (layer: WeaveLayer): boolean => current !== undefined && cellKind(layer) === cellKind(current);
  switch (key.key) {
    case 'n':
      return findInBand(chunks, from, 1, likeThis);
    case 'N':
      return findInBand(chunks, from, -1, likeThis);
    case 'u':
      return findInBand(chunks, from, 1, (layer) => layer.verdict === 'upload');
    case 'e':
      return findInBand(chunks, from, 1, isProblem);
    default:
      return stepInBand(chunks.length, columns, from, key);
  }
}
