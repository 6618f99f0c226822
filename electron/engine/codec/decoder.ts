import { AppError } from '../../../shared/errors/app-error.ts';
import { instantiateCodec, LAYOUT } from './codec-module.ts';

const MAGIC_COMPRESSED = 0x31347662;
const MAGIC_STORED = 0x2d347662;
const MAGIC_END = 0x24347662;
const BLOCK_REASONS = ['', 'payloadEnds', 'outputTooLong', 'matchBeforeHistory', 'outputTooShort'] as const;

/**
 * Reads Apple's LZ4 container from any source: never more output than `limit`, blocks of at most 64 KiB, history of the
 * last 64 KiB of output. Feed it with `push`, close it with `end`.
 *
 * @throws AppError `codec.invalid` with `reason` and `offset` (bytes of the stream)
 */
export class Decoder {
  readonly #codec: ReturnType<typeof instantiateCodec>;
  readonly #payload: Buffer;
  readonly #decoded: Buffer;
  readonly #limit: number;
  readonly #onOutput: (bytes: Buffer) => void;
  /** Bytes that have come but not yet made a whole block: less than one block and its header. Joined once a block is whole. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Pending bytes without which nothing more can be told. */
  #needed = 4;
  #offset = 0;
  #written = 0;
  #ended = false;

  /**
   * @param limit most raw bytes that may come out
   * @param onOutput gets each block; the buffer is valid during the call only
   */
  constructor(module: WebAssembly.Module, limit: number, onOutput: (bytes: Buffer) => void) {
    this.#codec = instantiateCodec(module);
    this.#codec.decoderReset();
    const { buffer } = this.#codec.memory;
    this.#payload = Buffer.from(buffer, LAYOUT.payload, LAYOUT.block);
    this.#decoded = Buffer.from(buffer, LAYOUT.decoded, LAYOUT.block);
    this.#limit = limit;
    this.#onOutput = onOutput;
  }

  /** Takes the next bytes of the stream, cut anywhere. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pending.push(Buffer.from(bytes));
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes < this.#needed) return;
    const [first] = this.#pending;
    let rest = first !== undefined && this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
    for (;;) {
      const used = this.#block(rest);
      if (used === 0) break;
      rest = rest.subarray(used);
      this.#offset += used;
    }
    this.#pending = rest.length === 0 ? [] : [rest];
    this.#pendingBytes = rest.length;
  }

  /** Says that no more bytes come. */
  end(): void {
    if (!this.#ended) this.#refuse('noEnd');
    if (this.#pendingBytes > 0) this.#refuse('bytesBehindEnd');
  }

  /** Decodes the block at the head of the pending bytes; answers its length, 0 while it is not whole. */
  #block(bytes: Buffer): number {
    if (bytes.length === 0) return this.#wait(this.#ended ? 1 : 4);
    if (this.#ended) this.#refuse('bytesBehindEnd');
    if (bytes.length < 4) return this.#wait(4);
    const magic = bytes.readUInt32LE(0);
    if (magic === MAGIC_END) {
      this.#ended = true;
      return 4;
    }
    if (magic === MAGIC_STORED) {
      if (bytes.length < 8) return this.#wait(8);
      const raw = this.#checkedRaw(bytes.readUInt32LE(4));
      if (bytes.length < 8 + raw) return this.#wait(8 + raw);
      bytes.copy(this.#decoded, 0, 8, 8 + raw);
      this.#give(raw);
      return 8 + raw;
    }
    if (magic !== MAGIC_COMPRESSED) this.#refuse('magic');
    if (bytes.length < 12) return this.#wait(12);
    const raw = this.#checkedRaw(bytes.readUInt32LE(4));
    const size = bytes.readUInt32LE(8);
    if (size > LAYOUT.block) this.#refuse('payloadSize');
    if (bytes.length < 12 + size) return this.#wait(12 + size);
    bytes.copy(this.#payload, 0, 12, 12 + size);
    const status = this.#codec.decodeBlock(size, raw);
    if (status !== 0) this.#refuse(BLOCK_REASONS[status] ?? 'block');
    this.#give(raw);
    return 12 + size;
  }

  /** The block is whole with so many bytes. */
  #wait(bytes: number): 0 {
    this.#needed = bytes;
    return 0;
  }

  #checkedRaw(raw: number): number {
    if (raw > LAYOUT.block) this.#refuse('rawSize');
    if (this.#written + raw > this.#limit) this.#refuse('outputTooLong');
    return raw;
  }

  #give(raw: number): void {
    this.#written += raw;
    this.#onOutput(this.#decoded.subarray(0, raw));
    this.#codec.keepDecoded(raw);
  }

  #refuse(reason: string): never {
    throw new AppError('codec.invalid', { reason, offset: this.#offset });
  }
}
