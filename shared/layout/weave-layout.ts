/** How big the cells of a weave are. Lengths in CSS px. */
export type WeaveDensity = 'tight' | 'normal' | 'roomy';

interface CellSize {
  readonly width: number;
  readonly height: number;
}

interface DensityRule {
  /** Smallest first; the last that holds the same number of columns is taken. */
  readonly sizes: readonly [CellSize, ...CellSize[]];
  /** Added between groups of 16. */
  readonly groupGap: number;
  readonly rowGap: number;
}

const DENSITIES: Readonly<Record<WeaveDensity, DensityRule>> = {
  tight: { sizes: [{ width: 8, height: 11 }], groupGap: 4, rowGap: 5 },
  normal: {
    sizes: [
      { width: 11, height: 14 },
      { width: 12, height: 16 },
    ],
    groupGap: 5,
    rowGap: 6,
  },
  roomy: {
    sizes: [
      { width: 13, height: 18 },
      { width: 14, height: 18 },
    ],
    groupGap: 5,
    rowGap: 6,
  },
};

const CELL_GAP = 2;
const GUTTER = 28;
/** Line of the offsets above the groups. */
const OFFSETS = 14;
/** How far the warp shows above the first and below the last row. */
const FRINGE = 4;
const COLUMNS = [16, 32, 48, 64, 96, 128] as const;
const MOST_ROWS = 8;
const TIGHT_ABOVE = 384;
const ROOMY_BELOW = 64;
const ROOMY_FROM_WIDTH = 1200;

/** Chunks of a group: 8 GiB at 512 MiB a chunk. */
export const GROUP = 16;

/** A box in CSS px. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the cells of a weave stand. All lengths in CSS px and whole device pixels. */
export interface WeaveLayout {
  readonly count: number;
  readonly density: WeaveDensity;
  /** Cells of a full row. */
  readonly columns: number;
  readonly rows: number;
  readonly cell: CellSize;
  readonly gap: number;
  readonly groupGap: number;
  readonly rowGap: number;
  /** Left edge of the first column. */
  readonly left: number;
  /** Top edge of the first row. */
  readonly top: number;
  readonly fringe: number;
  readonly width: number;
  readonly height: number;
  /** Device pixels to a CSS px. */
  readonly scale: number;
}

/** What a layout is made for. */
export interface WeaveSpace {
  readonly count: number;
  /** CSS px. */
  readonly width: number;
  /** Device pixels to a CSS px. */
  readonly scale: number;
  /** There is little height (a drawer under 360 px): tight cells. */
  readonly short: boolean;
  /** Two bands stand above each other: no roomy cells. */
  readonly double?: boolean;
}

function snap(length: number, scale: number): number {
  return Math.max(1, Math.round(length * scale)) / scale;
}

function rowLength(columns: number, cellWidth: number, rule: DensityRule, scale: number): number {
  const pitch = snap(cellWidth, scale) + snap(CELL_GAP, scale);
  const groups = Math.ceil(columns / GROUP);
  return snap(GUTTER, scale) + columns * pitch - snap(CELL_GAP, scale) + (groups - 1) * snap(rule.groupGap, scale);
}

/** The most columns that fit, but no more than hold the whole disk in one row. */
function columnsFor(space: WeaveSpace, cellWidth: number, rule: DensityRule): number {
  let columns: number = COLUMNS[0];
  for (const candidate of COLUMNS) {
    if (columns >= space.count || rowLength(candidate, cellWidth, rule, space.scale) > space.width) break;
    columns = candidate;
  }
  return columns;
}

function firstDensity(space: WeaveSpace): WeaveDensity {
  if (space.short || space.count > TIGHT_ABOVE) return 'tight';
  if (space.double === true) return 'normal';
  return space.count < ROOMY_BELOW || space.width >= ROOMY_FROM_WIDTH ? 'roomy' : 'normal';
}

const LOWER: Readonly<Record<WeaveDensity, WeaveDensity | null>> = { roomy: 'normal', normal: 'tight', tight: null };

/**
 * Wraps a disk of `count` chunks into rows of 16, 32, 48, 64, 96 or 128 cells, the most that fit, with the largest cell
 * that keeps that number; more than 8 rows take the next lower density.
 */
export function layOutWeave(space: WeaveSpace): WeaveLayout {
  let density = firstDensity(space);
  for (;;) {
    const rule = DENSITIES[density];
    const columns = columnsFor(space, rule.sizes[0].width, rule);
    const rows = Math.max(1, Math.ceil(space.count / columns));
    const lower = LOWER[density];
    if (rows > MOST_ROWS && lower !== null) {
      density = lower;
      continue;
    }
    const cell = rule.sizes.findLast((size) => rowLength(columns, size.width, rule, space.scale) <= space.width);
    return place(space, density, columns, rows, cell ?? rule.sizes[0]);
  }
}

function place(space: WeaveSpace, density: WeaveDensity, columns: number, rows: number, size: CellSize): WeaveLayout {
  const { count, scale } = space;
  const rule = DENSITIES[density];
  const cell = { width: snap(size.width, scale), height: snap(size.height, scale) };
  const rowGap = snap(rule.rowGap, scale);
  const fringe = snap(FRINGE, scale);
  const top = snap(OFFSETS, scale) + fringe;
  return {
    count,
    density,
    columns,
    rows,
    cell,
    gap: snap(CELL_GAP, scale),
    groupGap: snap(rule.groupGap, scale),
    rowGap,
    left: snap(GUTTER, scale),
    top,
    fringe,
    width: rowLength(Math.min(columns, Math.max(1, count)), size.width, rule, scale),
    height: top + rows * (cell.height + rowGap) - rowGap + fringe,
    scale,
  };
}

/** Left edge of a column. */
export function columnX(layout: WeaveLayout, column: number): number {
  return layout.left + column * (layout.cell.width + layout.gap) + Math.floor(column / GROUP) * layout.groupGap;
}

/** Top edge of a row. */
export function rowY(layout: WeaveLayout, row: number): number {
  return layout.top + row * (layout.cell.height + layout.rowGap);
}

/** The box of a chunk's cell. */
export function cellBox(layout: WeaveLayout, chunk: number): Box {
  return {
    x: columnX(layout, chunk % layout.columns),
    y: rowY(layout, Math.floor(chunk / layout.columns)),
    width: layout.cell.width,
    height: layout.cell.height,
  };
}

/** The chunk under a point, gaps belonging to the cell before them; null outside the band. */
export function chunkAt(layout: WeaveLayout, x: number, y: number): number | null {
  const pitch = layout.cell.width + layout.gap;
  const group = GROUP * pitch + layout.groupGap;
  const inBand = x - layout.left;
  const row = Math.floor((y - layout.top + layout.rowGap / 2) / (layout.cell.height + layout.rowGap));
  if (inBand < 0 || row < 0 || row >= layout.rows) return null;
  const inGroup = Math.min(GROUP - 1, Math.floor((inBand % group) / pitch));
  const column = Math.floor(inBand / group) * GROUP + inGroup;
  const chunk = row * layout.columns + column;
  return column < layout.columns && chunk < layout.count ? chunk : null;
}

/** Rows that a column runs through: all, but the last for columns after the end of the disk. */
export function columnRows(layout: WeaveLayout, column: number): number {
  return Math.ceil((layout.count - column) / layout.columns);
}

/** A label of the disk's offsets: above a group, or at a row's start. */
export interface OffsetLabel {
  readonly x: number;
  readonly y: number;
  /** Bytes from the start of the disk. */
  readonly offset: number;
}

/** Offsets above the groups of the first row. */
export function groupOffsets(layout: WeaveLayout, chunkSize: number): readonly OffsetLabel[] {
  const labels: OffsetLabel[] = [];
  for (let column = 0; column < Math.min(layout.columns, layout.count); column += GROUP) {
    labels.push({ x: columnX(layout, column), y: 0, offset: column * chunkSize });
  }
  return labels;
}

/** Offsets at the row starts. */
export function rowOffsets(layout: WeaveLayout, chunkSize: number): readonly OffsetLabel[] {
  return Array.from({ length: layout.count === 0 ? 0 : layout.rows }, (_, row) => ({
    x: 0,
    y: rowY(layout, row),
    offset: row * layout.columns * chunkSize,
  }));
}

/** What lies between a cell and the next one in its row; 0 at the end of the row. */
export function gapAfter(layout: WeaveLayout, chunk: number): number {
  const column = (chunk % layout.columns) + 1;
  if (column === layout.columns) return 0;
  return column % GROUP === 0 ? layout.gap + layout.groupGap : layout.gap;
}

/** The thinnest line: a whole number of device pixels, about a CSS px. */
export function hair(layout: WeaveLayout): number {
  return Math.round(layout.scale) / layout.scale;
}

/** Left edges of the two warp threads within a column. */
export function warpOffsets(layout: WeaveLayout): readonly [number, number] {
  const { width } = layout.cell;
  const first = Math.round(width * 0.3 * layout.scale) / layout.scale;
  return [first, width - first - hair(layout)];
}

/** Left edge of the mark before a column that begins a group. */
export function markX(layout: WeaveLayout, column: number): number {
  const gap = layout.gap + layout.groupGap;
  return columnX(layout, column) - gap + Math.floor((gap * layout.scale - 1) / 2) / layout.scale;
}
