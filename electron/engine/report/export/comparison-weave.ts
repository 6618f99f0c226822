import { cellDigest, cellSize } from '../../../../shared/format/compared.ts';
import { offsetFigure, offsetUnit } from '../../../../shared/format/disk-offset.ts';
import { type CompareLayout, layOutComparison, sideBox } from '../../../../shared/layout/compare-layout.ts';
import {
  type Box,
  cellBox,
  columnX,
  gapAfter,
  groupOffsets,
  hair,
  rowOffsets,
  warpOffsets,
} from '../../../../shared/layout/weave-layout.ts';
import type { ComparedCell, ComparedChunk, Comparison } from '../../../../shared/models/comparison.ts';
import { isCommon, kindOfCell, type PlaceKind } from '../../../../shared/models/differences.ts';
import { escaped } from './markup.ts';
import type { Say } from './report-words.ts';

/** Width of a page's content, in CSS px. */
const WIDTH = 992;
/** How far cut threads show beyond their band. CSS px */
const CUT = 3;

/** Two disks as bands, A above B, as the window draws them; the name of a place says what lies there. */
export function comparisonWeave({ a, b, chunks, chunkSize }: Comparison, say: Say): string {
  const layout = layOutComparison({ count: chunks.length, width: WIDTH, scale: 1 });
  const { width, height } = layout.pairs;
  const places = chunks.map((chunk, place) => {
    const cells = (['a', 'b'] as const).map((side) => {
      const cell = chunk[side];
      return cell === null ? '' : cellOf(layout, chunks, cell, place, side);
    });
    const name = placeName(chunk, place, chunkSize, say);
    return `<g><title>${escaped(name)}</title>${threads(layout, chunk, place)}${cells.join('')}</g>`;
  });
  const curves = chunks.map(({ a: cell }, place) =>
    cell?.state === 'moved' && cell.at !== null ? curve(layout, place, cell.at) : '',
  );
  const name = say('weaveOf', { a: a.title, b: b.title });
  return `<svg role="img" aria-label="${escaped(name)}" viewBox="0 0 ${String(width)} ${String(height)}" style="max-width:${String(width)}px">
${[...labels(layout, chunkSize), ...places, ...curves].filter((part) => part !== '').join('\n')}
</svg>`;
}

/** A cell beside its word. */
export function comparisonSwatch(kind: PlaceKind): string {
  const box = { x: 0.5, y: 0.5, width: 11, height: 13 };
  return `<svg width="12" height="14" aria-hidden="true">${shape(kind, box, 0)}</svg>`;
}

function placeName({ offset, a, b }: ComparedChunk, place: number, chunkSize: number, say: Say): string {
  const words = (cell: ComparedCell | null): string => {
    if (cell === null) return say('diskEnded');
    if (cell.state === 'zero') return say('zeros');
    const digest = cellDigest(cell);
    return digest === '' ? say('notYetRead') : `${digest} ${cellSize(cell)}`;
  };
  const unit = offsetUnit(chunkSize);
  const at = `${(offset / unit.bytes).toFixed(1)} ${unit.name}`;
  return `${say('chunkAt', { place, at })}\nA ${words(a)}\nB ${words(b)}`;
}

function labels(layout: CompareLayout, chunkSize: number): string[] {
  const { pairs, cellHeight } = layout;
  const text = (x: number, y: number, words: string): string =>
    `<text class="offset" x="${String(x)}" y="${String(y)}">${escaped(words)}</text>`;
  return [
    ...groupOffsets(pairs, chunkSize).map(({ x, offset }) =>
      text(x, 9, offset === 0 ? `0 ${offsetUnit(chunkSize).name}` : offsetFigure(offset, chunkSize)),
    ),
    ...rowOffsets(pairs, chunkSize).flatMap(({ y, offset }, row) => [
      text(0, y + pairs.cell.height / 2 + 3, offsetFigure(offset, chunkSize)),
      ...(['a', 'b'] as const).map((side) => {
        const box = sideBox(layout, row * pairs.columns, side);
        return text(pairs.left - 11, box.y + cellHeight / 2 + 4, side.toUpperCase());
      }),
    ]),
  ];
}

/** Warp of a place: unbroken through both bands where they are the same, else cut behind each. */
function threads(layout: CompareLayout, chunk: ComparedChunk, place: number): string {
  const { pairs } = layout;
  const x = columnX(pairs, place % pairs.columns);
  const line = (kind: string, top: number, bottom: number): string =>
    warpOffsets(pairs)
      .map(
        (offset) =>
          `<rect class="${kind}" x="${String(x + offset)}" y="${String(top)}" width="${String(hair(pairs))}" height="${String(bottom - top)}"/>`,
      )
      .join('');
  if (isCommon(chunk)) {
    const { y, height } = cellBox(pairs, place);
    const kind = chunk.a?.state === 'common' ? 'present' : 'zero';
    return line(kind, y - pairs.fringe, y + height + pairs.fringe);
  }
  return (['a', 'b'] as const)
    .filter((side) => chunk[side] !== null)
    .map((side) => {
      const { y, height } = sideBox(layout, place, side);
      return line('warp', y - CUT, y + height + CUT);
    })
    .join('');
}

function cellOf(
  layout: CompareLayout,
  chunks: readonly ComparedChunk[],
  cell: ComparedCell,
  place: number,
  side: 'a' | 'b',
): string {
  // A thread of zeros runs on to the next one.
  const runsOn = chunks[place + 1]?.[side]?.state === 'zero' ? gapAfter(layout.pairs, place) : 0;
  return shape(kindOfCell(cell, side), sideBox(layout, place, side), runsOn);
}

function shape(kind: PlaceKind, box: Box, runsOn: number): string {
  const { x, y, width, height } = box;
  const rect = (name: string, inset: number): string =>
    `<rect class="${name}" x="${String(x + inset)}" y="${String(y + inset)}" width="${String(width - 2 * inset)}" height="${String(height - 2 * inset)}" rx="1.5"/>`;
  switch (kind) {
    case 'common':
      return rect('woven', 0);
    case 'onlyA':
    case 'onlyB': {
      const [from, to] = kind === 'onlyA' ? [y + height - 3, y + 3] : [y + 3, y + height - 3];
      return `${rect('hollow', 0.5)}<path class="stroke" d="M${String(x + 2.5)} ${String(from)}L${String(x + width - 2.5)} ${String(to)}"/>`;
    }
    case 'moved': {
      const [middle, centre] = [x + width / 2, y + height / 2];
      return `${rect('moved', 0.75)}<path class="arrow" d="M${String(middle - 3)} ${String(centre)}h6m-3 -3l3 3l-3 3"/>`;
    }
    case 'zero':
      return `<rect class="zero" x="${String(x)}" y="${String(y + height / 2 - 1)}" width="${String(width + runsOn)}" height="2"/>`;
    case 'unknown':
      return rect('unknown', 0.5);
  }
}

/** Where the same bytes lie elsewhere in the same wrapped row: a curve from A's cell to B's. */
function curve(layout: CompareLayout, from: number, to: number): string {
  const { columns } = layout.pairs;
  if (Math.floor(from / columns) !== Math.floor(to / columns)) return '';
  const [above, below] = [sideBox(layout, from, 'a'), sideBox(layout, to, 'b')];
  const [x, y] = [above.x + above.width / 2, above.y + above.height];
  const [endX, endY] = [below.x + below.width / 2, below.y];
  const bend = (y + endY) / 2;
  return `<path class="arrow" d="M${String(x)} ${String(y)}C${String(x)} ${String(bend)} ${String(endX)} ${String(bend)} ${String(endX)} ${String(endY)}"/>`;
}
