import type { CellLook } from './weave-cells.ts';
import type { CellMoment } from './weave-paint.ts';

const FADE_MS = 160;
const FILL_MS = 120;

interface Transition {
  readonly from: CellLook;
  /** As `performance.now`. ms */
  readonly startMs: number;
  readonly lengthMs: number;
}

/** Cells on their way from one look to the next: a fill rises, everything else cross-fades. Times as of animation frames, in ms. */
export class CellTransitions {
  readonly #running = new Map<number, Transition>();
  #nowMs = 0;

  get size(): number {
    return this.#running.size;
  }

  /** A cell that looked like `from` looks like `to` from now on. */
  start(chunk: number, from: CellLook, to: CellLook, startMs: number): void {
    this.#running.set(chunk, { from, startMs, lengthMs: from.kind === to.kind ? FILL_MS : FADE_MS });
  }

  clear(): void {
    this.#running.clear();
  }

  /** Goes on to a time. Answers the cells that look different then, those that arrived among them. */
  advance(nowMs: number): readonly number[] {
    this.#nowMs = nowMs;
    const moving = [...this.#running.keys()];
    for (const [chunk, { startMs, lengthMs }] of this.#running) {
      if (nowMs - startMs >= lengthMs) this.#running.delete(chunk);
    }
    return moving;
  }

  /** What is to be drawn of a cell now. */
  moment(chunk: number, look: CellLook): CellMoment {
    const transition = this.#running.get(chunk);
    if (transition === undefined) return { look, from: null, progress: 1 };
    const { from, startMs, lengthMs } = transition;
    const progress = Math.min(1, (this.#nowMs - startMs) / lengthMs);
    if (from.kind !== look.kind) return { look, from, progress };
    const fill = from.fill + (look.fill - from.fill) * progress;
    return { look: { ...look, fill }, from: null, progress };
  }
}
