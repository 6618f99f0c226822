import type { CodecResult } from '../codec/codec-protocol.ts';

/** Where a chunk lies on its disk. Bytes. */
export interface ChunkPlace {
  readonly offset: number;
  readonly length: number;
}

/** A chunk that is being read, or was. */
export interface BegunRead {
  readonly result: Promise<CodecResult>;
  /** Whoever asked began it. */
  readonly own: boolean;
}

interface ChunkRead {
  readonly result: Promise<CodecResult>;
  /** What it found; null while it is under way. */
  found: CodecResult | null;
}

/**
 * The chunks of one source that were read and hashed, or are being read: each once, whoever asks. They belong to the source, so
 * a job that takes the source of a plan over goes on with what the plan has read, and waits for what it is reading.
 *
 * Memory: a few hundred bytes a chunk.
 */
export class ChunkReads {
  readonly #reads = new Map<string, ChunkRead>();
  readonly #over = new AbortController();

  /** What is known of a chunk; null while it was not read to its end. */
  found(place: ChunkPlace): CodecResult | null {
    return this.#reads.get(keyOf(place))?.found ?? null;
  }

  /** Whether a chunk is being read, or was. */
  has(place: ChunkPlace): boolean {
    return this.#reads.has(keyOf(place));
  }

  /**
   * Reads a chunk, unless that was begun before. `read` is given the signal that ends with the source: who asks may stop
   * waiting before.
   */
  once(place: ChunkPlace, read: (signal: AbortSignal) => Promise<CodecResult>): BegunRead {
    const key = keyOf(place);
    const begun = this.#reads.get(key);
    if (begun !== undefined) return { result: begun.result, own: false };
    const own: ChunkRead = { result: read(this.#over.signal), found: null };
    this.#reads.set(key, own);
    own.result.then(
      (found) => {
        own.found = found;
      },
      // What failed may be tried again.
      () => this.#reads.delete(key),
    );
    return { result: own.result, own: true };
  }

  /** Ends what is being read: the source is closed. */
  async end(): Promise<void> {
    this.#over.abort();
    await Promise.allSettled([...this.#reads.values()].map(({ result }) => result));
  }
}

function keyOf({ offset, length }: ChunkPlace): string {
  return `${String(offset)} ${String(length)}`;
}
