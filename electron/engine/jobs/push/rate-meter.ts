/** Time constant of the moving average in ms: long enough to be calm, short enough to show a stall. */
const TIME_CONSTANT_MS = 3000;
/** No estimate before this, and only while it moves by less than a quarter. */
const STEADY_AFTER_MS = 5000;

/** Exponential moving average of bytes a second. */
export class RateMeter {
  #rate = 0;
  #atMs: number | null = null;
  #pending = 0;
  #firstMs: number | null = null;
  #lastEstimate: { seconds: number; atMs: number } | null = null;

  /** Counts bytes; they enter the average at the next reading. */
  add(bytes: number): void {
    this.#pending += bytes;
  }

  /** Bytes a second now. */
  read(nowMs: number): number {
    if (this.#atMs === null) {
      this.#atMs = nowMs;
      this.#firstMs = nowMs;
      return 0;
    }
    const elapsed = nowMs - this.#atMs;
    if (elapsed < 50) return this.#rate;
    const momentary = (this.#pending * 1000) / elapsed;
    const weight = 1 - Math.exp(-elapsed / TIME_CONSTANT_MS);
    this.#rate += weight * (momentary - this.#rate);
    this.#pending = 0;
    this.#atMs = nowMs;
    return this.#rate;
  }

  /** Seconds for the bytes that are left; null while the rate is younger than 5 s or the estimate jumps by a quarter. */
  secondsLeft(bytesLeft: number, nowMs: number): number | null {
    if (this.#firstMs === null || nowMs - this.#firstMs < STEADY_AFTER_MS || this.#rate < 1) return null;
    const seconds = bytesLeft / this.#rate;
    const last = this.#lastEstimate;
    this.#lastEstimate = { seconds, atMs: nowMs };
    if (last === null) return null;
    const expected = last.seconds - (nowMs - last.atMs) / 1000;
    return Math.abs(seconds - expected) <= Math.max(expected, 4) / 4 ? seconds : null;
  }
}
