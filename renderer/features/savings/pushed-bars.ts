import { scaleBand, scaleLinear } from 'd3-scale';
import type { SavingsBucket } from './savings-period.ts';

/** The parts of a bar from below, by what happened to the bytes. */
export const BAR_PARTS = ['present', 'mount', 'duplicate', 'upload'] as const;

/** See {@link BAR_PARTS}. */
export type BarPart = (typeof BAR_PARTS)[number];

/** What was pushed in one day, week or month. Packed bytes. */
export interface PushedBucket extends Readonly<Record<BarPart, number>> {
  /** First moment; ms since the epoch. */
  readonly startMs: number;
}

/** A part of a bar. CSS px from the top left of the plot. */
export interface BarSegment {
  readonly part: BarPart;
  readonly bytes: number;
  readonly y: number;
  readonly height: number;
}

/** A bar with its parts. */
export interface Bar {
  readonly startMs: number;
  readonly x: number;
  readonly width: number;
  readonly total: number;
  readonly segments: readonly BarSegment[];
}

/** A chart of bars, ready to be drawn. */
export interface BarChart {
  readonly bars: readonly Bar[];
  /** Grid lines with the figure that stands beside them, in `unit`. */
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  /** Words under the bars: where a month (of bars that are months: a year) begins. */
  readonly months: readonly { readonly x: number; readonly startMs: number }[];
  /** Unit of the figures beside the grid. */
  readonly unit: 'B' | 'kB' | 'MB' | 'GB' | 'TB';
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
/** One px of the pane between two parts. */
const GAP = 1;
/** Room that a word under the bars takes. CSS px */
const WORD = 34;

/** The unit in which the largest figure has one to three digits. */
function unitOf(most: number): readonly [BarChart['unit'], number] {
  const place = most < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(most) / 3));
  return [UNITS[place] ?? 'B', 1000 ** place];
}

/** The sum of a bucket's parts. */
export function pushedIn(bucket: PushedBucket): number {
  return BAR_PARTS.reduce((sum, part) => sum + bucket[part], 0);
}

/** Lays the bars out in a plot of `width` x `height` CSS px. A part of a fraction of a pixel is drawn as one. */
export function barChart(
  buckets: readonly PushedBucket[],
  bucket: SavingsBucket,
  width: number,
  height: number,
): BarChart {
  const most = Math.max(0, ...buckets.map(pushedIn));
  const [unit, divisor] = unitOf(most);
  const up = scaleLinear([0, Math.max(1, most) / divisor], [height, 0]).nice(4);
  const along = scaleBand(
    buckets.map(({ startMs }) => startMs),
    [0, width],
  ).paddingInner(0.25);
  // A lone bar is no wall.
  const barWidth = Math.max(1, Math.min(48, Math.floor(along.bandwidth())));
  const bars = buckets.map((one): Bar => {
    const x = Math.round((along(one.startMs) ?? 0) + (along.bandwidth() - barWidth) / 2);
    return { startMs: one.startMs, x, width: barWidth, total: pushedIn(one), segments: segmentsOf(one, divisor, up) };
  });
  return {
    bars,
    unit,
    ticks: up.ticks(4).map((value) => ({ y: Math.round(up(value)), label: String(value) })),
    months: monthWords(bars, bucket),
  };
}

function segmentsOf(bucket: PushedBucket, divisor: number, up: (value: number) => number): readonly BarSegment[] {
  let below = Math.round(up(0));
  let bytes = 0;
  const segments: BarSegment[] = [];
  for (const part of BAR_PARTS) {
    if (bucket[part] === 0) continue;
    bytes += bucket[part];
    const top = Math.min(below - 1, Math.round(up(bytes / divisor)));
    const gap = segments.length > 0 && below - top > 2 * GAP ? GAP : 0;
    segments.push({ part, bytes: bucket[part], y: top, height: below - top - gap });
    below = top;
  }
  return segments;
}

function monthWords(bars: readonly Bar[], bucket: SavingsBucket): BarChart['months'] {
  const words: { x: number; startMs: number }[] = [];
  let before: number | null = null;
  for (const { startMs, x } of bars) {
    const date = new Date(startMs);
    const month = bucket === 'month' ? startMs : date.getFullYear() * 12 + date.getMonth();
    const last = words.at(-1);
    const close = last !== undefined && x - last.x < WORD;
    if (month !== before && close && words.length === 1) {
      // The chart rarely begins with a month: the rest of one gives way to the next, which is there whole.
      if (bucket !== 'month') words.splice(0, 1, { x, startMs });
    } else if (month !== before && !close) words.push({ x, startMs });
    before = month;
  }
  return words;
}
