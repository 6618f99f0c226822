/** Tries of one request, the first included. */
export const ATTEMPTS = 5;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A longer Retry-After is cut: the person decides then. */
export const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Full jitter: anything between 0 and the doubled step. `attempt` counts from 1; `random` gives 0 … 1. */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
}

/** Milliseconds of Go's units, which GHCR writes. */
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 0.001, us: 0.001 };

/** A duration as Go writes it (`1m30s`, `880.092µs`), in ms; null for anything else. The micro sign may come as two bytes. */
function goDuration(text: string): number | null {
  const plain = text.replace(/Âµ|Î¼|μ/g, 'µ');
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|us))+$/.test(plain)) return null;
  let sum = 0;
  for (const [, figure, unit = ''] of plain.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|µs|us)/g)) {
    sum += Number(figure) * (UNITS[unit] ?? 0);
  }
  return sum;
}

/** Retry-After in ms: seconds, an HTTP date, or a duration with units as GHCR writes it; null when it says nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const [first = ''] = text.split(/\s*,/);
  const ms = /^\d+(\.\d+)?$/.test(first) ? Number(first) * 1000 : goDuration(first);
  if (ms !== null) return Math.min(LONGEST_RETRY_AFTER_MS, ms);
  // Only a date has letters in front: `-5` would be a year to Date.parse.
  const date = /^[A-Z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, date - nowMs));
}
