import type { Clock } from '../ports.ts';

/** Hands out the right to send bytes: a token bucket of one second over all jobs of an engine. */
export class Bandwidth {
  readonly #clock: Clock;
  /** Bytes a second; null = no limit. */
  #limit: number | null;
  /** When the bytes handed out so far will have been sent at the limit; ms since the epoch. */
  #paidUntilMs = 0;

  constructor(clock: Clock, limit: number | null) {
    this.#clock = clock;
    this.#limit = limit;
  }

  setLimit(limit: number | null): void {
    this.#limit = limit;
    this.#paidUntilMs = 0;
  }

  /** Waits until `bytes` may be sent. Pieces go out in the order of asking; a burst of one second is free. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#limit === null) return;
    const now = this.#clock.now();
    const start = Math.max(this.#paidUntilMs, now - 1000);
    this.#paidUntilMs = start + (bytes * 1000) / this.#limit;
    const wait = this.#paidUntilMs - now;
    if (wait > 0) await this.#clock.sleep(wait, signal);
  }
}
