import type { DraftTarget } from '../../plan/push-draft.ts';
import { stuckBy } from '../stuck-job.ts';

/** What becomes of the targets of a push: one that fails is left out, and the others go on. */
export class TargetOutcomes {
  readonly #targets: readonly DraftTarget[];
  readonly #failures = new Map<DraftTarget, unknown>();
  readonly #published = new Set<DraftTarget>();

  constructor(targets: readonly DraftTarget[]) {
    this.#targets = targets;
  }

  /** Targets that take part. */
  get live(): DraftTarget[] {
    return this.#targets.filter((target) => !this.#failures.has(target));
  }

  isLive(target: DraftTarget): boolean {
    return !this.#failures.has(target);
  }

  /**
   * Does something for one target; what goes wrong leaves it out from now on. Answers whether it went well.
   *
   * @throws the signal's reason; what went wrong, where no other target could go on
   */
  async attempt(target: DraftTarget, signal: AbortSignal, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      signal.throwIfAborted();
      this.fail(target, thrown);
      return false;
    }
  }

  /** Leaves a target out from now on. @throws what it failed with, where no other target could go on */
  fail(target: DraftTarget, thrown: unknown): void {
    const others = this.live.filter((other) => other !== target && !this.#published.has(other));
    // Who has everything needs nobody's patience: what is in the way of the last one is in the way of the push.
    if (others.length === 0) throw thrown;
    if (this.#failures.has(target)) return;
    this.#failures.set(target, thrown);
    for (const state of target.states) if (state.state === 'new' || state.state === 'moves') state.state = 'failed';
  }

  /** The tags of a target are written. */
  publish(target: DraftTarget): void {
    this.#published.add(target);
  }

  isPublished(target: DraftTarget): boolean {
    return this.#published.has(target);
  }

  /** @throws what the first target failed with; what passes by itself or by a person before what does not */
  throwFailure(): void {
    const failures = [...this.#failures.values()];
    if (failures.length === 0) return;
    throw failures.find((failure) => stuckBy(failure) !== null) ?? failures[0];
  }

  /** Takes all in again; answers those that were left out. */
  revive(): DraftTarget[] {
    const out = [...this.#failures.keys()];
    this.#failures.clear();
    return out;
  }
}
