import {
  type Box,
  cellBox,
  columnRows,
  columnX,
  GROUP,
  gapAfter,
  hair,
  markX,
  rowY,
  type WeaveLayout,
  warpOffsets,
} from '../../../shared/layout/weave-layout.ts';
import { type Brush, paintLook } from './cell-paint.ts';
import { CELL_KINDS, type CellLook, FILL_STEPS } from './weave-cells.ts';
import type { WeaveTools } from './weave-tools.ts';

/** Steps between the eighths that a fill goes through while it moves. */
const STAMPED_FILLS = 4;
/** No cell is as wide, in device px. */
const MOST_WIDTH = 1024;

/**
 * A cell from the stamps: painting a path for each of 261 cells in each frame costs more than a frame has. Woven cells and
 * threads depend on where they stand and are painted.
 */
function stampLook(
  context: Brush,
  tools: WeaveTools,
  look: CellLook,
  cell: Box,
  runsOn: number,
  step: number,
  scale: number,
): void {
  if (look.kind === 'present' || look.kind === 'upload' || look.kind === 'zero') {
    paintLook(context, tools, look, cell, runsOn, step, scale);
    return;
  }
  const eighth = Math.round(look.fill * STAMPED_FILLS);
  const turn = look.kind === 'hashing' && step >= 0 ? step % 6 : -1;
  const width = Math.round(cell.width * scale);
  const key = stampKey(look, eighth, turn, width);
  let stamp = tools.stamps.get(key);
  if (stamp === undefined) {
    const sheet = new OffscreenCanvas(width, Math.round(cell.height * scale));
    const brush = sheet.getContext('2d');
    if (brush === null) return;
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    paintLook(brush, tools, { ...look, fill: eighth / STAMPED_FILLS }, { ...cell, x: 0, y: 0 }, 0, turn, scale);
    // A bitmap is drawn as it is; of a canvas each drawing would take a picture first.
    stamp = sheet.transferToImageBitmap();
    tools.stamps.set(key, stamp);
  }
  context.drawImage(stamp, cell.x, cell.y, cell.width, cell.height);
}

/** One number for all that decides a stamp: text would be made anew for each cell of each frame. */
function stampKey(look: CellLook, eighth: number, turn: number, width: number): number {
  const part = Math.round(width * look.part);
  const fills = FILL_STEPS * STAMPED_FILLS + 1;
  return (((CELL_KINDS.indexOf(look.kind) * fills + eighth) * 7 + turn + 1) * MOST_WIDTH + width) * MOST_WIDTH + part;
}

/** What one cell shows at one moment: its look, or two looks that fade into each other. */
export interface CellMoment {
  readonly look: CellLook;
  /** The look that goes, and how far the new one has come (0 to 1). */
  readonly from: CellLook | null;
  readonly progress: number;
}

/** Everything that one painting needs. */
export interface WeaveScene {
  readonly layout: WeaveLayout;
  readonly tools: WeaveTools;
  readonly moment: (chunk: number) => CellMoment | undefined;
  /** Opacity of a cell: 0.3 while the legend points at another kind. */
  readonly opacity: (look: CellLook) => number;
  /** Turn of the hashing dots; -1 while they stand still. */
  readonly step: number;
}

/** Warp and marks of a column from `top` to `bottom`. */
function paintGround(context: Brush, scene: WeaveScene, column: number, top: number, bottom: number): void {
  const { layout, tools } = scene;
  const x = columnX(layout, column);
  context.fillStyle = tools.palette.warp;
  for (const offset of warpOffsets(layout)) context.fillRect(x + offset, top, hair(layout), bottom - top);
}

/** Paints some cells anew, with the ground under them; where most of them change, the whole cloth costs less. */
export function paintCells(context: Brush, scene: WeaveScene, chunks: readonly number[]): void {
  const { layout, tools } = scene;
  if (chunks.length > layout.count / 2) {
    paintWeave(context, scene);
    return;
  }
  for (const chunk of chunks) {
    const box = cellBox(layout, chunk);
    const gap = gapAfter(layout, chunk);
    const column = chunk % layout.columns;
    context.clearRect(box.x, box.y, box.width + gap, box.height);
    paintGround(context, scene, column, box.y, box.y + box.height);
    if (gap > layout.gap && columnRows(layout, column + 1) > Math.floor(chunk / layout.columns)) {
      context.fillStyle = tools.palette.mark;
      context.fillRect(markX(layout, column + 1), box.y, hair(layout), box.height);
    }
    paintCell(context, scene, chunk, box, gap);
  }
  context.globalAlpha = 1;
}

/** Paints a cell onto its ground. Leaves its opacity behind. */
function paintCell(context: Brush, scene: WeaveScene, chunk: number, box: Box, gap: number): void {
  const { layout, tools } = scene;
  const moment = scene.moment(chunk);
  if (moment === undefined) return;
  const thread = moment.look.kind === 'zero' || moment.from?.kind === 'zero';
  const runsOn = thread && scene.moment(chunk + 1)?.look.kind === 'zero' ? gap : 0;
  const opacity = scene.opacity(moment.look);
  if (moment.from !== null) {
    // The old look stays whole under the new one, or the cell would pale on the way; under a bare thread it fades.
    context.globalAlpha = moment.look.kind === 'zero' ? opacity * (1 - moment.progress) : opacity;
    stampLook(context, tools, moment.from, box, runsOn, scene.step, layout.scale);
  }
  context.globalAlpha = moment.from === null ? opacity : opacity * moment.progress;
  stampLook(context, tools, moment.look, box, runsOn, scene.step, layout.scale);
}

/** Paints the whole cloth: warp with its fringe, marks, cells. */
export function paintWeave(context: Brush, scene: WeaveScene): void {
  const { layout, tools } = scene;
  context.globalAlpha = 1;
  context.clearRect(0, 0, layout.width, layout.height);
  const columns = Math.min(layout.columns, layout.count);
  for (let column = 0; column < columns; column++) {
    const bottom = rowY(layout, columnRows(layout, column) - 1) + layout.cell.height + layout.fringe;
    const top = layout.top - layout.fringe;
    paintGround(context, scene, column, top, bottom);
    if (column > 0 && column % GROUP === 0) {
      context.fillStyle = tools.palette.mark;
      context.fillRect(markX(layout, column), top, hair(layout), bottom - top);
    }
  }
  for (let chunk = 0; chunk < layout.count; chunk++) {
    paintCell(context, scene, chunk, cellBox(layout, chunk), gapAfter(layout, chunk));
  }
  context.globalAlpha = 1;
}
