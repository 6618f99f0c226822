import { formatBytes } from '../../../../shared/format/bytes.ts';
import type { SavingsBucket } from '../../../../shared/models/savings.ts';
import type { ImageSharing, SharingImage } from '../../../../shared/models/sharing.ts';
import { escaped } from './markup.ts';
import type { Say } from './report-words.ts';

/** Parts of a bar from below. */
export const PARTS = ['present', 'mounted', 'duplicate', 'uploaded'] as const;

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 64;
const BOTTOM = 24;
const TOP = 8;

/** Patterns by which the parts are told apart without their colours. */
export const PATTERNS = `<svg width="0" height="0" aria-hidden="true"><defs>
<pattern id="present" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" class="present"/><rect width="1" height="4" class="present-2"/></pattern>
<pattern id="mounted" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" class="mount-tint"/><rect x="1" width="2" height="4" class="mount"/></pattern>
<pattern id="duplicate" width="4" height="6" patternUnits="userSpaceOnUse"><rect width="4" height="6" class="dup-tint"/><rect y="1" width="4" height="3" class="dup"/></pattern>
<pattern id="uploaded" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" class="upload"/><rect width="1.6" height="5" class="upload-2"/></pattern>
<pattern id="shared" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" class="present-tint"/><path class="thread" d="M2.5 0v8M5.5 0v8M0 2.5h8M0 5.5h8"/></pattern>
</defs></svg>`;

/** Stacked bars, one for each stretch of time. */
export function overTimeChart(stretches: readonly SavingsBucket[], say: Say, dateOf: (ms: number) => string): string {
  const most = Math.max(1, ...stretches.map((stretch) => PARTS.reduce((sum, part) => sum + stretch[part], 0)));
  const step = (WIDTH - LEFT) / Math.max(1, stretches.length);
  const scale = (HEIGHT - TOP - BOTTOM) / most;
  const base = HEIGHT - BOTTOM;
  const bars = stretches.map((stretch, at) => {
    let y = base;
    const x = LEFT + at * step + step * 0.1;
    const parts = PARTS.map((part) => {
      const height = stretch[part] * scale;
      y -= height;
      return height === 0 ? '' : rectangle({ x, y, width: step * 0.8, height }, `url(#${part})`);
    });
    const title = PARTS.map((part) => `${say(part)} ${formatBytes(stretch[part])}`).join(', ');
    return `<g><title>${escaped(`${dateOf(stretch.startMs)}: ${title}`)}</title>${parts.join('')}</g>`;
  });
  // As many dates as fit.
  const every = Math.ceil(stretches.length / 8);
  const dates = stretches.map(({ startMs }, at) =>
    at % every === 0 ? label(LEFT + (at + 0.5) * step, HEIGHT - 8, dateOf(startMs), 'middle') : '',
  );
  const marks = [0, 0.5, 1].map((share) => {
    const y = base - share * (base - TOP);
    return `<line class="grid" x1="${String(LEFT)}" x2="${String(WIDTH)}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>${label(LEFT - 6, y + 4, formatBytes(most * share), 'end')}`;
  });
  return picture(WIDTH, HEIGHT, say('chartOverTime'), [...marks, ...bars, ...dates].join('\n'));
}

const CELL = 40;
const NAMES = 240;

/** The lower half of a matrix: the area of a square is the part of the smaller image that both use. */
export function sharingChart({ images, pairs }: ImageSharing, say: Say): string {
  const size = images.length * CELL;
  const squares = pairs.map(({ a, b, bytes, layers }) => {
    const [one, other] = [images[a], images[b]];
    if (one === undefined || other === undefined) return '';
    const share = bytes / Math.max(1, Math.min(one.packed, other.packed));
    const side = Math.max(2, (CELL - 8) * Math.sqrt(Math.min(1, share)));
    const [x, y] = [NAMES + a * CELL + (CELL - side) / 2, b * CELL + (CELL - side) / 2];
    const title = `${shortName(one)}, ${shortName(other)}: ${formatBytes(bytes)}, ${say('sharedLayers')} ${String(layers)}`;
    return `<g><title>${escaped(title)}</title>${rectangle({ x, y, width: side, height: side }, 'url(#present)')}</g>`;
  });
  const names = images.map((image, at) => {
    const line = (at + 0.5) * CELL + 4;
    const own = label(NAMES + (at + 0.5) * CELL, line, formatBytes(image.packed).replace(' ', ' '), 'middle');
    return `${label(NAMES - 8, line, cut(shortName(image), 36), 'end')}${own}`;
  });
  const lines = Array.from({ length: images.length + 1 }, (_, at) => {
    const place = at * CELL;
    return `<path class="grid" d="M${String(NAMES)} ${String(place)}h${String(size)}M${String(NAMES + place)} 0v${String(size)}"/>`;
  });
  return picture(NAMES + size, size, say('chartSharing'), [...lines, ...squares, ...names].join('\n'));
}

/** `repository:tag`, or what there is of it. */
export function shortName({ repository, tags, digest }: SharingImage): string {
  const [tag] = tags;
  return tag === undefined ? `${repository}@${digest.slice(7, 19)}` : `${repository}:${tag}`;
}

/** The end of a name says more than its beginning. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(1 - most)}`;
}

function picture(width: number, height: number, name: string, content: string): string {
  return `<svg role="img" aria-label="${escaped(name)}" viewBox="0 0 ${String(width)} ${String(height)}" style="max-width:${String(width)}px">\n${content}\n</svg>`;
}

function rectangle(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  fill: string,
): string {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${fill}"/>`;
}

function label(x: number, y: number, text: string, anchor: 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}
