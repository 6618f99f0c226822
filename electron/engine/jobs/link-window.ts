import type { Clock } from '../ports.ts';

/** A comparison needs that much time and that many bytes, while as many layers are under way as may be: else it tells of chance. */
const LEAST_MS = 10_000;
const LEAST_BYTES = 64_000_000;
/** What is lost by one layer fewer, or won by one more, below which the fewer are as good. */
const WORTH = 0.05;
/** How long a finding is believed, in ms, before another number is tried. */
const BELIEVED_MS = 60_000;

/**
 * How many layers at once the link to one host is worth, by what it was seen to take with more and with fewer of them. Where
 * one layer fills the link, four only arrive later each, and more is lost when something breaks; where a registry or a distant
 * network gives each connection little, as many go as may.
 */
export class LinkWindow {
  readonly #clock: Pick<Clock, 'steady'>;
  /** Fewer would leave workers without work. */
  readonly #least: number;
  /** Null = as many as may. */
  #size: number | null = null;
  #measured: { readonly sinceMs: number; bytes: number } | null = null;
  /** What another number has to be compared with, in bytes a second, and which one is being tried. */
  #trial: { readonly rate: number; readonly step: 1 | -1 } | null = null;
  #nextStep: 1 | -1 = -1;
  #believedUntilMs = 0;

  constructor(clock: Pick<Clock, 'steady'>, least: number) {
    this.#clock = clock;
    this.#least = least;
  }

  /** Layers at once, of at most so many. */
  of(most: number): number {
    return this.#size === null ? most : Math.min(most, this.#size);
  }

  /** The host took bytes (fewer than none where an upload was lost) while so many layers were under way. */
  took(bytes: number, underWay: number, most: number): void {
    const size = this.of(most);
    if (underWay !== size) {
      this.#measured = null;
      return;
    }
    const now = this.#clock.steady();
    this.#measured ??= { sinceMs: now, bytes: 0 };
    this.#measured.bytes += bytes;
    const { sinceMs, bytes: sum } = this.#measured;
    if (now - sinceMs < LEAST_MS || sum < LEAST_BYTES) return;
    this.#measured = null;
    this.#decide((sum * 1000) / (now - sinceMs), size, most);
  }

  #decide(rate: number, size: number, most: number): void {
    const trial = this.#trial;
    if (trial === null) {
      if (this.#clock.steady() >= this.#believedUntilMs) this.#try(rate, size, most);
      return;
    }
    this.#trial = null;
    const better = trial.step === -1 ? rate >= trial.rate * (1 - WORTH) : rate >= trial.rate * (1 + WORTH);
    if (better && this.#fits(size + trial.step, most)) {
      this.#nextStep = trial.step;
      this.#try(rate, size, most);
      return;
    }
    if (!better) {
      this.#size = size - trial.step;
      this.#nextStep = trial.step === 1 ? -1 : 1;
    }
    this.#believedUntilMs = this.#clock.steady() + BELIEVED_MS;
  }

  #fits(size: number, most: number): boolean {
    return size >= this.#least && size <= most;
  }

  #try(rate: number, size: number, most: number): void {
    const other = this.#nextStep === 1 ? -1 : 1;
    const step = this.#fits(size + this.#nextStep, most) ? this.#nextStep : other;
    if (!this.#fits(size + step, most)) return;
    this.#size = size + step;
    this.#trial = { rate, step };
  }
}
