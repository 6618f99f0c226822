import { beforeAbort } from './before-abort.ts';

interface Work<Value> {
  readonly result: Promise<Value>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Work that many may ask for at once and that is done once: it ends early only when nobody waits any more. That one gives up is
 * no reason for the others to fail. What it gave is nobody's business here: whoever wants to keep it does.
 */
export class InFlight<Key, Value> {
  readonly #works = new Map<Key, Work<Value>>();

  /**
   * Waits for the work of a key, begun now if nobody waits for it. Rejects with what it rejects with, or with the signal's
   * reason when that aborts first.
   *
   * @param begin is given the signal that aborts when the last who waited went away
   */
  async join(key: Key, begin: (signal: AbortSignal) => Promise<Value>, signal: AbortSignal): Promise<Value> {
    signal.throwIfAborted();
    const work = this.#works.get(key) ?? this.#begin(key, begin);
    work.waiting += 1;
    try {
      return await beforeAbort(work.result, signal);
    } finally {
      work.waiting -= 1;
      if (work.waiting === 0 && this.#works.get(key) === work) {
        this.#works.delete(key);
        work.stop.abort();
      }
    }
  }

  #begin(key: Key, begin: (signal: AbortSignal) => Promise<Value>): Work<Value> {
    const stop = new AbortController();
    const work: Work<Value> = { result: begin(stop.signal), stop, waiting: 0 };
    this.#works.set(key, work);
    const over = (): void => {
      if (this.#works.get(key) === work) this.#works.delete(key);
    };
    // Whoever waits hears how it ends.
    work.result.then(over, over);
    return work;
  }
}
