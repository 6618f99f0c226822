import type { WeavePalette } from './weave-palette.ts';

/** What the strokes of a weave are made with: colours and the two woven fills, for one scale. */
export interface WeaveTools {
  readonly palette: WeavePalette;
  readonly present: CanvasPattern | string;
  readonly upload: CanvasPattern | string;
  /** Cells that look the same wherever they stand, painted once, by a number for what decides their look. */
  readonly stamps: Map<number, ImageBitmap>;
}

/** Twill: 1 px every 4 along a row, at 45°. */
const TWILL = { tile: 4, width: 1, alpha: 0.6 };
/** Hatch of an upload: 1.6 px every 5. */
const HATCH = { tile: 5, width: 1.6, alpha: 1 };

function wovenFill(
  context: CanvasRenderingContext2D,
  ground: string,
  thread: string,
  rule: typeof TWILL,
  scale: number,
): CanvasPattern | string {
  const tile = context.canvas.ownerDocument.createElement('canvas');
  const size = Math.round(rule.tile * scale);
  tile.width = size;
  tile.height = size;
  const brush = tile.getContext('2d');
  if (brush === null) return ground;
  brush.fillStyle = ground;
  brush.fillRect(0, 0, size, size);
  brush.strokeStyle = thread;
  brush.globalAlpha = rule.alpha;
  brush.lineWidth = rule.width * scale;
  brush.beginPath();
  for (let sum = -size / 2; sum < 3 * size; sum += size) {
    brush.moveTo(sum + size, -size);
    brush.lineTo(sum - 2 * size, 2 * size);
  }
  brush.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  // A pattern is laid out from the canvas's origin: it goes through from cell to cell by itself.
  pattern?.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, 0, 0]));
  return pattern ?? ground;
}

/** Makes the fills for a palette and a device scale. */
export function makeWeaveTools(context: CanvasRenderingContext2D, palette: WeavePalette, scale: number): WeaveTools {
  return {
    palette,
    present: wovenFill(context, palette.present, palette.present2, TWILL, scale),
    upload: wovenFill(context, palette.upload, palette.upload2, HATCH, scale),
    stamps: new Map(),
  };
}
