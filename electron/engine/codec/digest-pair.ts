import { createHash } from 'node:crypto';
import { initialState, SHA_BLOCK, type ShaBlocks, type ShaState } from './sha256-blocks.ts';

/** SHA-256 of two streams that grow side by side: a chunk's raw bytes and what they are packed to. */
export interface DigestPair {
  /** Adds bytes to both streams; none to one of them is fine. They are read before it returns. */
  update(raw: Buffer, packed: Buffer): void;
  /** Ends both; `sha256:` and 64 hex digits each. */
  end(): { readonly raw: string; readonly packed: string };
}

/** One after the other, with Node's own interface. */
class SeparateDigests implements DigestPair {
  readonly #raw = createHash('sha256');
  readonly #packed = createHash('sha256');

  update(raw: Buffer, packed: Buffer): void {
    this.#raw.update(raw);
    this.#packed.update(packed);
  }

  end(): { raw: string; packed: string } {
    return { raw: `sha256:${this.#raw.digest('hex')}`, packed: `sha256:${this.#packed.digest('hex')}` };
  }
}

/** Bytes of the field at the end of the padding that says how many bits there were. */
const LENGTH_FIELD = 8;

/** One stream: its state, and what does not make a block yet. */
class Lane {
  readonly state: ShaState = initialState();
  readonly #blocks: ShaBlocks;
  readonly #rest = Buffer.alloc(SHA_BLOCK);
  #held = 0;
  #total = 0;

  constructor(blocks: ShaBlocks) {
    this.#blocks = blocks;
  }

  /** Fills up the block that was begun; answers the bytes behind it. */
  begin(bytes: Buffer): Buffer {
    this.#total += bytes.length;
    if (this.#held === 0) return bytes;
    const taken = bytes.copy(this.#rest, this.#held);
    this.#held += taken;
    if (this.#held < SHA_BLOCK) return bytes.subarray(taken);
    this.#blocks.one(this.state, this.#rest, 1);
    this.#held = 0;
    return bytes.subarray(taken);
  }

  /** Takes what `begin` left, and the other stream was not long enough for. */
  finish(bytes: Buffer): void {
    const whole = Math.floor(bytes.length / SHA_BLOCK);
    if (whole > 0) this.#blocks.one(this.state, bytes, whole);
    this.#held += bytes.copy(this.#rest, this.#held, whole * SHA_BLOCK);
  }

  /** FIPS 180-4, section 5.1.1: a bit, zeros, and the length in bits. */
  end(): string {
    const room = this.#held + 1 + LENGTH_FIELD > SHA_BLOCK ? SHA_BLOCK * 2 : SHA_BLOCK;
    const last = Buffer.alloc(room);
    this.#rest.copy(last, 0, 0, this.#held);
    last[this.#held] = 0x80;
    last.writeBigUInt64BE(BigInt(this.#total) * 8n, room - LENGTH_FIELD);
    this.#blocks.one(this.state, last, room / SHA_BLOCK);
    const words = Array.from(this.state, (word) => word.toString(16).padStart(8, '0'));
    return `sha256:${words.join('')}`;
  }
}

/** Both at once, as far as they go. */
class PairedDigests implements DigestPair {
  readonly #blocks: ShaBlocks;
  readonly #raw: Lane;
  readonly #packed: Lane;

  constructor(blocks: ShaBlocks) {
    this.#blocks = blocks;
    this.#raw = new Lane(blocks);
    this.#packed = new Lane(blocks);
  }

  update(raw: Buffer, packed: Buffer): void {
    const rawBytes = this.#raw.begin(raw);
    const packedBytes = this.#packed.begin(packed);
    const both = Math.floor(Math.min(rawBytes.length, packedBytes.length) / SHA_BLOCK);
    if (both > 0) this.#blocks.two(this.#raw.state, rawBytes, this.#packed.state, packedBytes, both);
    this.#raw.finish(rawBytes.subarray(both * SHA_BLOCK));
    this.#packed.finish(packedBytes.subarray(both * SHA_BLOCK));
  }

  end(): { raw: string; packed: string } {
    return { raw: this.#raw.end(), packed: this.#packed.end() };
  }
}

/** Starts two streams. @param blocks functions that hash two at once, if there are any */
export function startDigests(blocks: ShaBlocks | null): DigestPair {
  return blocks === null ? new SeparateDigests() : new PairedDigests(blocks);
}
