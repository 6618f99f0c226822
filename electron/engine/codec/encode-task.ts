import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { BodyFeed } from './body-feed.ts';
import type { CodecResult, CodecTask, Directive, Piece, SinkAnswer, SinkSpec } from './codec-protocol.ts';
import { type Encoder, STREAM_END } from './encoder.ts';
import type { SinkSender } from './sink-sender.ts';
import { WindowReader } from './window-reader.ts';

type EncodeTask = Extract<CodecTask, { kind: 'encode' }>;

/** What a task needs of its worker. */
export interface TaskHost {
  readonly signal: AbortSignal;
  readonly sender: SinkSender;
  progress(raw: number, read: number, packed: number): void;
  /** Asks the main thread what to do with a piece. */
  piece(sink: string, piece: Piece): Promise<Directive>;
  /** Reports an answer and asks what to do next. */
  answer(sink: string, piece: Piece, answer: SinkAnswer): Promise<Directive>;
}

const ZEROS = Buffer.alloc(1024 * 1024);

interface LiveSink {
  readonly spec: SinkSpec;
  live: boolean;
  readonly feed: BodyFeed | null;
  readonly sending: Promise<void> | null;
}

/** Hashes a range; the result's packed side is empty. */
export async function hashRange(
  task: Extract<CodecTask, { kind: 'hash' }>,
  buffer: Buffer,
  host: TaskHost,
): Promise<CodecResult> {
  const reader = new WindowReader(task.path, task.range, task.runs);
  try {
    const raw = createHash('sha256');
    let zero = true;
    let done = 0;
    for (let length = reader.next(buffer); length > 0; length = reader.next(buffer)) {
      const bytes = buffer.subarray(0, length);
      zero &&= bytes.equals(ZEROS.subarray(0, length));
      raw.update(bytes);
      done += length;
      host.progress(done, reader.bytesRead, 0);
      // Lets another task of this worker run, and cancellation arrive.
      await setImmediate();
      host.signal.throwIfAborted();
    }
    const rawDigest = `sha256:${raw.digest('hex')}`;
    return { rawDigest, zero, bytesRead: reader.bytesRead, digest: rawDigest, size: 0, complete: true };
  } finally {
    reader.close();
  }
}

/**
 * Reads, hashes, encodes and hashes again in one pass, and gives the packed stream to every live sink: the slowest sets
 * the pace. Memory: the encoder's instance (3 MiB) and one piece buffer, shared by all sinks of the pass.
 */
export class EncodePass {
  readonly #task: EncodeTask;
  readonly #host: TaskHost;
  readonly #sinks: LiveSink[];
  readonly #piece: Buffer;
  #filled = 0;
  #pieceStart = 0;

  constructor(task: EncodeTask, pieceBuffer: Buffer, host: TaskHost) {
    this.#task = task;
    this.#host = host;
    this.#piece = pieceBuffer;
    this.#sinks = task.sinks.map((spec) => this.#open(spec));
  }

  #open(spec: SinkSpec): LiveSink {
    if (spec.mode === 'pieces') return { spec, live: true, feed: null, sending: null };
    const feed = new BodyFeed();
    const sink: LiveSink = {
      spec,
      live: true,
      feed,
      sending: this.#sendBody(spec, feed, () => {
        sink.live = false;
      }),
    };
    return sink;
  }

  async #sendBody(spec: SinkSpec, feed: BodyFeed, drop: () => void): Promise<void> {
    const whole: Piece = { start: 0, length: 0, final: true };
    const directive = await this.#host.piece(spec.id, whole);
    if (directive.do === 'send') {
      const answer = await this.#host.sender.send(directive.request, spec.network, feed, this.#host.signal);
      const verdict = await this.#host.answer(spec.id, whole, answer);
      if (verdict.do === 'next' && feed.consumed) return;
    }
    feed.stop();
    drop();
  }

  async run(encoder: Encoder): Promise<CodecResult> {
    const { task } = { task: this.#task };
    const reader = new WindowReader(task.path, task.range, task.runs);
    const raw = createHash('sha256');
    const packed = createHash('sha256');
    let zero = true;
    let done = 0;
    let size = 0;
    const emit = async (bytes: Buffer): Promise<void> => {
      packed.update(bytes);
      size += bytes.length;
      await this.#give(bytes);
    };
    try {
      encoder.reset();
      const { window } = encoder;
      for (let length = reader.next(window); length > 0; length = reader.next(window)) {
        const bytes = window.subarray(0, length);
        zero &&= bytes.equals(ZEROS.subarray(0, length));
        raw.update(bytes);
        done += length;
        await emit(task.form === 'lz4' ? encoder.encode(length) : bytes);
        this.#host.progress(done, reader.bytesRead, size);
        await setImmediate();
        this.#host.signal.throwIfAborted();
        if (this.#allDropped()) break;
      }
      const complete = done === task.range.length && !this.#allDropped();
      if (complete) {
        if (task.form === 'lz4') await emit(STREAM_END);
        await this.#finish();
      }
      return {
        rawDigest: `sha256:${raw.digest('hex')}`,
        zero,
        bytesRead: reader.bytesRead,
        digest: `sha256:${packed.digest('hex')}`,
        size,
        complete: complete && !this.#allDropped(),
      };
    } finally {
      reader.close();
      for (const { feed } of this.#sinks) feed?.stop();
    }
  }

  #allDropped(): boolean {
    return this.#sinks.length > 0 && this.#sinks.every(({ live }) => !live);
  }

  #inPieces(): boolean {
    return this.#sinks.some(({ spec, live }) => live && spec.mode === 'pieces');
  }

  async #give(bytes: Buffer): Promise<void> {
    for (const sink of this.#sinks) if (sink.live && sink.feed !== null) await sink.feed.push(bytes);
    if (!this.#inPieces()) return;
    let at = 0;
    while (at < bytes.length) {
      const part = Math.min(bytes.length - at, this.#piece.length - this.#filled);
      bytes.copy(this.#piece, this.#filled, at, at + part);
      this.#filled += part;
      at += part;
      // The last piece has to say that it is the last: a full buffer waits for the next byte.
      if (this.#filled === this.#piece.length && at < bytes.length) await this.#flush(false);
    }
  }

  async #flush(final: boolean): Promise<void> {
    const piece: Piece = { start: this.#pieceStart, length: this.#filled, final };
    const bytes = this.#piece.subarray(0, this.#filled);
    await Promise.all(
      this.#sinks.map(async (sink) => {
        if (sink.live && sink.spec.mode === 'pieces') sink.live = await this.#sendPiece(sink.spec, piece, bytes);
      }),
    );
    this.#pieceStart += this.#filled;
    this.#filled = 0;
  }

  async #sendPiece(spec: SinkSpec, piece: Piece, bytes: Buffer): Promise<boolean> {
    let directive = await this.#host.piece(spec.id, piece);
    while (directive.do === 'send') {
      const answer = await this.#host.sender.send(
        directive.request,
        spec.network,
        bytes.subarray(directive.from),
        this.#host.signal,
      );
      directive = await this.#host.answer(spec.id, piece, answer);
    }
    return directive.do === 'next';
  }

  async #finish(): Promise<void> {
    if (this.#inPieces()) await this.#flush(true);
    for (const sink of this.#sinks) {
      if (sink.feed === null) continue;
      if (sink.live) await sink.feed.end();
      await sink.sending;
    }
  }
}
