import type { ComparedCell, ComparedChunk } from './comparison.ts';

/** What a place of two disks shows, in the order of the legend. */
export const PLACE_KINDS = ['common', 'onlyA', 'onlyB', 'moved', 'zero', 'unknown'] as const;

/** See {@link PLACE_KINDS}. */
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** How two disks can differ at a place, in the order of the filter. */
export const DIFFERENCE_KINDS = ['changed', 'onlyA', 'onlyB', 'moved'] as const;

/** See {@link DIFFERENCE_KINDS}. */
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** A line of the table: what is the case at a place. */
export interface CompareRow {
  /** Place in the chunks of the comparison. */
  readonly place: number;
  readonly kind: DifferenceKind | 'common' | 'zero' | 'unknown';
  readonly a: ComparedCell | null;
  readonly b: ComparedCell | null;
  readonly chunk: ComparedChunk;
  /** Of `moved`: where the other side has the same bytes. */
  readonly at: number | null;
}

/** What a cell is drawn as. */
export function kindOfCell(cell: ComparedCell, side: 'a' | 'b'): PlaceKind {
  return cell.state === 'only' ? (side === 'a' ? 'onlyA' : 'onlyB') : cell.state;
}

/** Whether the cells of a place are the same bytes. */
export function isCommon({ a, b }: ComparedChunk): boolean {
  return a?.state === 'common' || (a?.state === 'zero' && b?.state === 'zero');
}

/** Everything that is the case, in disk order. A place where each side has something of its own elsewhere has a line for each. */
export function compareRows(chunks: readonly ComparedChunk[]): CompareRow[] {
  // What A says of a move need not be said once more by B.
  const told = new Set(chunks.flatMap(({ a }) => (a?.state === 'moved' && a.at !== null ? a.at : [])));
  return chunks.flatMap((chunk, place): CompareRow[] => {
    const { a, b } = chunk;
    const row = (kind: CompareRow['kind'], sides: Partial<CompareRow> = {}): CompareRow => ({
      place,
      kind,
      a,
      b,
      chunk,
      at: null,
      ...sides,
    });
    if (a?.state === 'common') return [row('common')];
    if (a?.state === 'zero' && b?.state === 'zero') return [row('zero')];
    if (a?.state === 'unknown' || b?.state === 'unknown') return [row('unknown')];
    if (a?.state === 'only' && b?.state === 'only') return [row('changed')];
    return [
      ...(a?.state === 'moved' ? [row('moved', { b: chunks[a.at ?? -1]?.b ?? null, at: a.at })] : []),
      ...(a?.state === 'only' ? [row('onlyA', { b: null })] : []),
      ...(b?.state === 'only' ? [row('onlyB', { a: null })] : []),
      ...(b?.state === 'moved' && !told.has(place)
        ? [row('moved', { a: chunks[b.at ?? -1]?.a ?? null, at: b.at })]
        : []),
    ];
  });
}

/** Whether a line tells of a difference. */
export function isDifference({ kind }: CompareRow): boolean {
  return DIFFERENCE_KINDS.some((difference) => difference === kind);
}
