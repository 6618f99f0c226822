import { formatBytes } from '../../../../shared/format/bytes.ts';
import {
  linesThatFit,
  type TreemapCell,
  type TreemapGroup,
  treemapOf,
  uniqueHeight,
} from '../../../../shared/layout/treemap-cells.ts';
import { EVERYWHERE, type TreemapPlace } from '../../../../shared/layout/treemap-place.ts';
import type { RegistryImages } from '../../../../shared/models/sharing.ts';
import { imageName } from './image-name.ts';
import { escaped } from './markup.ts';
import type { Say } from './report-words.ts';

/** Of the picture, in CSS px: as wide as a page's content. */
const WIDTH = 1040;
const HEIGHT = 400;
/** Of its letters. */
const LETTER = 11;
const LINE = 14;

/**
 * What fills the registries as the window draws it: the area of a cell is the packed size of an image, solid from below is what
 * only it needs. Under registries their images, under a single one its repositories.
 */
export function contentsTreemap(images: RegistryImages, say: Say): string {
  const [first, ...others] = images.registries;
  const place: TreemapPlace =
    first !== undefined && others.length === 0 ? { kind: 'registry', registry: first.host } : EVERYWHERE;
  const { groups, cells } = treemapOf(place, images, null, WIDTH, HEIGHT);
  if (cells.length === 0) return '';
  const swatch = (fill: string, word: string): string =>
    `<span><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" ${fill}/></svg> ${escaped(word)}</span>`;
  return `<p class="legend">${swatch('class="unique"', say('unique'))} ${swatch('fill="url(#shared)"', say('sharedWithAnother'))}</p>
<svg role="img" aria-label="${escaped(say('chartContents'))}" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" style="max-width:${String(WIDTH)}px">
${[...groups.map(heading), ...cells.map((cell) => cellOf(cell, say))].join('\n')}
</svg>`;
}

function heading({ name, x, y, width }: TreemapGroup): string {
  const shown = textWidth(name) <= width ? text('', x, y + 12, name) : '';
  return `<g><title>${escaped(name)}</title><rect x="${String(x)}" y="${String(y)}" width="${String(width)}" height="16" fill="none"/>${shown}</g>`;
}

function cellOf(cell: TreemapCell, say: Say): string {
  const { x, y, width, height } = cell;
  const solid = uniqueHeight(cell);
  const rectangle = (paint: string, top: number, tall: number): string =>
    `<rect ${paint} x="${String(x)}" y="${String(top)}" width="${String(width)}" height="${String(tall)}"/>`;
  return [
    `<g class="cell"><title>${escaped(nameOf(cell, say))}</title>`,
    rectangle('class="packed" fill="url(#shared)"', y, height),
    solid === 0 ? '' : rectangle('class="unique"', y + height - solid, solid),
    `<rect class="edge" x="${String(x + 0.5)}" y="${String(y + 0.5)}" width="${String(Math.max(0, width - 1))}" height="${String(Math.max(0, height - 1))}"/>`,
    ...words(cell, solid, say),
    '</g>',
  ].join('');
}

/** All that is known of a cell: its image under each of its tags, its packed size, and what only it needs. */
function nameOf({ bytes, unique, subject }: TreemapCell, say: Say): string {
  const size = unique === null ? formatBytes(bytes) : uniqueOf(unique, bytes, say);
  switch (subject.kind) {
    case 'image':
      return `${imageName(subject.image)}\n${size}`;
    case 'layer':
      return `${subject.digest}\n${size}`;
    case 'rest':
      return `${say('restOf', { count: subject.count })}\n${size}`;
  }
}

function uniqueOf(unique: number, bytes: number, say: Say): string {
  return say('uniqueOf', { unique: formatBytes(unique), bytes: formatBytes(bytes) });
}

/** What is written into a cell, as far as it fits whole. */
function words(cell: TreemapCell, solid: number, say: Say): string[] {
  const { x, y, width, height, subject, bytes } = cell;
  const whole = solid === height;
  const own = subject.kind === 'rest' ? [say('restOf', { count: subject.count })] : cell.lines;
  const room = { width, height: whole ? height : height - solid };
  const shown = linesThatFit(room, [...own, formatBytes(bytes)], textWidth, LINE);
  const lines = shown.map((line, at) => text(whole ? 'on-unique' : 'words', x + 6, y + LINE * (at + 1), line));
  if (whole || cell.unique === null || solid < LINE + 4) return lines;
  const unique = say('uniqueShort', { bytes: formatBytes(cell.unique) });
  if (width >= 60 && textWidth(unique) + 12 <= width) lines.push(text('on-unique', x + 6, y + height - 6, unique));
  return lines;
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text${kind === '' ? '' : ` class="${kind}"`} x="${String(x)}" y="${String(y)}">${escaped(content)}</text>`;
}

/** Nothing can be measured here: rather too wide than cut. Chinese is as wide as it is high. CSS px */
function textWidth(content: string): number {
  let ems = 0;
  for (const letter of content) ems += letter >= '\u2e80' ? 1 : 0.64;
  return ems * LETTER;
}
