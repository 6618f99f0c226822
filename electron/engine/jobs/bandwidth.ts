import type { Clock } from '../ports.ts';

/**
 * Hands out the right to send bytes: a token bucket of one second over all jobs of an engine, and one for each host for
 * which a limit of its own was chosen.
 */
export class Bandwidth {
  readonly #clock: Clock;
  /** Bytes a second; null = no limit. */
  #limit: number | null;
  /** When the bytes handed out so far will have been sent at the limit; ms since the epoch. */
  #paidUntilMs = 0;
  /** Sleeps of pieces that wait, in the order of asking; an abort has one reckoned anew. */
  readonly #waiting = new Set<AbortController>();
  readonly #hosts = new Map<string, Bandwidth>();

  constructor(clock: Clock, limit: number | null) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Bytes a second; null = no limit. */
  get limit(): number | null {
    return this.#limit;
  }

  /** Bytes a second from now on, also for pieces that wait under the old limit; null = none. */
  setLimit(limit: number | null): void {
    this.#limit = limit;
    this.#paidUntilMs = 0;
    for (const sleep of [...this.#waiting]) sleep.abort();
  }

  /** The same for one host alone, beside the limit for all. */
  setHostLimit(host: string, limit: number | null): void {
    const known = this.#hosts.get(host);
    if (known !== undefined) known.setLimit(limit);
    else if (limit !== null) this.#hosts.set(host, new Bandwidth(this.#clock, limit));
  }

  /** Bytes a second that go to a host at most; null = no limit. */
  limitTo(host: string): number | null {
    const own = this.#hosts.get(host)?.limit ?? null;
    return own === null || this.#limit === null ? (own ?? this.#limit) : Math.min(own, this.#limit);
  }

  /** Waits until `bytes` may be sent to a host: its own limit and that for all. */
  async takeFor(host: string, bytes: number, signal: AbortSignal): Promise<void> {
    await this.#hosts.get(host)?.take(bytes, signal);
    await this.take(bytes, signal);
  }

  /** Waits until `bytes` may be sent. Pieces go out in the order of asking; a burst of one second is free. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    while (this.#limit !== null) {
      const now = this.#clock.now();
      const start = Math.max(this.#paidUntilMs, now - 1000);
      this.#paidUntilMs = start + (bytes * 1000) / this.#limit;
      const wait = this.#paidUntilMs - now;
      if (wait <= 0 || (await this.#sleep(wait, signal))) return;
    }
    signal.throwIfAborted();
  }

  /** False = the limit changed before the time was over. */
  async #sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    const changed = new AbortController();
    this.#waiting.add(changed);
    try {
      await this.#clock.sleep(ms, AbortSignal.any([signal, changed.signal]));
      return true;
    } catch (thrown) {
      signal.throwIfAborted();
      if (changed.signal.aborted) return false;
      throw thrown;
    } finally {
      this.#waiting.delete(changed);
    }
  }
}
