import { CELL_KINDS, type CellLook, FILL_STEPS, type ThreadTone } from './weave-cells.ts';
import { type Box, cellBox, columnRows, columnX, GROUP, rowY, type WeaveLayout } from './weave-layout.ts';
import type { WeavePalette } from './weave-palette.ts';
import type { WeaveTools } from './weave-tools.ts';

const RADIUS = 1.5;

/** What cells are painted with: on the canvas in sight, or on a stamp. */
type Brush = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function fillRound(context: Brush, box: Box, fill: string | CanvasPattern): void {
  context.fillStyle = fill;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, RADIUS);
  context.fill();
}

function strokeRound(context: Brush, box: Box, stroke: string, width: number, dash: readonly number[] = []): void {
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.beginPath();
  context.roundRect(box.x + width / 2, box.y + width / 2, box.width - width, box.height - width, RADIUS);
  context.stroke();
  context.setLineDash([]);
}

function middle(box: Box): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function paintMount(context: Brush, box: Box, palette: WeavePalette, scale: number): void {
  context.fillStyle = palette.mountTint;
  context.fillRect(box.x, box.y, box.width, box.height);
  const width = Math.round(box.width * scale);
  const least = Math.max(1, Math.round(width * 0.1));
  const gap = (width - 2 * (least + 1)) % 3 === 0 ? least + 1 : least;
  const side = Math.floor((width - 2 * gap) / 3);
  context.fillStyle = palette.mount;
  const threads = [0, side + gap, width - side];
  for (const [place, x] of threads.entries()) {
    const threadWidth = place === 1 ? width - 2 * (side + gap) : side;
    context.fillRect(box.x + x / scale, box.y, threadWidth / scale, box.height);
  }
}

function paintDuplicate(context: Brush, box: Box, palette: WeavePalette, scale: number): void {
  const bar = Math.round(box.height * 0.37 * scale) / scale;
  context.fillStyle = palette.duplicateTint;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.fillStyle = palette.duplicate;
  context.fillRect(box.x, box.y, box.width, bar);
  context.fillRect(box.x, box.y + box.height - bar, box.width, bar);
}

/** Six dots; the one whose turn it is stands out. */
function paintHashing(context: Brush, box: Box, palette: WeavePalette, step: number): void {
  fillRound(context, box, palette.sunk);
  strokeRound(context, box, palette.controlLine, 1);
  const dot = box.width < 10 ? 1 : 2;
  const gapX = Math.round(box.width * 0.32);
  const gapY = Math.round(box.height * 0.24);
  const center = middle(box);
  context.fillStyle = palette.text2;
  const alpha = context.globalAlpha;
  for (let place = 0; place < 6; place++) {
    const x = Math.round(center.x - gapX / 2 - dot / 2) + (place % 2) * gapX;
    const y = Math.round(center.y - dot / 2) + (Math.floor(place / 2) - 1) * gapY;
    context.globalAlpha = step >= 0 && place !== step % 6 ? alpha * 0.6 : alpha;
    context.fillRect(x, y, dot, dot);
  }
  context.globalAlpha = alpha;
}

function paintChecking(context: Brush, box: Box, palette: WeavePalette): void {
  fillRound(context, box, palette.sunk);
  strokeRound(context, box, palette.controlLine, 1);
  const center = middle(box);
  context.strokeStyle = palette.text2;
  context.lineWidth = box.width < 10 ? 1 : 1.5;
  context.beginPath();
  context.arc(center.x, center.y, box.width * 0.25, 0, 2 * Math.PI);
  context.stroke();
}

/** Three lines that grow shorter: the chunk gets smaller. */
function paintEncoding(context: Brush, box: Box, palette: WeavePalette): void {
  fillRound(context, box, palette.sunk);
  strokeRound(context, box, palette.controlLine, 1);
  const center = middle(box);
  const gap = Math.round(box.height * 0.24);
  context.fillStyle = palette.text2;
  for (const [place, part] of [0.6, 0.4, 0.2].entries()) {
    const width = Math.max(1, box.width * part);
    context.fillRect(center.x - width / 2, Math.round(center.y - 0.5) + (place - 1) * gap, width, 1);
  }
}

function paintUploading(context: Brush, box: Box, palette: WeavePalette, fill: number): void {
  fillRound(context, box, palette.uploadTint);
  const height = (box.height * fill) / FILL_STEPS;
  if (fill > 0) {
    context.save();
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, RADIUS);
    context.clip();
    context.fillStyle = palette.upload;
    context.fillRect(box.x, box.y + box.height - height, box.width, height);
    context.fillStyle = palette.upload2;
    context.fillRect(box.x, box.y + box.height - height, box.width, 1.5);
    context.restore();
  }
  strokeRound(context, box, palette.forced ? palette.upload2 : palette.upload, 1);
}

function paintRetrying(context: Brush, box: Box, palette: WeavePalette, fill: number): void {
  paintUploading(context, box, palette, fill);
  const corner = Math.round(box.width * 0.45);
  const right = box.x + box.width;
  context.fillStyle = palette.fail;
  context.beginPath();
  context.moveTo(right - corner, box.y);
  context.lineTo(right, box.y);
  context.lineTo(right, box.y + corner);
  context.fill();
  strokeRound(context, box, palette.fail, 1.5);
}

function paintCross(context: Brush, box: Box, stroke: string): void {
  const center = middle(box);
  const arm = box.width * 0.22;
  context.strokeStyle = stroke;
  context.lineWidth = box.width < 10 ? 1.2 : 1.6;
  context.beginPath();
  context.moveTo(center.x - arm, center.y - arm);
  context.lineTo(center.x + arm, center.y + arm);
  context.moveTo(center.x + arm, center.y - arm);
  context.lineTo(center.x - arm, center.y + arm);
  context.stroke();
}

function paintRoundKnot(context: Brush, box: Box, fill: string): void {
  const center = middle(box);
  context.fillStyle = fill;
  context.beginPath();
  context.arc(center.x, center.y, 1.7, 0, 2 * Math.PI);
  context.fill();
}

function paintSquareKnot(context: Brush, box: Box, fill: string): void {
  const knot = Math.min(5, Math.floor(box.width / 2));
  context.fillStyle = fill;
  context.fillRect(Math.round(box.x + (box.width - knot) / 2), Math.round(box.y + (box.height - knot) / 2), knot, knot);
}

function threadColour(palette: WeavePalette, tone: ThreadTone): string {
  if (palette.forced) return palette.zero;
  return palette[tone];
}

/** A zero chunk: a 2 px thread that runs on over the gap when the next chunk is one too. */
function paintThread(
  context: Brush,
  look: CellLook,
  box: Box,
  runsOn: number,
  palette: WeavePalette,
  scale: number,
): void {
  const thickness = Math.round(2 * scale) / scale;
  const y = Math.round((box.y + box.height / 2) * scale) / scale - Math.round(scale) / scale;
  context.fillStyle = threadColour(palette, look.tone);
  context.fillRect(box.x, y, box.width + runsOn, thickness);
  if (look.tone === 'upload') paintSquareKnot(context, box, palette.forced ? palette.upload2 : palette.upload);
}

/** One cell, as it looks; `runsOn` is the gap a thread bridges, `step` the turn of the hashing dots. */
function paintLook(
  context: Brush,
  tools: WeaveTools,
  look: CellLook,
  cell: Box,
  runsOn: number,
  step: number,
  scale: number,
): void {
  const { palette } = tools;
  const box: Box =
    look.part < 1 ? { ...cell, width: Math.max(4, Math.round(cell.width * look.part * scale) / scale) } : cell;
  switch (look.kind) {
    case 'present':
      fillRound(context, box, tools.present);
      break;
    case 'upload':
      fillRound(context, box, tools.upload);
      break;
    case 'mount':
      paintMount(context, box, palette, scale);
      return;
    case 'duplicate':
      paintDuplicate(context, box, palette, scale);
      return;
    case 'zero':
      paintThread(context, look, box, runsOn, palette, scale);
      return;
    case 'unknown':
      fillRound(context, box, palette.sunk);
      strokeRound(context, box, palette.zero, 1, [2, 2]);
      return;
    case 'waiting':
      fillRound(context, box, palette.uploadTint);
      strokeRound(context, box, palette.forced ? palette.upload2 : palette.upload, 1, [2, 2]);
      return;
    case 'hashing':
      paintHashing(context, box, palette, step);
      return;
    case 'checking':
      paintChecking(context, box, palette);
      return;
    case 'encoding':
      paintEncoding(context, box, palette);
      return;
    case 'mounting':
      fillRound(context, box, palette.mountTint);
      context.fillStyle = palette.mount;
      context.fillRect(box.x, box.y, Math.round(box.width / 3), box.height);
      strokeRound(context, box, palette.mount, 1);
      return;
    case 'uploading':
      paintUploading(context, box, palette, look.fill);
      return;
    case 'retrying':
      paintRetrying(context, box, palette, look.fill);
      return;
    case 'committing':
      fillRound(context, box, palette.forced ? palette.upload2 : palette.upload);
      paintSquareKnot(context, box, palette.pane);
      return;
    case 'done':
      fillRound(context, box, palette.forced ? palette.present2 : palette.present);
      paintRoundKnot(context, box, palette.pane);
      return;
    case 'failed':
      fillRound(context, box, palette.fail);
      paintCross(context, box, palette.forced ? palette.pane : '#ffffff');
      return;
    case 'cancelled':
      fillRound(context, box, palette.sunk);
      strokeRound(context, box, palette.controlLine, 1);
      context.fillStyle = palette.text2;
      context.fillRect(box.x + 3, Math.round(middle(box).y - 0.75), box.width - 6, 1.5);
      return;
  }
  if (palette.forced) strokeRound(context, box, palette.present2, 1);
}

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

function gapAfter(layout: WeaveLayout, chunk: number): number {
  const column = (chunk % layout.columns) + 1;
  if (column === layout.columns) return 0;
  return column % GROUP === 0 ? layout.gap + layout.groupGap : layout.gap;
}

function hair(layout: WeaveLayout): number {
  return Math.round(layout.scale) / layout.scale;
}

function warpOffsets(layout: WeaveLayout): readonly [number, number] {
  const { width } = layout.cell;
  const first = Math.round(width * 0.3 * layout.scale) / layout.scale;
  return [first, width - first - hair(layout)];
}

function markX(layout: WeaveLayout, column: number): number {
  const gap = layout.gap + layout.groupGap;
  return columnX(layout, column) - gap + Math.floor((gap * layout.scale - 1) / 2) / layout.scale;
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
