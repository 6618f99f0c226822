/** A place that work needs a slot of. */
export interface WantedSlot {
  /** `host[:port]`; an image layout needs none. */
  readonly host: string;
  /** How many slots of this host may be taken at once, as it is now. */
  readonly limit: () => number;
}

interface Waiter {
  readonly wanted: readonly WantedSlot[];
  readonly enter: () => void;
  /** How many came after it and went before it. */
  overtaken: number;
}

/** Who was overtaken so often keeps free slots of its hosts for itself until its turn. */
const MOST_OVERTAKEN = 8;

/**
 * Slots of hosts over all copies of an engine. What needs several hosts takes a slot of each at the same moment or none: who
 * waits holds nothing, so that two copies in opposite directions never wait for each other. Of a host that is full the first in
 * line gets the next slot; one that waits for another host is overtaken a few times only, so that everybody's turn comes.
 */
export class HostSlots {
  readonly #taken = new Map<string, number>();
  readonly #waiting: Waiter[] = [];

  /**
   * Waits for a slot of each host, and takes them.
   *
   * @returns gives them back; call it once
   * @throws the signal's reason
   */
  async enter(wanted: readonly WantedSlot[], signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const leave = (): void => {
      for (const { host } of wanted) this.#taken.set(host, this.#takenOf(host) - 1);
      this.changed();
    };
    const turn = new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        this.changed();
      };
      const waiter: Waiter = {
        wanted,
        overtaken: 0,
        enter: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiter);
    });
    this.changed();
    await turn;
    return leave;
  }

  #takenOf(host: string): number {
    return this.#taken.get(host) ?? 0;
  }

  /** A limit changed, or a slot was given back: who can, goes on. */
  changed(): void {
    /** Hosts that somebody further ahead waits for. */
    const claimed = new Set<string>();
    const ahead: Waiter[] = [];
    for (const waiter of [...this.#waiting]) {
      const full = waiter.wanted.filter(
        ({ host, limit }) => claimed.has(host) || this.#takenOf(host) >= Math.max(1, limit()),
      );
      if (full.length > 0) {
        for (const { host } of waiter.overtaken < MOST_OVERTAKEN ? full : waiter.wanted) claimed.add(host);
        ahead.push(waiter);
        continue;
      }
      for (const other of ahead) other.overtaken += 1;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      for (const { host } of waiter.wanted) this.#taken.set(host, this.#takenOf(host) + 1);
      waiter.enter();
    }
  }
}
