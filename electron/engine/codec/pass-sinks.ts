import { BodyFeed } from './body-feed.ts';
import type {
  CodecTask,
  FileSinkSpec,
  Piece,
  ReadyRequest,
  RequestSinkSpec,
  SinkAnswer,
  TaskProgress,
} from './codec-protocol.ts';
import { FileSink } from './file-sink.ts';
import type { TaskHost } from './task-host.ts';

type EncodeTask = Extract<CodecTask, { kind: 'encode' }>;

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
 * All sinks of one pass: each live one gets the packed stream, and the slowest sets the pace. One that takes nothing at all for the
 * task's patience while there are others is dropped: they do not wait for it any longer.
 *
 * Memory: if a sink takes pieces one piece buffer that all of them share, and what `goAhead` was given.
 */
export class PassSinks {
  readonly #patience: number;
  readonly #host: TaskHost;
  readonly #bodies: readonly BodySink[];
  readonly #pieces: readonly PieceSink[];
  readonly #files: readonly StoringSink[];
  readonly #piece: Buffer;
  #filled = 0;
  #pieceStart = 0;

  constructor({ sinks, patience }: Pick<EncodeTask, 'sinks' | 'patience'>, pieceBuffer: Buffer, host: TaskHost) {
    this.#patience = patience;
    this.#host = host;
    this.#piece = pieceBuffer;
    const requests = sinks.filter((spec) => spec.mode !== 'file');
    this.#bodies = requests.filter(({ mode }) => mode === 'body').map((spec) => this.#openBody(spec));
    this.#pieces = requests.filter(({ mode }) => mode === 'pieces').map((spec) => ({ spec, live: true }));
    this.#files = sinks.filter((spec) => spec.mode === 'file').map((spec) => this.#openFile(spec));
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

  /** None of them takes anything any more. A pass without sinks has none to lose. */
  get allDropped(): boolean {
    const sinks = [...this.#bodies, ...this.#pieces, ...this.#files];
    return sinks.length > 0 && sinks.every(({ live }) => !live);
  }

  /** Packed bytes that each sink's network or file has taken, by its id; those of pieces are told by their owner. */
  taken(): TaskProgress['taken'] {
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
    }, this.#patience);
    try {
      await feed.lentAtMost(count);
    } finally {
      clearInterval(watch);
    }
  }

  /** Waits until no buffers but the `count` that were given last are lent to any sink. */
  async lentAtMost(count: number): Promise<void> {
    for (const sink of this.#bodies) await this.#untilTaken(sink, count);
    for (const sink of this.#files) {
      await sink.file.lentAtMost(count);
      if (sink.live && sink.file.stopped) await this.#finishFile(sink);
    }
  }

  /** Lends bytes to all live sinks; waits only for pieces that have to be sent. */
  async give(bytes: Buffer): Promise<void> {
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
    const over = AbortSignal.timeout(this.#patience * PIECE_PATIENCE);
    try {
      return await sender.send(ready, spec.network, bytes, AbortSignal.any([signal, over]));
    } catch (thrown) {
      signal.throwIfAborted();
      if (over.aborted) return null;
      throw thrown;
    }
  }

  /**
   * After the last byte: waits for every answer.
   *
   * @param encoded called once nobody reads what was lent any more, unless that is only at the end
   */
  async finish(encoded: () => void): Promise<void> {
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

  /** Drops the bodies: what is being sent ends. */
  stop(): void {
    for (const sink of this.#bodies) this.#drop(sink);
  }

  /** Ends whatever is not at its end; resolves when nobody holds what was lent. */
  async close(): Promise<void> {
    this.stop();
    await Promise.all([...this.#bodies.map(({ sending }) => sending), ...this.#files.map(({ file }) => file.close())]);
  }
}
