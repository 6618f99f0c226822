/** Of a letter of Inter, in em, where nothing can be measured. */
const USUAL_LETTER = 0.6;

/** CSS px of one rem: 16 at the usual size of text, which a setting changes. */
export function remPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

let canvas: CanvasRenderingContext2D | null | undefined;

/** Width of a text in the window's type at `size` px, scaled as the text of the window is. CSS px */
export function textWidth(text: string, size: number): number {
  const px = (size * remPx()) / 16;
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null) return text.length * px * USUAL_LETTER;
  canvas.font = `500 ${String(px)}px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}
