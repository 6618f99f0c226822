import { cellKind, type WeaveLayer } from './weave-cells.ts';
import { GROUP } from './weave-layout.ts';

/** What the keyboard does in a weave, without the keys that leave it. */
export interface WeaveKey {
  readonly key: string;
  /** ⌘ or Ctrl. */
  readonly command: boolean;
}

function find(
  chunks: readonly WeaveLayer[],
  from: number,
  step: 1 | -1,
  wanted: (layer: WeaveLayer) => boolean,
): number {
  for (let distance = 1; distance < chunks.length; distance++) {
    const place = (from + step * distance + chunks.length * 2) % chunks.length;
    const layer = chunks[place];
    if (layer !== undefined && wanted(layer)) return place;
  }
  return from;
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
  { key, command }: WeaveKey,
): number | null {
  const last = chunks.length - 1;
  const rowStart = from - (from % columns);
  const clamp = (place: number): number => Math.max(0, Math.min(last, place));
  const current = chunks[from];
  const likeThis = (layer: WeaveLayer): boolean => current !== undefined && cellKind(layer) === cellKind(current);
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
    case 'n':
      return find(chunks, from, 1, likeThis);
    case 'N':
      return find(chunks, from, -1, likeThis);
    case 'u':
      return find(chunks, from, 1, (layer) => layer.verdict === 'upload');
    case 'e':
      return find(chunks, from, 1, isProblem);
    default:
      return null;
  }
}
