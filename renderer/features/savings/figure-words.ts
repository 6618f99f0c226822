import { formatBytes } from '../../../shared/format/bytes.ts';

/** Bytes that can be fewer than none: more was read than `tart push` reads. */
export function signedBytes(bytes: number): string {
  return bytes < 0 ? `−${formatBytes(-bytes)}` : formatBytes(bytes);
}

/** `41 206`: thousands are grouped from 10 000 on, as the look has it. */
export function groupedCount(count: number): string {
  const text = String(Math.round(count));
  // A thin space that does not break.
  return text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `91 %`; one decimal where a whole figure would say all or nothing of what is not. Null where there is no whole. */
export function percentOf(part: number, whole: number): string | null {
  if (whole <= 0) return null;
  const percent = (part / whole) * 100;
  const rounded = Math.round(percent);
  const exact = (rounded === 0 && percent > 0) || (rounded === 100 && percent < 100);
  return `${exact ? Math.min(99.9, Math.max(0.1, percent)).toFixed(1) : String(rounded)} %`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A column of figures in one unit, which is said once beside its title. */
export interface FixedUnit {
  readonly unit: (typeof UNITS)[number];
  readonly words: (bytes: number) => string;
}

/** The unit of the largest figure; one decimal from MB on, and never `0.0` for what is something. */
export function fixedUnit(figures: readonly number[]): FixedUnit {
  const most = figures.reduce((largest, figure) => Math.max(largest, Math.abs(figure)), 0);
  const place = most < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(most) / 3));
  const divisor = 1000 ** place;
  const decimals = place < 2 ? 0 : 1;
  return {
    unit: UNITS[place] ?? 'B',
    words: (bytes) => {
      const text = (bytes / divisor).toFixed(decimals);
      return bytes !== 0 && Number(text) === 0 ? `<${(10 ** -decimals).toFixed(decimals)}` : text;
    },
  };
}
