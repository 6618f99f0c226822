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

/** Retry-After in ms: seconds, an HTTP date, or a figure with a unit as GHCR writes it; null when it says nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const figure = /^(\d+(?:\.\d+)?)\s*(µs|us|ms|s|m)?(?=$|,)/.exec(text);
  const units: Readonly<Record<string, number>> = { µs: 0.001, us: 0.001, ms: 1, s: 1000, m: 60_000 };
  if (figure !== null) {
    const ms = Number(figure[1]) * (units[figure[2] ?? 's'] ?? 1000);
    return Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms));
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, date - nowMs));
}
