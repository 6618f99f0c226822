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
  }

  /**
   * Encodes the first `length` bytes of the window. Every call but a stream's last takes a multiple of 65 536.
   *
   * @returns packed bytes, not copied: valid until the call after the next
   */
  encode(length: number): Buffer {
    const turn = this.#turn;
    this.#turn = turn === 0 ? 1 : 0;
    return this.#areas[turn].subarray(0, this.#codec.encodeWindow(length, turn));
  }
}
