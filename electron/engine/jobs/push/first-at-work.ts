import type { DraftLayer } from '../../plan/push-draft.ts';
import type { Clock } from '../../ports.ts';

/** How many layers go at once. */
export interface LayerLimit {
  readonly limit: () => number;
  /** Subscribes to changes; answers what ends the subscription. */
  readonly onChange: (changed: () => void) => () => void;
}

/** A registry that takes longer to open an upload is worth the requests of further layers meanwhile. ms */
const LONGEST_MS = 100;

/**
 * Lets the first layers of an order reach the workers before others begin: which of those that begin together asks its registry
 * for an upload faster is chance, and a short layer that is encoded before a long one leaves a worker without work at the end.
 * Nobody waits for longer than a near registry takes.
 */
export class FirstAtWork {
  readonly #ahead: Set<DraftLayer>;
  readonly #atOnce: number;
  readonly #limit: LayerLimit;
  readonly #over = new AbortController();
  #wake: () => void = () => undefined;

  /** @param workers so many layers are encoded at once */
  constructor(layers: readonly DraftLayer[], workers: number, limit: LayerLimit, clock: Pick<Clock, 'sleep'>) {
    this.#ahead = new Set(layers.slice(0, workers));
    this.#atOnce = workers;
    this.#limit = limit;
    clock.sleep(LONGEST_MS, this.#over.signal).then(
      () => this.end(),
      () => undefined,
    );
  }

  /** A layer waits for a worker, or wants none any more. */
  arrived(layer: DraftLayer): void {
    if (this.#ahead.delete(layer) && this.#ahead.size === 0) this.end();
  }

  /** Nobody waits for the first ones any more. */
  end(): void {
    this.#ahead.clear();
    this.#over.abort();
    this.#wake();
  }

  readonly limit = (): number => {
    const limit = this.#limit.limit();
    return this.#ahead.size === 0 ? limit : Math.min(limit, this.#atOnce);
  };

  readonly onChange = (changed: () => void): (() => void) => {
    this.#wake = changed;
    return this.#limit.onChange(changed);
  };
}
