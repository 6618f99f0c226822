import { FairTurns, type Share } from '../codec/share.ts';
import type { Clock } from '../ports.ts';

/** Bytes that wait for their turn. */
interface Waiter {
  readonly bytes: number;
  readonly share: Share;
  readonly go: () => void;
}

/** A busy computer wakes a sleeper late, but not by this much. */
const LATE_MS = 1000;

/** Work that belongs to no job. */
const NOBODYS: Share = { weight: 1 };

/**
 * Hands out the right to send bytes: a token bucket of one second over all jobs of an engine, and one for each host for
 * which a limit of its own was chosen. While several jobs wait, each gets the same of it for its weight, however many of its
 * pieces wait: a large job does not crowd out a small one.
 */
export class Bandwidth {
  readonly #clock: Clock;
  /** Bytes a second; null = no limit. */
  #limit: number | null;
  /** When the bytes handed out so far will have been sent at the limit; ms since the epoch. */
  #paidUntilMs = 0;
  readonly #waiting: Waiter[] = [];
  /** The wait of who is next; a change has it reckoned anew. */
  #sleep: AbortController | null = null;
  readonly #turns = new FairTurns();
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
    this.#paidUntilMs = this.#clock.now() - 1000;
    this.#serve();
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
  async takeFor(host: string, bytes: number, signal: AbortSignal, share = NOBODYS): Promise<void> {
    await this.#hosts.get(host)?.take(bytes, signal, share);
    await this.take(bytes, signal, share);
  }

  /** Waits until `bytes` may be sent. Pieces of a job go out in the order of asking; a burst of one second is free. */
  async take(bytes: number, signal: AbortSignal, share = NOBODYS): Promise<void> {
    signal.throwIfAborted();
    if (this.#limit === null && this.#waiting.length === 0) return;
    let leave: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { bytes, share, go: resolve };
        leave = () => {
          const at = this.#waiting.indexOf(waiter);
          // Served in this very moment: the bytes are handed out, and whoever asked does not send them.
          if (at === -1) return;
          this.#waiting.splice(at, 1);
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          this.#serve();
        };
        signal.addEventListener('abort', leave, { once: true });
        // Time in which nobody wanted anything is saved up, for a second at most.
        if (this.#waiting.length === 0) this.#paidUntilMs = Math.max(this.#paidUntilMs, this.#clock.now() - 1000);
        this.#waiting.push(waiter);
        this.#serve();
      });
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Lets go whose bytes may be sent, and sleeps for the next. */
  #serve(): void {
    this.#sleep?.abort();
    this.#sleep = null;
    for (let next = this.#turns.next(this.#waiting); next !== undefined; next = this.#turns.next(this.#waiting)) {
      const { bytes, share, go } = next;
      if (this.#limit !== null) {
        const now = this.#clock.now();
        // Nothing is handed out before its time: what is paid for in the future was paid before the clock was set back.
        this.#paidUntilMs = Math.min(this.#paidUntilMs, now);
        const paidUntilMs = this.#paidUntilMs + (bytes * 1000) / this.#limit;
        if (paidUntilMs > now) {
          this.#wakeIn(paidUntilMs - now);
          return;
        }
        this.#paidUntilMs = paidUntilMs;
      }
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#turns.serve(share, bytes);
      go();
    }
  }

  #wakeIn(ms: number): void {
    const sleep = new AbortController();
    this.#sleep = sleep;
    const dueMs = this.#clock.now() + ms;
    this.#clock.sleep(ms, sleep.signal).then(
      () => {
        if (this.#sleep !== sleep) return;
        const lateMs = this.#clock.now() - dueMs;
        // The clock was set forward, or the computer slept: time in which nothing could be sent is not saved up.
        if (lateMs > LATE_MS) this.#paidUntilMs += lateMs;
        this.#serve();
      },
      () => undefined,
    );
  }
}
