import type { CodecPool } from '../codec/codec-pool.ts';
import type { ContentIndex } from '../digests/content-index.ts';
import { InFlight } from '../registry/in-flight.ts';

/** Digests of a chunk that holds nothing but zeros. */
export interface ZeroChunk {
  readonly rawDigest: string;
  readonly digest: string;
  /** Packed bytes. */
  readonly size: number;
}

/** 512 MiB of zeros: seen in public images, and what our encoder makes of them. */
export const ZERO_512_MIB: ZeroChunk = {
  rawDigest: 'sha256:9acca8e8c22201155389f65abbf6bc9723edc7384ead80503839f49dcc56d767',
  digest: 'sha256:6f95979b1390a9ebe8ce08d802b2a6adba652c110ec73a40c8303363719cb4e9',
  size: 3_260_420,
};
const MIB_512 = 536_870_912;

/** Knows the zero chunk of every length: a constant for 512 MiB, encoded once for others (the last chunk of a disk). */
export class ZeroChunks {
  readonly #codec: Pick<CodecPool, 'encode'>;
  readonly #index: Pick<ContentIndex, 'learnPairs'>;
  readonly #known = new Map<number, ZeroChunk>([[MIB_512, ZERO_512_MIB]]);
  readonly #encodings = new InFlight<number, ZeroChunk>();

  constructor(codec: Pick<CodecPool, 'encode'>, index: Pick<ContentIndex, 'learnPairs'>) {
    this.#codec = codec;
    this.#index = index;
  }

  /**
   * @param length raw bytes
   * @param path any readable file: no byte of it is read
   */
  async of(length: number, path: string, signal: AbortSignal): Promise<ZeroChunk> {
    const known = this.#known.get(length);
    if (known !== undefined) return known;
    return await this.#encodings.join(length, (until) => this.#encode(length, path, until), signal);
  }

  async #encode(length: number, path: string, signal: AbortSignal): Promise<ZeroChunk> {
    const { rawDigest, digest, size } = await this.#codec.encode(
      { path, offset: 0, length, runs: [], form: 'lz4', sinks: [] },
      { signal },
    );
    await this.#index.learnPairs([{ rawDigest, rawSize: length, digest, size, proof: 'proven' }]);
    const chunk = { rawDigest, digest, size };
    this.#known.set(length, chunk);
    return chunk;
  }
}
