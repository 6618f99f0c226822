import { type CompareLayout, sideBox } from '../../../shared/layout/compare-layout.ts';
import {
  type Box,
  cellBox,
  columnRows,
  columnX,
  GROUP,
  gapAfter,
  hair,
  markX,
  warpOffsets,
} from '../../../shared/layout/weave-layout.ts';
import type { ComparedCell, ComparedChunk } from '../../../shared/models/comparison.ts';
import { isCommon, kindOfCell, type PlaceKind } from '../../../shared/models/differences.ts';
import { fillRound, middle, strokeRound } from '../weave/cell-paint.ts';
import type { WeavePalette } from '../weave/weave-palette.ts';
import type { WeaveTools } from '../weave/weave-tools.ts';

/** How far cut threads show beyond their band. CSS px. */
const CUT = 3;
const FADED_OPACITY = 0.3;

/** Everything that one painting needs. */
export interface CompareScene {
  readonly layout: CompareLayout;
  readonly tools: WeaveTools;
  readonly chunks: readonly ComparedChunk[];
  /** All others fade; null = none does. */
  readonly highlighted: PlaceKind | null;
}

/** The green that is there in forced colours, too. */
function green(palette: WeavePalette): string {
  return palette.forced ? palette.present2 : palette.present;
}

function paintMarks(context: CanvasRenderingContext2D, { layout: { pairs }, tools }: CompareScene): void {
  context.fillStyle = tools.palette.mark;
  for (let column = GROUP; column < Math.min(pairs.columns, pairs.count); column += GROUP) {
    for (let row = 0; row < columnRows(pairs, column); row += 1) {
      const { y, height } = cellBox(pairs, row * pairs.columns + column);
      context.fillRect(markX(pairs, column), y - pairs.fringe, hair(pairs), height + 2 * pairs.fringe);
    }
  }
}

/** Others than the highlighted kind fade, with their threads. */
function opacityOf({ highlighted }: CompareScene, kind: PlaceKind): number {
  return highlighted === null || highlighted === kind ? 1 : FADED_OPACITY;
}

/** Warp of a place: unbroken through both bands where they are the same, else cut behind each. */
function paintThreads(context: CanvasRenderingContext2D, scene: CompareScene, place: number): void {
  const { layout, tools, chunks } = scene;
  const { pairs } = layout;
  const chunk = chunks[place];
  if (chunk === undefined) return;
  const x = columnX(pairs, place % pairs.columns);
  const line = (top: number, bottom: number): void => {
    for (const offset of warpOffsets(pairs)) context.fillRect(x + offset, top, hair(pairs), bottom - top);
  };
  if (isCommon(chunk)) {
    const pair = cellBox(pairs, place);
    const kind = chunk.a?.state === 'common' ? 'common' : 'zero';
    context.fillStyle = kind === 'common' ? green(tools.palette) : tools.palette.zero;
    context.globalAlpha = opacityOf(scene, kind);
    line(pair.y - pairs.fringe, pair.y + pair.height + pairs.fringe);
    context.globalAlpha = 1;
    return;
  }
  context.fillStyle = tools.palette.warp;
  for (const side of ['a', 'b'] as const) {
    if (chunk[side] === null) continue;
    const box = sideBox(layout, place, side);
    line(box.y - CUT, box.y + box.height + CUT);
  }
}

function paintHollow(context: CanvasRenderingContext2D, box: Box, palette: WeavePalette, rising: boolean): void {
  fillRound(context, box, palette.pane);
  strokeRound(context, box, palette.text2, 1);
  const [from, to] = rising ? [box.y + box.height - 3, box.y + 3] : [box.y + 3, box.y + box.height - 3];
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(box.x + 2.5, from);
  context.lineTo(box.x + box.width - 2.5, to);
  context.stroke();
}

function paintMoved(context: CanvasRenderingContext2D, box: Box, palette: WeavePalette): void {
  fillRound(context, box, palette.pane);
  strokeRound(context, box, green(palette), 1.5);
  const { x, y } = middle(box);
  const arm = Math.min(3, box.width / 4);
  context.lineWidth = 1.4;
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x + arm, y);
  context.lineTo(x, y + arm);
  context.stroke();
}

function paintZeros(context: CanvasRenderingContext2D, box: Box, palette: WeavePalette, runsOn: number, scale: number) {
  const thickness = Math.round(2 * scale) / scale;
  const y = Math.round((box.y + box.height / 2) * scale) / scale - thickness / 2;
  context.fillStyle = palette.zero;
  context.fillRect(box.x, Math.round(y * scale) / scale, box.width + runsOn, thickness);
}

function paintCell(
  context: CanvasRenderingContext2D,
  scene: CompareScene,
  cell: ComparedCell,
  place: number,
  side: 'a' | 'b',
): void {
  const { layout, tools, chunks } = scene;
  const { palette } = tools;
  const { pairs } = layout;
  const box = sideBox(layout, place, side);
  const kind = kindOfCell(cell, side);
  context.globalAlpha = opacityOf(scene, kind);
  switch (kind) {
    case 'common':
      fillRound(context, box, tools.present);
      if (palette.forced) strokeRound(context, box, palette.present2, 1);
      break;
    case 'onlyA':
    case 'onlyB':
      paintHollow(context, box, palette, kind === 'onlyA');
      break;
    case 'moved':
      paintMoved(context, box, palette);
      break;
    case 'zero': {
      const goesOn = chunks[place + 1]?.[side]?.state === 'zero';
      paintZeros(context, box, palette, goesOn ? gapAfter(pairs, place) : 0, pairs.scale);
      break;
    }
    case 'unknown':
      fillRound(context, box, palette.sunk);
      strokeRound(context, box, palette.zero, 1, [2, 2]);
      break;
  }
  context.globalAlpha = 1;
}

/** Where the same bytes lie elsewhere in the same wrapped row: a curve from A's cell to B's. */
function paintCurve(context: CanvasRenderingContext2D, scene: CompareScene, from: number, to: number): void {
  const { layout, tools } = scene;
  const { columns } = layout.pairs;
  if (Math.floor(from / columns) !== Math.floor(to / columns)) return;
  const [above, below] = [sideBox(layout, from, 'a'), sideBox(layout, to, 'b')];
  const start = { x: above.x + above.width / 2, y: above.y + above.height };
  const end = { x: below.x + below.width / 2, y: below.y };
  const bend = (start.y + end.y) / 2;
  context.globalAlpha = opacityOf(scene, 'moved');
  context.strokeStyle = green(tools.palette);
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.bezierCurveTo(start.x, bend, end.x, bend, end.x, end.y);
  context.stroke();
  context.globalAlpha = 1;
}

/** Paints both bands with the threads between them. */
export function paintComparison(context: CanvasRenderingContext2D, scene: CompareScene): void {
  const { layout, chunks } = scene;
  context.globalAlpha = 1;
  context.clearRect(0, 0, layout.pairs.width, layout.pairs.height);
  paintMarks(context, scene);
  for (const [place, { a, b }] of chunks.entries()) {
    paintThreads(context, scene, place);
    if (a !== null) paintCell(context, scene, a, place, 'a');
    if (b !== null) paintCell(context, scene, b, place, 'b');
  }
  for (const [place, { a }] of chunks.entries()) {
    if (a?.state === 'moved' && a.at !== null) paintCurve(context, scene, place, a.at);
  }
}
