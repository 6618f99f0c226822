import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { CodecResult, CodecTask, TaskProgress } from './codec-protocol.ts';
import { type Encoder, STREAM_END } from './encoder.ts';
import { PassSinks } from './pass-sinks.ts';
import type { TaskHost } from './task-host.ts';
import { WindowReader } from './window-reader.ts';
import { ZEROS } from './zeros.ts';

type EncodeTask = Extract<CodecTask, { kind: 'encode' }>;

/** Windows at most until other tasks of the worker and its sockets have their turn: 2 to 10 ms of work. */
const TURN = 4;
/** Of a stream's first turn: its bytes go out, and the answer that lets them go comes in, the sooner. */
const FIRST_TURN = 1;
/** Fewer packed bytes wait for those of the next turn: shorter buffers are copied (see BodyFeed), and each costs a write. */
const LEAST_GIVEN = 128 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Reads, hashes, encodes and hashes again in one pass, and gives the packed stream to every sink. While the network takes the
 * packed bytes of one turn, the next windows are read, hashed and encoded.
 *
 * Memory: the encoder's instance (6 MiB), and that of {@link PassSinks}.
 */
export class EncodePass {
  readonly #task: EncodeTask;
  readonly #host: TaskHost;
  readonly #sinks: PassSinks;
  /** Null where the raw digest is known, or the packed bytes are the raw ones. */
  readonly #raw: Hash | null;
  readonly #packed = createHash('sha256');
  /** Raw bytes of the range that were read, hashed and encoded. */
  #done = 0;
  /** They are all zero. */
  #zero = true;

  constructor(task: EncodeTask, pieceBuffer: Buffer, host: TaskHost) {
    this.#task = task;
    this.#raw = task.rawDigest === null && task.form === 'lz4' ? createHash('sha256') : null;
    this.#host = host;
    this.#sinks = new PassSinks(task, pieceBuffer, host);
  }

  /** Lets it make up to so many packed bytes before the network takes them; see {@link PassSinks.goAhead}. */
  goAhead(bytes: number): void {
    this.#sinks.goAhead(bytes);
  }

  /**
   * One pass over the range.
   *
   * @param encoded called once nobody reads the encoder's memory any more, unless that is only at the end: what is left is to
   *   wait for answers
   * @throws AppError `file.unreadable`, `vm.gone`, `vm.diskChanged` (it ends early, or is not in its state); the signal's reason
   */
  async run(encoder: Encoder, encoded: () => void): Promise<CodecResult> {
    const stop = (): void => this.#sinks.stop();
    this.#host.signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#encode(encoder, encoded);
    } finally {
      this.#host.signal.removeEventListener('abort', stop);
      // No request may hold the encoder's memory when the next task takes it.
      await this.#sinks.close();
    }
  }

  async #encode(encoder: Encoder, encoded: () => void): Promise<CodecResult> {
    const { path, state, range, runs, form, rawDigest } = this.#task;
    const { signal } = this.#host;
    const reader = new WindowReader(path, range, runs);
    try {
      encoder.reset();
      let size = 0;
      let busyMs = 0;
      const draw = (): TaskProgress => ({
        raw: this.#done,
        read: reader.bytesRead,
        packed: size,
        taken: this.#sinks.taken(),
      });
      while (this.#done < range.length && !this.#sinks.allDropped) {
        // The area that is begun now was lent two turns ago.
        if (form === 'lz4' && encoder.filled === 0) await this.#sinks.lentAtMost(1);
        signal.throwIfAborted();
        const startedMs = performance.now();
        const out = this.#pack(reader, encoder);
        busyMs += performance.now() - startedMs;
        size += out.length;
        await this.#sinks.give(out);
        // As they are, the bytes lie in the window itself, which is read into next.
        if (form === 'raw') await this.#sinks.lentAtMost(0);
        this.#host.progress(draw);
        // Lets another task of this worker run, sockets write, and cancellation arrive.
        await setImmediate();
        signal.throwIfAborted();
      }
      const complete = this.#done === range.length && !this.#sinks.allDropped;
      if (complete) {
        reader.confirm(state);
        if (form === 'lz4') {
          this.#packed.update(STREAM_END);
          size += STREAM_END.length;
          await this.#sinks.give(STREAM_END);
        }
        await this.#sinks.finish(encoded);
        signal.throwIfAborted();
      }
      const digest = `sha256:${this.#packed.digest('hex')}`;
      return {
        rawDigest: rawDigest ?? (this.#raw === null ? digest : `sha256:${this.#raw.digest('hex')}`),
        zero: this.#zero,
        bytesRead: reader.bytesRead,
        digest,
        size,
        complete: complete && !this.#sinks.allDropped,
        busyMs,
        readMs: reader.readMs,
      };
    } finally {
      reader.close();
    }
  }

  /** Reads, hashes and encodes what one turn takes; answers the packed bytes, none while they are few and more will come. */
  #pack(reader: WindowReader, encoder: Encoder): Buffer {
    const { window } = encoder;
    const turn = this.#done === 0 ? FIRST_TURN : TURN;
    for (let windows = 0; windows < turn && encoder.hasRoom; windows += 1) {
      const length = reader.next(window);
      if (length === 0) break;
      const bytes = window.subarray(0, length);
      const zero = reader.inHole || bytes.equals(ZEROS.subarray(0, length));
      this.#zero &&= zero;
      this.#done += length;
      this.#raw?.update(bytes);
      if (this.#task.form === 'raw') {
        this.#packed.update(bytes);
        return bytes;
      }
      // At once: they are still in the processor's cache.
      this.#packed.update(encoder.add(length, zero));
    }
    return encoder.filled < LEAST_GIVEN && this.#done < this.#task.range.length ? NOTHING : encoder.take();
  }
}
