import type { ComparedCell, ComparedChunk, ComparedTotal } from './comparison.ts';

/** What a place of two disks shows, in the order of the legend. */
const PLACE_KINDS = ['common', 'onlyA', 'onlyB', 'moved', 'zero', 'unknown'] as const;

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

/** A kind in a legend: how many places it has (of `moved` how many moves), and the packed bytes of their distinct layers; of `unknown` raw bytes. */
export interface PlaceTotal extends ComparedTotal {
  readonly kind: PlaceKind;
}

interface Tally {
  readonly places: Set<string>;
  readonly layers: Map<string, Pick<ComparedTotal, 'bytes' | 'estimated'>>;
}

/** What a legend says of each kind that occurs, in its order. */
export function placeTotals(chunks: readonly ComparedChunk[]): readonly PlaceTotal[] {
  const told = movesOfA(chunks);
  const tallies = new Map<PlaceKind, Tally>();
  const count = (place: number, cell: ComparedCell, side: 'a' | 'b'): void => {
    const kind = kindOfCell(cell, side);
    const tally: Tally = tallies.get(kind) ?? { places: new Set(), layers: new Map() };
    tallies.set(kind, tally);
    // A place may have a move on either side.
    tally.places.add(kind === 'moved' ? `${side} ${String(place)}` : String(place));
    const { name, bytes, estimated } = layerOf(place, cell);
    const before = tally.layers.get(name);
    // Of a place that is not known the longer side; of a layer rather what was packed than what is expected.
    if (before === undefined || (before.estimated && !estimated) || (cell.state === 'unknown' && before.bytes < bytes))
      tally.layers.set(name, { bytes, estimated });
  };
  for (const [place, { a, b }] of chunks.entries()) {
    if (a !== null) count(place, a, 'a');
    // What A says of common bytes and of a move need not be said once more by B.
    if (b !== null && b.state !== 'common' && !(b.state === 'moved' && told.has(place))) count(place, b, 'b');
  }
  return PLACE_KINDS.flatMap((kind) => {
    const tally = tallies.get(kind);
    if (tally === undefined) return [];
    const layers = [...tally.layers.values()];
    return {
      kind,
      chunks: tally.places.size,
      bytes: layers.reduce((sum, { bytes }) => sum + bytes, 0),
      estimated: layers.some(({ bytes, estimated }) => estimated && bytes > 0),
    };
  });
}

function layerOf(
  place: number,
  { state, rawDigest, rawSize, size, estimatedSize }: ComparedCell,
): { readonly name: string; readonly bytes: number; readonly estimated: boolean } {
  if (state === 'unknown') return { name: `place ${String(place)}`, bytes: rawSize, estimated: false };
  const name = state === 'zero' || rawDigest === null ? `zeros of ${String(rawSize)}` : rawDigest;
  return { name, bytes: size ?? estimatedSize ?? 0, estimated: size === null };
}

/** Places of B to which chunks of A have moved. */
export function movesOfA(chunks: readonly Pick<ComparedChunk, 'a'>[]): ReadonlySet<number> {
  return new Set(chunks.flatMap(({ a }) => (a?.state === 'moved' && a.at !== null ? a.at : [])));
}

/** Whether the cells of a place are the same bytes. */
export function isCommon({ a, b }: ComparedChunk): boolean {
  return a?.state === 'common' || (a?.state === 'zero' && b?.state === 'zero');
}

/** Everything that is the case, in disk order. A place where each side has something of its own elsewhere has a line for each. */
export function compareRows(chunks: readonly ComparedChunk[]): CompareRow[] {
  // What A says of a move need not be said once more by B.
  const told = movesOfA(chunks);
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

/** The kinds of cells that a line tells of. */
export function kindsOfRow({ kind }: Pick<CompareRow, 'kind'>): readonly PlaceKind[] {
  return kind === 'changed' ? ['onlyA', 'onlyB'] : [kind];
}

/** Whether a line tells of a difference. */
export function isDifference({ kind }: CompareRow): boolean {
  return DIFFERENCE_KINDS.some((difference) => difference === kind);
}
