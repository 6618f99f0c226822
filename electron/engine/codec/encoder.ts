import { instantiateCodec, LAYOUT } from './codec-module.ts';

/** Ends every stream. */
export const STREAM_END = Buffer.from('bv4$', 'latin1');

/**
 * Apple's LZ4 container, byte-identical with what Apple's encoder makes on Apple silicon: blocks of 65 536 raw bytes
 * that refer back up to 65 535 bytes. One stream at a time; `reset` starts the next.
 */
export class Encoder {
  readonly #codec: ReturnType<typeof instantiateCodec>;
  /** Put up to 1 MiB of raw bytes here, then call `encode`. */
  readonly window: Buffer;
  readonly #areas: readonly [Buffer, Buffer];
  #turn: 0 | 1 = 0;
  /** Packed bytes in the area whose turn it is. */
  #filled = 0;

  constructor(module: WebAssembly.Module) {
    this.#codec = instantiateCodec(module);
    const { buffer } = this.#codec.memory;
    this.window = Buffer.from(buffer, LAYOUT.window, LAYOUT.windowBytes);
    this.#areas = [
      Buffer.from(buffer, LAYOUT.packed, LAYOUT.packedBytes),
      Buffer.from(buffer, LAYOUT.packed + LAYOUT.packedBytes, LAYOUT.packedBytes),
    ];
  }

  reset(): void {
    this.#codec.encoderReset();
    this.#filled = 0;
  }

  /** Packed bytes that `take` would give. */
  get filled(): number {
    return this.#filled;
  }

  /** Whether another window surely fits before `take`. One always does after it. */
  get hasRoom(): boolean {
    return this.#filled + LAYOUT.packedWindow <= LAYOUT.packedBytes;
  }

  /**
   * Encodes the first `length` bytes of the window. Every call but a stream's last takes a multiple of 65 536.
   *
   * @param zero all of them are known to be zero, which makes it ten times as fast
   * @returns what they are packed to; not copied, and valid as long as what `take` gives with it
   */
  add(length: number, zero: boolean): Buffer {
    const before = this.#filled;
    this.#filled += this.#codec.encodeWindow(length, this.#turn * LAYOUT.packedBytes + before, zero);
    return this.#areas[this.#turn].subarray(before, this.#filled);
  }

  /** What was packed since the last call; not copied: valid until the call after the next. */
  take(): Buffer {
    const packed = this.#areas[this.#turn].subarray(0, this.#filled);
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#filled = 0;
    return packed;
  }
}
