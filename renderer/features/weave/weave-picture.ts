import type { WeaveLayout } from '../../../shared/layout/weave-layout.ts';
import { CellTransitions } from './cell-transitions.ts';
import { type CellKind, type CellLook, sameLook } from './weave-cells.ts';
import { type CellMoment, paintCells, paintWeave, type WeaveScene } from './weave-paint.ts';
import { onPaletteChange, readPalette } from './weave-palette.ts';
import { makeWeaveTools, type WeaveTools } from './weave-tools.ts';

const HASHING_STEP_MS = 400;
const FADED_OPACITY = 0.3;

/** A canvas that shows a weave and repaints only the cells that change. */
export interface WeavePicture {
  readonly show: (layout: WeaveLayout, looks: readonly CellLook[]) => void;
  /** Fades all cells but those of one kind; null = none. */
  readonly highlight: (kind: CellKind | null) => void;
  readonly close: () => void;
}

/** Takes over a canvas. Ends its animations, observers and timers on {@link WeavePicture.close}. */
export function createWeavePicture(canvas: HTMLCanvasElement): WeavePicture {
  const context = canvas.getContext('2d');
  const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');
  const transitions = new CellTransitions();
  let layout: WeaveLayout | null = null;
  let looks: readonly CellLook[] = [];
  let tools: WeaveTools | null = null;
  let highlighted: CellKind | null = null;
  let frame: number | null = null;
  let hashing: ReturnType<typeof setInterval> | null = null;
  let step = 0;

  function moment(chunk: number): CellMoment | undefined {
    const look = looks[chunk];
    return look === undefined ? undefined : transitions.moment(chunk, look);
  }

  function scene(): WeaveScene | null {
    if (context === null || layout === null) return null;
    tools ??= makeWeaveTools(context, readPalette(canvas), layout.scale);
    return {
      layout,
      tools,
      moment,
      opacity: (look) => (highlighted === null || look.kind === highlighted ? 1 : FADED_OPACITY),
      step: stillness.matches ? -1 : step,
    };
  }

  function paintAll(): void {
    const current = scene();
    if (context !== null && current !== null) paintWeave(context, current);
  }

  function paintSome(chunks: readonly number[]): void {
    const current = scene();
    if (context !== null && current !== null) paintCells(context, current, chunks);
  }

  function tick(timeMs: number): void {
    frame = null;
    paintSome(transitions.advance(timeMs));
    if (transitions.size > 0) frame = requestAnimationFrame(tick);
  }

  function watchHashing(): void {
    const wanted = !stillness.matches && looks.some((look) => look.kind === 'hashing');
    if (wanted && hashing === null) {
      hashing = setInterval(() => {
        step++;
        paintSome(looks.flatMap((look, chunk) => (look.kind === 'hashing' ? [chunk] : [])));
      }, HASHING_STEP_MS);
    }
    if (!wanted && hashing !== null) {
      clearInterval(hashing);
      hashing = null;
    }
  }

  function change(next: readonly CellLook[]): void {
    const before = looks;
    looks = next;
    const startMs = performance.now();
    const still: number[] = [];
    for (const [chunk, look] of next.entries()) {
      const from = before[chunk];
      if (from === undefined || sameLook(from, look)) continue;
      if (stillness.matches) still.push(chunk);
      else transitions.start(chunk, from, look, startMs);
      // A thread bridges the gap to the next zero chunk.
      if ((from.kind === 'zero') !== (look.kind === 'zero')) still.push(chunk - 1);
    }
    if (still.length > 0) paintSome(still);
    if (transitions.size > 0) frame ??= requestAnimationFrame(tick);
  }

  const stopWatching = onPaletteChange(canvas, () => {
    tools = null;
    paintAll();
  });

  return {
    show(nextLayout, nextLooks) {
      if (nextLayout === layout && nextLooks.length === looks.length) {
        change(nextLooks);
      } else {
        if (nextLayout.scale !== layout?.scale) tools = null;
        layout = nextLayout;
        looks = nextLooks;
        transitions.clear();
        canvas.width = Math.round(layout.width * layout.scale);
        canvas.height = Math.round(layout.height * layout.scale);
        canvas.style.width = `${String(layout.width)}px`;
        canvas.style.height = `${String(layout.height)}px`;
        context?.setTransform(layout.scale, 0, 0, layout.scale, 0, 0);
        paintAll();
      }
      watchHashing();
    },
    highlight(kind) {
      if (kind === highlighted) return;
      highlighted = kind;
      paintAll();
    },
    close() {
      stopWatching();
      if (frame !== null) cancelAnimationFrame(frame);
      if (hashing !== null) clearInterval(hashing);
      frame = null;
      hashing = null;
    },
  };
}
