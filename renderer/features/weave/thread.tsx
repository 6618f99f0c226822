import { type ReactElement, useMemo } from 'react';
import { cellKind, chunksOf, isLive, type WeaveLayer } from './weave-cells.ts';
import './weave.css';

/** An image as one thread of 56 x 12 pixels, or wider. */
export interface ThreadProps {
  readonly layers: readonly WeaveLayer[];
  /** 92 instead of 56 px. */
  readonly wide?: boolean;
}

type Strand = 'unknown' | 'zero' | 'duplicate' | 'present' | 'mount' | 'upload';

/** Painted in this order, so that an upload is never covered. Heights in px. */
const STRANDS: readonly (readonly [Strand, number])[] = [
  ['unknown', 3],
  ['zero', 1.5],
  ['duplicate', 3],
  ['present', 6],
  ['mount', 6],
  ['upload', 12],
];

const HEIGHT = 12;

function strandOf(layer: WeaveLayer): Strand {
  if (isLive(layer) && layer.status === 'done' && layer.verdict === 'upload') return layer.zero ? 'zero' : 'present';
  if (cellKind(layer) === 'zero' && layer.verdict !== 'upload') return 'zero';
  return layer.verdict ?? 'unknown';
}

/** Rectangles of each strand as one path; neighbours of a kind are one rectangle. Exported for its test. */
export function threadPaths(layers: readonly WeaveLayer[], width: number): ReadonlyMap<Strand, string> {
  const chunks = chunksOf(layers);
  const paths = new Map<Strand, string>();
  const heights = new Map(STRANDS);
  let from = 0;
  for (let chunk = 1; chunk <= chunks.length; chunk++) {
    const first = chunks[from];
    const here = chunks[chunk];
    if (first === undefined) break;
    const strand = strandOf(first);
    if (here !== undefined && strandOf(here) === strand) continue;
    const height = heights.get(strand) ?? 0;
    const start = (from / chunks.length) * width;
    const length = (chunk / chunks.length) * width - start;
    const wide = strand === 'upload' ? Math.max(1, length) : length;
    const x = Math.min(start, width - wide);
    const box = `M${figure(x)} ${figure((HEIGHT - height) / 2)}h${figure(wide)}v${figure(height)}h${figure(-wide)}z`;
    paths.set(strand, (paths.get(strand) ?? '') + box);
    from = chunk;
  }
  return paths;
}

function figure(length: number): string {
  return String(Number(length.toFixed(2)));
}

/** The weave of a row: 12 px high, the verdict as height. Hidden from screen readers, the row has the figures. */
export function Thread({ layers, wide = false }: ThreadProps): ReactElement {
  const width = wide ? 92 : 56;
  const paths = useMemo(() => threadPaths(layers, width), [layers, width]);
  return (
    <svg
      className="thread"
      aria-hidden="true"
      preserveAspectRatio="none"
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${String(width)} 12`}
    >
      {STRANDS.map(([strand]) => {
        const path = paths.get(strand);
        return path === undefined ? null : <path key={strand} className={`thread-${strand}`} d={path} />;
      })}
    </svg>
  );
}
