import type { Clock } from '../../ports.ts';

/** Less tells more of the registry than of the link. */
const LEAST_BYTES = 8_000_000;
/** Shorter times tell more of the clock. */
const LEAST_MS = 50;

/**
 * Measures the link to one registry: bytes over the time in which the network was the one that was waited for. An encoder
 * that feeds a link slowly does not make it look slow.
 *
 * Of each request it is known how long it was under way and how much of that the network took (`sentMs`), not when. With
 * `k` requests under way on average, each with the network for the part `f` of its time, the network is at work for the
 * part `1 - (1 - f)^k` of the time: for all of it where requests wait for nothing else, and for the sum of their times
 * where they hardly ever meet.
 */
export class LinkMeter {
  readonly #clock: Pick<Clock, 'steady'>;
  #bytes = 0;
  /** ms that requests were with the network, summed over them. */
  #sentMs = 0;
  /** ms that requests were under way, summed over them. */
  #flightMs = 0;
  /** ms with at least one request under way. */
  #activeMs = 0;
  #flights = 0;
  #activeSinceMs = 0;

  constructor(clock: Pick<Clock, 'steady'>) {
    this.#clock = clock;
  }

  /**
   * A request goes out. The answer ends it: with the bytes that it brought and the ms that the network took, or with
   * nothing where it failed.
   */
  begin(): (bytes: number, sentMs: number) => void {
    const startedMs = this.#clock.steady();
    if (this.#flights === 0) this.#activeSinceMs = startedMs;
    this.#flights += 1;
    let ended = false;
    return (bytes, sentMs) => {
      if (ended) return;
      ended = true;
      const now = this.#clock.steady();
      this.#bytes += bytes;
      this.#sentMs += Math.min(sentMs, now - startedMs);
      this.#flightMs += now - startedMs;
      this.#flights -= 1;
      if (this.#flights === 0) this.#activeMs += now - this.#activeSinceMs;
    };
  }

  /** Bytes a second; null while too little was sent to tell. */
  get bytesPerSecond(): number | null {
    if (this.#bytes < LEAST_BYTES || this.#flightMs === 0 || this.#activeMs === 0) return null;
    const together = this.#flightMs / this.#activeMs;
    const share = this.#sentMs / this.#flightMs;
    const busyMs = this.#activeMs * (1 - (1 - share) ** together);
    return busyMs < LEAST_MS ? null : (this.#bytes * 1000) / busyMs;
  }
}
