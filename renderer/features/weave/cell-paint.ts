import type { Box } from '../../../shared/layout/weave-layout.ts';
import { type CellLook, FILL_STEPS, type ThreadTone } from './weave-cells.ts';
import type { WeavePalette } from './weave-palette.ts';
import type { WeaveTools } from './weave-tools.ts';

const RADIUS = 1.5;

/** What cells are painted with: on the canvas in sight, or on a stamp. */
export type Brush = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A cell's ground with its rounded corners. */
export function fillRound(context: Brush, box: Box, fill: string | CanvasPattern): void {
  context.fillStyle = fill;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, RADIUS);
  context.fill();
}

/** The edge of a cell, inside its box. */
export function strokeRound(
  context: Brush,
  box: Box,
  stroke: string,
  width: number,
  dash: readonly number[] = [],
): void {
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.beginPath();
  context.roundRect(box.x + width / 2, box.y + width / 2, box.width - width, box.height - width, RADIUS);
  context.stroke();
  context.setLineDash([]);
}

/** The middle of a box. */
export function middle(box: Box): { x: number; y: number } {
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
export function paintLook(
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
