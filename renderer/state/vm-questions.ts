/** Questions to the engine that are under way at once. */
const AT_ONCE = 3;
/** A question that failed is asked again after this, each further time after twice as long. ms */
const FIRST_PAUSE_MS = 1000;
/** Longest pause before a question that failed is asked again. ms */
const LONGEST_PAUSE_MS = 60_000;

/** What is asked of a VM, for one state of it: another state is another question. */
export interface VmQuestion {
  readonly vmId: string;
  readonly state: string;
}

interface Asked {
  readonly state: string;
  readonly ended: AbortController;
}

/**
 * Asks something of each VM once for each of its states, a few at a time. A list that is read again stops no question that
 * still stands, however often that happens; a question that failed is asked again after a pause that grows.
 */
export class VmQuestions {
  readonly #ask: (vmId: string, signal: AbortSignal) => Promise<void>;
  #wanted: readonly VmQuestion[] = [];
  readonly #asking = new Map<string, Asked>();
  /** States whose answer is there, by VM. */
  readonly #answered = new Map<string, string>();
  #pauseMs = FIRST_PAUSE_MS;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** What failed waits for the pause to end. */
  readonly #failed = new Set<string>();

  /** @param ask asks and keeps the answer; throws where there is none */
  constructor(ask: (vmId: string, signal: AbortSignal) => Promise<void>) {
    this.#ask = ask;
  }

  /** Asks for all of these, and for nothing else any more. */
  follow(wanted: readonly VmQuestion[]): void {
    this.#wanted = wanted;
    const states = new Map(wanted.map(({ vmId, state }) => [vmId, state]));
    for (const [vmId, { state, ended }] of this.#asking) {
      if (states.get(vmId) !== state) ended.abort();
    }
    this.#next();
  }

  /** Ends every question. Others can be asked afterwards. */
  close(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#failed.clear();
    this.follow([]);
  }

  #next(): void {
    for (const { vmId, state } of this.#wanted) {
      if (this.#asking.size >= AT_ONCE) return;
      if (this.#asking.has(vmId) || this.#answered.get(vmId) === state || this.#failed.has(vmId)) continue;
      void this.#put(vmId, state);
    }
  }

  async #put(vmId: string, state: string): Promise<void> {
    const ended = new AbortController();
    this.#asking.set(vmId, { state, ended });
    try {
      await this.#ask(vmId, ended.signal);
      this.#answered.set(vmId, state);
      this.#pauseMs = FIRST_PAUSE_MS;
    } catch {
      if (!ended.signal.aborted) this.#askLater(vmId);
    } finally {
      this.#asking.delete(vmId);
      this.#next();
    }
  }

  #askLater(vmId: string): void {
    this.#failed.add(vmId);
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
      this.#failed.clear();
      this.#next();
    }, this.#pauseMs);
  }
}
