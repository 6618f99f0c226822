import type { Share } from '../codec/share.ts';
import type { Clock } from '../ports.ts';
import { LinkWindow } from './link-window.ts';

/** A place that work needs a slot of. */
export interface WantedSlot {
  /** `host[:port]`; an image layout needs none. */
  readonly host: string;
  /** How many slots of this host may be taken at once, as it is now. */
  readonly limit: () => number;
}

interface Waiter {
  readonly wanted: readonly WantedSlot[];
  readonly share: Share;
  readonly enter: () => void;
  /** How many of no smaller load went before it although they came later. */
  overtaken: number;
}

/** The slots of all layers and blobs that go anywhere: the setting's number, over all jobs. */
export const EVERY_HOST = '*';
/** Who was overtaken so often keeps free slots of its hosts for itself until its turn. */
const MOST_OVERTAKEN = 8;
/** Work that belongs to no job. */
const NOBODYS: Share = { weight: 1 };

/** Slots that shares hold; a share without one costs nothing. */
class Holdings {
  readonly #held = new Map<Share, number>();

  /** What a share holds for its weight: who has the least is next. */
  loadOf(share: Share): number {
    return (this.#held.get(share) ?? 0) / share.weight;
  }

  add(share: Share, change: 1 | -1): void {
    const held = (this.#held.get(share) ?? 0) + change;
    if (held === 0) this.#held.delete(share);
    else this.#held.set(share, held);
  }

  /** The least loaded share first, within a share who came first. */
  inTurn(waiting: readonly Waiter[]): Waiter[] {
    return waiting.toSorted((one, other) => this.loadOf(one.share) - this.loadOf(other.share));
  }
}

/**
 * Slots of hosts over all jobs of an engine. What needs several hosts takes a slot of each at the same moment or none: who
 * waits holds nothing, so that two copies in opposite directions never wait for each other. A free slot goes to the job that
 * holds the fewest for its weight, within a job to who waits longest; one that waits for another host is overtaken by its
 * equals a few times only, so that everybody's turn comes.
 */
export class HostSlots {
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #workers: number;
  /** What the links to hosts are worth, and how many were wanted at most by who came last. */
  readonly #windows = new Map<string, { readonly window: LinkWindow; readonly most: () => number }>();
  readonly #taken = new Map<string, number>();
  readonly #holdings = new Holdings();
  readonly #waiting: Waiter[] = [];

  /** @param workers that make the bytes: so many layers always have their slots, or no link would be full */
  constructor(clock: Pick<Clock, 'steady'>, workers: number) {
    this.#clock = clock;
    this.#workers = workers;
  }

  /** A host took bytes; fewer than none where an upload was lost. */
  took(host: string, bytes: number): void {
    const known = this.#windows.get(host);
    if (known === undefined) return;
    const most = known.most();
    const before = known.window.of(most);
    known.window.took(bytes, this.#takenOf(host), most);
    if (known.window.of(most) > before) this.changed();
  }

  #isFull({ host, limit }: WantedSlot): boolean {
    const most = this.#windows.get(host)?.window.of(limit()) ?? limit();
    return this.#takenOf(host) >= Math.max(1, most);
  }

  /**
   * Waits for a slot of each host, and takes them.
   *
   * @returns gives them back; call it once
   * @throws the signal's reason
   */
  async enter(wanted: readonly WantedSlot[], signal: AbortSignal, share = NOBODYS): Promise<() => void> {
    signal.throwIfAborted();
    for (const { host, limit } of wanted) {
      if (host === EVERY_HOST) continue;
      const window = this.#windows.get(host)?.window ?? new LinkWindow(this.#clock, Math.max(2, this.#workers));
      this.#windows.set(host, { window, most: limit });
    }
    const leave = (): void => {
      this.#take(wanted, share, -1);
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
        share,
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

  #take(wanted: readonly WantedSlot[], share: Share, change: 1 | -1): void {
    for (const { host } of wanted) this.#taken.set(host, this.#takenOf(host) + change);
    this.#holdings.add(share, change);
  }

  #takenOf(host: string): number {
    return this.#taken.get(host) ?? 0;
  }

  /** A limit or a weight changed, or a slot was given back: who can, goes on. */
  changed(): void {
    while (this.#enterNext()) {
      // Each turn that is taken changes whose the next one is.
    }
  }

  #enterNext(): boolean {
    /** Hosts that somebody further ahead waits for. */
    const claimed = new Set<string>();
    const ahead: Waiter[] = [];
    for (const waiter of this.#holdings.inTurn(this.#waiting)) {
      const { wanted, share } = waiter;
      const full = wanted.filter((slot) => claimed.has(slot.host) || this.#isFull(slot));
      if (full.length > 0) {
        const kept = waiter.overtaken < MOST_OVERTAKEN ? full : [...full, ...wanted.filter(isOneHost)];
        for (const { host } of kept) claimed.add(host);
        ahead.push(waiter);
        continue;
      }
      const load = this.#holdings.loadOf(share);
      for (const other of ahead) if (this.#holdings.loadOf(other.share) >= load) other.overtaken += 1;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      this.#take(wanted, share, 1);
      waiter.enter();
      return true;
    }
    return false;
  }
}

/** Nobody keeps the slots of all hosts for the sake of one that is full. */
function isOneHost({ host }: WantedSlot): boolean {
  return host !== EVERY_HOST;
}
