/** One of several who share what is limited: a job, among layers at once, workers and bytes. */
export interface Share {
  /** Twice the weight gets twice as much while all of them want more; it may change while somebody waits. */
  readonly weight: number;
}

/**
 * Whose turn it is when what is shared is handed out bit by bit (start-time fair queueing): theirs who got the least for their
 * weight, however many of theirs wait. Who wanted nothing for a while is not owed it.
 */
export class FairTurns {
  /** What each share got for its weight. */
  readonly #got = new WeakMap<Share, number>();
  /** What the share had got that was served last, before that. */
  #floor = 0;

  #gotBy(share: Share): number {
    return Math.max(this.#floor, this.#got.get(share) ?? 0);
  }

  /** Of those who wait, in the order in which they came, the one who is next. */
  next<Waiter extends { readonly share: Share }>(waiting: readonly Waiter[]): Waiter | undefined {
    let next: Waiter | undefined;
    for (const waiter of waiting) {
      if (next === undefined || this.#gotBy(waiter.share) < this.#gotBy(next.share)) next = waiter;
    }
    return next;
  }

  /** A share gets so much. */
  serve(share: Share, amount: number): void {
    this.#floor = this.#gotBy(share);
    this.#got.set(share, this.#floor + amount / share.weight);
  }
}
