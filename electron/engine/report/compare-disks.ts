import type { ComparedCell, ComparedChunk, ComparedTotal, Comparison } from '../../../shared/models/comparison.ts';
import { movesOfA } from '../../../shared/models/differences.ts';

/** A chunk as far as it is known. Sizes in bytes. */
export interface DiskChunk {
  readonly rawOffset: number;
  readonly rawSize: number;
  /** Null while nobody read it. */
  readonly rawDigest: string | null;
  readonly digest: string | null;
  readonly size: number | null;
  /** Packed, where `size` is null. */
  readonly estimatedSize: number | null;
  readonly zero: boolean;
}

/** What is compared of an image: its disk in order, and its NVRAM. */
export interface ComparedDisk {
  readonly chunks: readonly DiskChunk[];
  readonly nvram: { readonly digest: string; readonly size: number } | null;
}

/** What a comparison says of the disks alone. */
export type DiskComparison = Pick<Comparison, 'totals' | 'nvram'> & {
  readonly chunks: readonly Omit<ComparedChunk, 'alsoIn'>[];
};

/** Where a side has which bytes. */
interface Places {
  /** Chunks by their first byte. */
  readonly byOffset: ReadonlyMap<number, DiskChunk>;
  /** First bytes of the chunks with a raw digest, zeros not among them. */
  readonly byDigest: ReadonlyMap<string, readonly number[]>;
}

function placesOf({ chunks }: ComparedDisk): Places {
  const byDigest = new Map<string, number[]>();
  for (const { rawDigest, rawOffset, zero } of chunks) {
    if (rawDigest === null || zero) continue;
    const places = byDigest.get(rawDigest);
    if (places === undefined) byDigest.set(rawDigest, [rawOffset]);
    else places.push(rawOffset);
  }
  return { byOffset: new Map(chunks.map((chunk) => [chunk.rawOffset, chunk])), byDigest };
}

/** Whether two chunks are the same bytes; null where one of them is not known. */
function sameBytes(one: DiskChunk, other: DiskChunk): boolean | null {
  if (one.zero && other.zero) return one.rawSize === other.rawSize;
  if (one.zero || other.zero) return (one.zero ? other : one).rawDigest === null ? null : false;
  return one.rawDigest === null || other.rawDigest === null ? null : one.rawDigest === other.rawDigest;
}

function cellOf(
  own: DiskChunk,
  facing: DiskChunk | undefined,
  other: Places,
  rowAt: ReadonlyMap<number, number>,
): ComparedCell {
  const { rawSize, rawDigest, digest, size, estimatedSize } = own;
  const cell = { rawSize, rawDigest, digest, size, estimatedSize, at: null };
  const same = facing === undefined ? false : sameBytes(own, facing);
  if (own.zero) return { ...cell, state: 'zero' };
  if (same === true) return { ...cell, state: 'common' };
  if (rawDigest === null) return { ...cell, state: 'unknown' };
  const [elsewhere] = other.byDigest.get(rawDigest) ?? [];
  if (elsewhere !== undefined) return { ...cell, state: 'moved', at: rowAt.get(elsewhere) ?? null };
  return { ...cell, state: same === null ? 'unknown' : 'only' };
}

/** Adds up layers of one kind, each once. */
class Total {
  #chunks = 0;
  #bytes = 0;
  #estimated = false;
  readonly #seen = new Set<string>();

  /** A place of the disk. */
  place(): void {
    this.#chunks += 1;
  }

  /** A layer by what names it; null = every one is another. */
  layer(name: string | null, size: number | null, estimate: number | null): void {
    if (name !== null && this.#seen.has(name)) return;
    if (name !== null) this.#seen.add(name);
    this.#bytes += size ?? estimate ?? 0;
    this.#estimated ||= size === null && (estimate ?? 0) > 0;
  }

  get value(): ComparedTotal {
    return { chunks: this.#chunks, bytes: this.#bytes, estimated: this.#estimated };
  }
}

function sumUp(chunks: DiskComparison['chunks'], a: ComparedDisk, b: ComparedDisk): DiskComparison['totals'] {
  const [common, onlyA, onlyB, moved, unknown] = [new Total(), new Total(), new Total(), new Total(), new Total()];
  let zero = 0;
  // Which side has which zeros: the chunk of zeros is one layer, and a side without it has it nowhere.
  const zerosOfA = new Set(a.chunks.flatMap((chunk) => (chunk.zero ? chunk.rawSize : [])));
  const zerosOfB = new Set(b.chunks.flatMap((chunk) => (chunk.zero ? chunk.rawSize : [])));
  const told = movesOfA(chunks);
  for (const [place, row] of chunks.entries()) {
    if (row.a?.state === 'unknown' || row.b?.state === 'unknown') {
      unknown.place();
      unknown.layer(null, Math.max(row.a?.rawSize ?? 0, row.b?.rawSize ?? 0), null);
    }
    if (row.a?.state === 'zero' && row.b?.state === 'zero') {
      zero += 1;
      common.place();
    } else if (row.a?.state === 'common') common.place();
    for (const [cell, only, zerosOfOther] of [
      [row.a, onlyA, zerosOfB],
      [row.b, onlyB, zerosOfA],
    ] as const) {
      if (cell === null) continue;
      const { state, rawDigest, rawSize, size, estimatedSize } = cell;
      const name = state === 'zero' ? `zeros of ${String(rawSize)}` : rawDigest;
      if (state === 'common' || state === 'moved') common.layer(name, size, estimatedSize);
      if (state === 'moved') moved.layer(name, size, estimatedSize);
      if (state === 'zero') (zerosOfOther.has(rawSize) ? common : only).layer(name, size, estimatedSize);
      if (state === 'only') {
        only.place();
        only.layer(name, size, estimatedSize);
      }
    }
    if (row.a?.state === 'moved') {
      moved.place();
      common.place();
    }
    // What A says of a move need not be said once more by B.
    if (row.b?.state === 'moved' && !told.has(place)) moved.place();
  }
  if (a.nvram !== null && b.nvram !== null) {
    if (a.nvram.digest === b.nvram.digest) common.layer(a.nvram.digest, a.nvram.size, null);
    else {
      onlyA.layer(a.nvram.digest, a.nvram.size, null);
      onlyB.layer(b.nvram.digest, b.nvram.size, null);
    }
  }
  return {
    common: common.value,
    onlyA: onlyA.value,
    onlyB: onlyB.value,
    moved: moved.value,
    unknown: unknown.value,
    zero,
  };
}

/** Compares two disks chunk by chunk, by what is known of them. Chunks that do not begin together stand for themselves. */
export function compareDisks(a: ComparedDisk, b: ComparedDisk): DiskComparison {
  const [ofA, ofB] = [placesOf(a), placesOf(b)];
  const offsets = [...new Set([...ofA.byOffset.keys(), ...ofB.byOffset.keys()])].sort((one, other) => one - other);
  const rowAt = new Map(offsets.map((offset, row) => [offset, row]));
  const chunks = offsets.map((offset) => {
    const [left, right] = [ofA.byOffset.get(offset), ofB.byOffset.get(offset)];
    return {
      offset,
      a: left === undefined ? null : cellOf(left, right, ofB, rowAt),
      b: right === undefined ? null : cellOf(right, left, ofA, rowAt),
    };
  });
  const known = a.nvram !== null && b.nvram !== null;
  const nvram = !known ? 'unknown' : a.nvram.digest === b.nvram.digest ? 'same' : 'differs';
  return { chunks, totals: sumUp(chunks, a, b), nvram };
}
