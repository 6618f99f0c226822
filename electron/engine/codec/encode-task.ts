import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { BodyFeed } from './body-feed.ts';
import type {
  CodecResult,
  CodecTask,
  Directive,
  FileSinkSpec,
  Piece,
  Question,
  ReadyRequest,
  RequestSinkSpec,
  SinkAnswer,
  TaskProgress,
} from './codec-protocol.ts';
import { type Encoder, STREAM_END } from './encoder.ts';
import { FileSink } from './file-sink.ts';
import type { SinkSender } from './sink-sender.ts';
import { WindowReader } from './window-reader.ts';

type EncodeTask = Extract<CodecTask, { kind: 'encode' }>;

/** What a task needs of its worker. */
export interface TaskHost {
  readonly signal: AbortSignal;
  readonly sender: Pick<SinkSender, 'send'>;
  /** Says how far the task is; the worker passes on what is worth showing. */
  progress(draw: () => TaskProgress): void;
  /** Asks the main thread about a sink. Rejects when the task is cancelled. */
  ask(sink: string, question: Question): Promise<Directive>;
}

const ZEROS = Buffer.alloc(1024 * 1024);
/** Windows at most until other tasks of the worker and its sockets have their turn: 2 to 10 ms of work. */
const TURN = 4;
/** Of a stream's first turn: its bytes go out, and the answer that lets them go comes in, the sooner. */
const FIRST_TURN = 1;
/** Fewer packed bytes wait for those of the next turn: shorter buffers are copied (see BodyFeed), and each costs a write. */
const LEAST_GIVEN = 128 * 1024;
const NOTHING = Buffer.alloc(0);
const NOTHING_TAKEN: TaskProgress['taken'] = {};

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
    let busyMs = 0;
    for (;;) {
      const startedMs = performance.now();
      const length = reader.next(buffer);
      if (length === 0) break;
      const bytes = buffer.subarray(0, length);
      zero &&= reader.inHole || bytes.equals(ZEROS.subarray(0, length));
      raw.update(bytes);
      done += length;
      busyMs += performance.now() - startedMs;
      host.progress(() => ({ raw: done, read: reader.bytesRead, packed: 0, taken: NOTHING_TAKEN }));
      // Lets another task of this worker run, and cancellation arrive.
      await setImmediate();
      host.signal.throwIfAborted();
    }
    reader.confirm(task.state);
    const rawDigest = `sha256:${raw.digest('hex')}`;
    const { bytesRead, readMs } = reader;
    return { rawDigest, zero, bytesRead, digest: rawDigest, size: 0, complete: true, busyMs, readMs };
  } finally {
    reader.close();
  }
}

/** A sink that takes the whole stream as the body of one request. */
interface BodySink {
  readonly spec: RequestSinkSpec;
  readonly feed: BodyFeed;
  live: boolean;
  /** Resolves when the request is over, whatever became of it. */
  sending: Promise<void>;
}

/** A sink that takes the stream in pieces. */
interface PieceSink {
  readonly spec: RequestSinkSpec;
  live: boolean;
}

/** A sink that takes the whole stream as a file. */
interface StoringSink {
  readonly spec: FileSinkSpec;
  readonly file: FileSink;
  live: boolean;
}

/** A piece is whole when it is taken, so that its sink shows no progress before: it gets more patience. */
const PIECE_PATIENCE = 4;

/**
 * Reads, hashes, encodes and hashes again in one pass, and gives the packed stream to every live sink: the slowest sets
 * the pace. While the network takes the packed bytes of one turn, the next windows are read, hashed and encoded. A sink that
 * takes nothing at all for the task's patience while there are others is dropped: they do not wait for it any longer.
 *
 * Memory: the encoder's instance (6 MiB), if a sink takes pieces one piece buffer that all of them share, and what
 * `goAhead` was given.
 */
export class EncodePass {
  readonly #task: EncodeTask;
  readonly #host: TaskHost;
  readonly #bodies: readonly BodySink[];
  readonly #pieces: readonly PieceSink[];
  readonly #files: readonly StoringSink[];
  readonly #piece: Buffer;
  #filled = 0;
  #pieceStart = 0;
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
    this.#piece = pieceBuffer;
    const requests = task.sinks.filter((spec) => spec.mode !== 'file');
    this.#bodies = requests.filter(({ mode }) => mode === 'body').map((spec) => this.#openBody(spec));
    this.#pieces = requests.filter(({ mode }) => mode === 'pieces').map((spec) => ({ spec, live: true }));
    this.#files = task.sinks.filter((spec) => spec.mode === 'file').map((spec) => this.#openFile(spec));
  }

  async #allows(id: string): Promise<boolean> {
    return (await this.#host.ask(id, { about: 'allowance' })).do === 'next';
  }

  #openFile(spec: FileSinkSpec): StoringSink {
    let begun = false;
    const file = new FileSink(spec.path, async () => {
      if (begun) return await this.#allows(spec.id);
      begun = true;
      // The first allowance is part of this question.
      const piece: Piece = { start: 0, length: 0, final: true };
      return (await this.#host.ask(spec.id, { about: 'piece', piece })).do === 'next';
    });
    return { spec, file, live: true };
  }

  #openBody(spec: RequestSinkSpec): BodySink {
    const feed = new BodyFeed(() => this.#allows(spec.id));
    const sink: BodySink = { spec, feed, live: true, sending: Promise.resolve() };
    sink.sending = this.#sendBody(sink).catch(() => this.#drop(sink));
    return sink;
  }

  async #finishFile(sink: StoringSink): Promise<void> {
    const outcome = await sink.file.finish();
    const { do: verdict } = await this.#host.ask(sink.spec.id, { about: 'file', outcome });
    sink.live = verdict === 'next';
  }

  #drop(sink: BodySink): void {
    sink.live = false;
    sink.feed.stop();
  }

  async #sendBody(sink: BodySink): Promise<void> {
    const { spec, feed } = sink;
    const directive = await this.#host.ask(spec.id, {
      about: 'piece',
      piece: { start: 0, length: 0, final: true },
    });
    if (directive.do === 'send') {
      const over = new AbortController();
      feed.onStop(() => over.abort());
      const signal = AbortSignal.any([this.#host.signal, over.signal]);
      const answer = await this.#host.sender.send(directive.request, spec.network, feed, signal);
      const whole: Piece = { start: 0, length: feed.taken, final: true };
      const verdict = await this.#host.ask(spec.id, { about: 'answer', piece: whole, answer });
      if (verdict.do === 'next' && feed.consumed) return;
    }
    this.#drop(sink);
  }

  /**
   * Lets it make up to so many packed bytes before the network takes them, where one body takes all: several go at the pace
   * of the slowest anyway.
   */
  goAhead(bytes: number): void {
    const [only] = this.#bodies;
    if (this.#bodies.length === 1 && this.#pieces.length + this.#files.length === 0) only?.feed.keepAhead(bytes);
  }

  /**
   * One pass over the range.
   *
   * @param encoded called once nobody reads the encoder's memory any more, unless that is only at the end: what is left is to
   *   wait for answers
   * @throws AppError `file.unreadable`, `vm.gone`, `vm.diskChanged` (it ends early, or is not in its state); the signal's reason
   */
  async run(encoder: Encoder, encoded: () => void): Promise<CodecResult> {
    const stop = (): void => {
      for (const sink of this.#bodies) this.#drop(sink);
    };
    this.#host.signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#encode(encoder, encoded);
    } finally {
      this.#host.signal.removeEventListener('abort', stop);
      stop();
      // No request may hold the encoder's memory when the next task takes it.
      await Promise.all([
        ...this.#bodies.map(({ sending }) => sending),
        ...this.#files.map(({ file }) => file.close()),
      ]);
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
        taken: this.#taken(),
      });
      while (this.#done < range.length && !this.#allDropped()) {
        // The area that is begun now was lent two turns ago.
        if (form === 'lz4' && encoder.filled === 0) await this.#lentAtMost(1);
        signal.throwIfAborted();
        const startedMs = performance.now();
        const out = this.#pack(reader, encoder);
        busyMs += performance.now() - startedMs;
        size += out.length;
        await this.#give(out);
        // As they are, the bytes lie in the window itself, which is read into next.
        if (form === 'raw') await this.#lentAtMost(0);
        this.#host.progress(draw);
        // Lets another task of this worker run, sockets write, and cancellation arrive.
        await setImmediate();
        signal.throwIfAborted();
      }
      const complete = this.#done === range.length && !this.#allDropped();
      if (complete) {
        reader.confirm(state);
        if (form === 'lz4') {
          this.#packed.update(STREAM_END);
          size += STREAM_END.length;
          await this.#give(STREAM_END);
        }
        await this.#finish(encoded);
        signal.throwIfAborted();
      }
      const digest = `sha256:${this.#packed.digest('hex')}`;
      return {
        rawDigest: rawDigest ?? (this.#raw === null ? digest : `sha256:${this.#raw.digest('hex')}`),
        zero: this.#zero,
        bytesRead: reader.bytesRead,
        digest,
        size,
        complete: complete && !this.#allDropped(),
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

  #allDropped(): boolean {
    const sinks = [...this.#bodies, ...this.#pieces, ...this.#files];
    return sinks.length > 0 && sinks.every(({ live }) => !live);
  }

  #taken(): TaskProgress['taken'] {
    const bodies = this.#bodies.map(({ spec, feed }) => [spec.id, feed.taken] as const);
    return Object.fromEntries([...bodies, ...this.#files.map(({ spec, file }) => [spec.id, file.taken] as const)]);
  }

  /** Whether other sinks wait for the one that takes nothing. */
  #hasOthers(sink: { readonly live: boolean }): boolean {
    return [...this.#bodies, ...this.#pieces, ...this.#files].some((other) => other !== sink && other.live);
  }

  /** Waits until a body has given back all but `count` buffers; one that takes nothing while others wait is dropped. */
  async #untilTaken(sink: BodySink, count: number): Promise<void> {
    const { feed } = sink;
    if (!this.#hasOthers(sink)) {
      await feed.lentAtMost(count);
      return;
    }
    let seen = feed.taken;
    const watch = setInterval(() => {
      if (feed.taken === seen && feed.waitsForNetwork && this.#hasOthers(sink)) this.#drop(sink);
      seen = feed.taken;
    }, this.#task.patience);
    try {
      await feed.lentAtMost(count);
    } finally {
      clearInterval(watch);
    }
  }

  async #lentAtMost(count: number): Promise<void> {
    for (const sink of this.#bodies) await this.#untilTaken(sink, count);
    for (const sink of this.#files) {
      await sink.file.lentAtMost(count);
      if (sink.live && sink.file.stopped) await this.#finishFile(sink);
    }
  }

  async #give(bytes: Buffer): Promise<void> {
    for (const { feed } of this.#bodies) feed.give(bytes);
    for (const { file, live } of this.#files) if (live) file.give(bytes);
    let at = 0;
    while (at < bytes.length && this.#pieces.some(({ live }) => live)) {
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
      this.#pieces.map(async (sink) => {
        if (sink.live) sink.live = await this.#sendPiece(sink.spec, piece, bytes);
      }),
    );
    this.#pieceStart += this.#filled;
    this.#filled = 0;
  }

  async #sendPiece(spec: RequestSinkSpec, piece: Piece, bytes: Buffer): Promise<boolean> {
    const host = this.#host;
    let directive = await host.ask(spec.id, { about: 'piece', piece });
    while (directive.do === 'send') {
      const rest = bytes.subarray(directive.from);
      const answer = await this.#sendPatiently(directive.request, spec, rest);
      if (answer === null) return false;
      directive = await host.ask(spec.id, { about: 'answer', piece, answer });
    }
    return directive.do === 'next';
  }

  /** Null where the network did not take the piece in time, and others wait for it. */
  async #sendPatiently(ready: ReadyRequest, spec: RequestSinkSpec, bytes: Buffer): Promise<SinkAnswer | null> {
    const { sender, signal } = this.#host;
    const own = this.#pieces.find((sink) => sink.spec === spec);
    if (own === undefined || !this.#hasOthers(own)) return await sender.send(ready, spec.network, bytes, signal);
    const over = AbortSignal.timeout(this.#task.patience * PIECE_PATIENCE);
    try {
      return await sender.send(ready, spec.network, bytes, AbortSignal.any([signal, over]));
    } catch (thrown) {
      signal.throwIfAborted();
      if (over.aborted) return null;
      throw thrown;
    }
  }

  async #finish(encoded: () => void): Promise<void> {
    for (const { feed } of this.#bodies) feed.end();
    await Promise.all([
      ...this.#bodies.map((sink) => this.#untilTaken(sink, 0)),
      ...this.#files.map(({ file }) => file.lentAtMost(0)),
    ]);
    // The request of one that was dropped may still hold what it was lent.
    if (this.#bodies.every(({ live }) => live)) encoded();
    if (this.#pieces.some(({ live }) => live)) await this.#flush(true);
    await Promise.all([
      ...this.#bodies.map(({ sending }) => sending),
      ...this.#files.map(async (sink) => {
        if (sink.live) await this.#finishFile(sink);
      }),
    ]);
  }
}
