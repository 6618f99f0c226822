/** Slower answers than this, in ms, are no sign of strain whatever they were before. */
const LEAST_MS = 1500;
/** So many times its usual time is a sign of strain. */
const TIMES = 4;
/** Weight of the latest answer in what is recent, and in what is usual where that grows. */
const RECENT = 1 / 4;
const DRIFT = 1 / 256;

/**
 * Tells from the times of small answers that a host is asked for more than it can do: several times what they took when it
 * had room. What is usual falls at once and rises slowly, so that a host that became slow for good is taken as it is.
 */
export class StrainGauge {
  #usualMs: number | null = null;
  #recentMs = 0;

  /** A small answer took so long. */
  add(ms: number): void {
    if (this.#usualMs === null) {
      this.#usualMs = ms;
      this.#recentMs = ms;
      return;
    }
    this.#usualMs = ms < this.#usualMs ? ms : this.#usualMs + (ms - this.#usualMs) * DRIFT;
    this.#recentMs += (ms - this.#recentMs) * RECENT;
  }

  get strained(): boolean {
    return this.#usualMs !== null && this.#recentMs > Math.max(LEAST_MS, this.#usualMs * TIMES);
  }
}
