import type { DraftLayer } from '../../plan/push-draft.ts';

/** How many layers go at once. */
export interface LayerLimit {
  readonly limit: () => number;
  /** Subscribes to changes; answers what ends the subscription. */
  readonly onChange: (changed: () => void) => () => void;
}

/**
 * Lets the first layers of an order reach the workers before others begin: which of those that begin together asks its registry
 * for an upload faster is chance, and a short layer that is encoded before a long one leaves a worker without work at the end.
 */
export class FirstAtWork {
  readonly #ahead: Set<DraftLayer>;
  readonly #atOnce: number;
  readonly #concurrency: LayerLimit;
  #wake: () => void = () => undefined;

  /** @param workers so many layers are encoded at once */
  constructor(layers: readonly DraftLayer[], workers: number, concurrency: LayerLimit) {
    this.#ahead = new Set(layers.slice(0, workers));
    this.#atOnce = workers;
    this.#concurrency = concurrency;
  }

  /** A layer waits for a worker, or wants none any more. */
  arrived(layer: DraftLayer): void {
    if (this.#ahead.delete(layer) && this.#ahead.size === 0) this.#wake();
  }

  readonly limit = (): number => {
    const limit = this.#concurrency.limit();
    return this.#ahead.size === 0 ? limit : Math.min(limit, this.#atOnce);
  };

  readonly onChange = (changed: () => void): (() => void) => {
    this.#wake = changed;
    return this.#concurrency.onChange(changed);
  };
}
