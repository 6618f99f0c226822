/** Distinct blobs that are counted at most: bounds the memory at about 60 MB. */
const MOST_BLOBS = 300_000;
/** Chunks of all disks together that are drawn at most: 4 bytes each. */
const MOST_CHUNKS = 2_000_000;

/** A chunk of a disk as a thread draws it. */
export interface ThreadChunk {
  readonly digest: string;
  /** Nothing but zeros, as its size tells. */
  readonly zero: boolean;
}

interface CountedBlob {
  readonly id: number;
  readonly size: number;
  /** The one digest that needs it; null = several do. */
  owner: string | null;
}

/** Who needs which blob of a repository: what would be freed if one digest went. Sizes in bytes. */
export class BlobShares {
  readonly #blobs = new Map<string, CountedBlob>();
  /** By the blob's number. */
  readonly #counted: CountedBlob[] = [];
  /** Chunks of each disk: the blob's number times two, and one for zeros. */
  readonly #chunks = new Map<string, Uint32Array>();
  #chunkCount = 0;
  #overfull = false;

  /** Counts the blobs of a tagged digest. */
  add(digest: string, blobs: Iterable<readonly [string, number]>): void {
    for (const [blob, size] of blobs) {
      const known = this.#blobs.get(blob);
      if (known === undefined) {
        if (this.#blobs.size >= MOST_BLOBS) this.#overfull = true;
        else this.#count(blob, size, digest);
      } else if (known.owner !== digest) known.owner = null;
    }
  }

  #count(blob: string, size: number, owner: string): void {
    const counted = { id: this.#counted.length, size, owner };
    this.#counted.push(counted);
    this.#blobs.set(blob, counted);
  }

  /** Remembers the chunks of a tagged digest's disk, whose blobs were counted. */
  addChunks(digest: string, chunks: readonly ThreadChunk[]): void {
    this.#chunkCount += chunks.length;
    if (this.#overfull || chunks.length === 0 || this.#chunkCount > MOST_CHUNKS) return;
    this.#chunks.set(
      digest,
      Uint32Array.from(chunks, (chunk) => (this.#blobs.get(chunk.digest)?.id ?? 0) * 2 + (chunk.zero ? 1 : 0)),
    );
  }

  /** Bytes of all distinct blobs; null where there were too many to be counted. */
  total(): number | null {
    return this.#overfull ? null : this.#counted.reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes that only one digest needs, by digest; null where there were too many blobs to be counted. */
  onlyHere(): ReadonlyMap<string, number> | null {
    if (this.#overfull) return null;
    const sums = new Map<string, number>();
    for (const { size, owner } of this.#counted) {
      if (owner !== null) sums.set(owner, (sums.get(owner) ?? 0) + size);
    }
    return sums;
  }

  /** The thread of a tagged digest, as the model of a tag group describes it; null where it has no disk, or too many were counted. */
  threadOf(digest: string): string | null {
    const chunks = this.#chunks.get(digest);
    if (chunks === undefined || this.#overfull) return null;
    const seen = new Set<number>();
    let thread = '';
    let run = { mark: '', length: 0 };
    for (const chunk of chunks) {
      const id = chunk >> 1;
      const again = seen.has(id);
      seen.add(id);
      const only = this.#counted[id]?.owner === digest;
      const mark = chunk % 2 === 1 ? 'z' : again ? 'd' : only ? 'o' : 's';
      if (mark === run.mark) run.length += 1;
      else {
        thread += textOf(run);
        run = { mark, length: 1 };
      }
    }
    return thread + textOf(run);
  }
}

function textOf({ mark, length }: { readonly mark: string; readonly length: number }): string {
  return length === 0 ? '' : `${length === 1 ? '' : String(length)}${mark}`;
}
