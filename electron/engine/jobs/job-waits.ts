import type { Clock } from '../ports.ts';

/** The waits of one job for its next try: a clock whose sleepers can be woken before their time. */
export class JobWaits implements Clock {
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  steady(): number {
    return this.#clock.steady();
  }

  /** Resolves after `ms`, or when woken; rejects with the signal's reason when it aborts first. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const both = signal === undefined ? timer.signal : AbortSignal.any([signal, timer.signal]);
    await this.#until(this.#clock.sleep(ms, both), timer, signal);
  }

  /** Waits until woken, however long that is. */
  async untilWoken(signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const never = new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(reasonOf(signal)), { once: true });
    });
    signal.throwIfAborted();
    await this.#until(never, timer, signal);
  }

  async #until(slept: Promise<void>, timer: AbortController, signal: AbortSignal | undefined): Promise<void> {
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#sleepers.add(wake);
    try {
      await Promise.race([slept, woken]);
    } finally {
      this.#sleepers.delete(wake);
      // The timer of one that was woken ends as well; nobody hears of it.
      slept.catch(() => undefined);
      timer.abort();
    }
    signal?.throwIfAborted();
  }

  /** Wakes all who wait now; answers how many. */
  wake(): number {
    const sleepers = [...this.#sleepers];
    for (const wake of sleepers) wake();
    return sleepers.length;
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
