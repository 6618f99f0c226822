interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

/** Bytes of piece buffers that may be in use at once. Who asks first is served first, so that none waits for ever. */
export class PieceBudget {
  readonly #limit: number;
  #used = 0;
  readonly #waiters: Waiter[] = [];

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits until `bytes` (at most the limit) are free and takes them. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (bytes === 0 || this.tryTake(bytes)) return;
    let leave: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { bytes, go: resolve };
        leave = () => {
          const at = this.#waiters.indexOf(waiter);
          // Served in this very moment: the bytes are taken, and given back by who asked.
          if (at === -1) return;
          this.#waiters.splice(at, 1);
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          this.#serve();
        };
        this.#waiters.push(waiter);
        signal.addEventListener('abort', leave, { once: true });
      });
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Takes `bytes` if they are free and nobody waits; false = not taken. */
  tryTake(bytes: number): boolean {
    if (this.#waiters.length > 0 || this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  /** Gives back what was taken. */
  giveBack(bytes: number): void {
    this.#used -= bytes;
    this.#serve();
  }

  #serve(): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (this.#used + first.bytes > this.#limit) return;
      this.#used += first.bytes;
      this.#waiters.shift();
      first.go();
    }
  }
}
