import {
  ALLOWANCE,
  type Directive,
  type FileOutcome,
  type Piece,
  type SinkAnswer,
  type SinkSpec,
} from '../../codec/codec-protocol.ts';
import type { SinkHost } from '../../codec/sink-host.ts';
import { countedTargets } from '../../plan/plan-document.ts';
import type { DraftLayer, DraftTarget } from '../../plan/push-draft.ts';
import { accountName, type BlobUpload } from '../../registry/distribution-client.ts';
import type { PushContext } from './push-context.ts';

/** One target's part of a pass. */
export interface Sink {
  readonly target: DraftTarget;
  readonly session: BlobUpload;
  failure: unknown;
  /** That the layer is about to be closed there was noted. */
  noted: boolean;
  /** Ends the measurement of the request that is under way. */
  measured: ((bytes: number, sentMs: number) => void) | null;
}

function keyOf(target: DraftTarget): string {
  return `${target.registry}/${target.repository}`;
}

/** The uploads of one pass over a layer's bytes, one for each target: made ready, judged, counted, committed. */
export class UploadPass {
  readonly #run: PushContext;
  readonly #layer: DraftLayer;
  readonly #signal: AbortSignal;
  readonly #sinks = new Map<string, Sink>();

  constructor(run: PushContext, layer: DraftLayer, signal: AbortSignal) {
    this.#run = run;
    this.#layer = layer;
    this.#signal = signal;
  }

  get sinks(): readonly Sink[] {
    return [...this.#sinks.values()];
  }

  /** Takes a target's session into the pass. */
  add(target: DraftTarget, session: BlobUpload): void {
    const { digest, size } = this.#layer;
    if (digest !== null && size !== null) session.announce(digest, size);
    this.#sinks.set(keyOf(target), { target, session, failure: null, noted: false, measured: null });
    this.acknowledge(keyOf(target), 0);
  }

  /** The pass as its sender wants it: where each upload goes, and in what form. */
  async specs(): Promise<SinkSpec[]> {
    return await Promise.all(
      [...this.#sinks].map(
        async ([id, { session }]): Promise<SinkSpec> =>
          session.mode === 'file' ? { id, mode: 'file', path: session.path } : await session.sink(id),
      ),
    );
  }

  /** What the sender asks on its way. */
  readonly host: SinkHost = {
    piece: (id, piece) => this.#decide(id, (sink) => this.#handOver(sink, piece)),
    allowance: async (id) => {
      const host = this.#sinks.get(id)?.target.registry;
      if (host !== undefined && !this.#isFile(id)) await this.#allow(host, ALLOWANCE);
      await this.#run.gate.pass(this.#signal);
    },
    answer: async (id, piece, answer) => {
      this.#measure(id, piece, answer);
      return await this.#decide(id, (sink) => this.#judge(id, sink, piece, answer));
    },
    file: (id, outcome) => this.#decide(id, (sink) => Promise.resolve(this.#stored(id, sink, outcome))),
  };

  async #allow(host: string, bytes: number): Promise<void> {
    const { bandwidth, parts } = this.#run;
    await bandwidth.takeFor(host, bytes, this.#signal, parts.share);
  }

  /** What goes into a file takes nothing of the bandwidth limit. */
  #isFile(id: string): boolean {
    return this.#sinks.get(id)?.session.mode === 'file';
  }

  #stored(id: string, { session, failure }: Sink, outcome: FileOutcome): Directive {
    if (session.mode !== 'file' || failure !== null) return { do: 'drop' };
    session.written(outcome);
    this.acknowledge(id, session.acknowledged);
    return { do: 'next' };
  }

  /** A sink whose part went wrong is dropped; the others go on. */
  async #decide(id: string, work: (sink: Sink) => Promise<Directive>): Promise<Directive> {
    const sink = this.#sinks.get(id);
    if (sink === undefined) return { do: 'drop' };
    try {
      const step = await work(sink);
      if (step.do === 'send') {
        const end = this.#run.linkTo(sink.target.registry).begin();
        // Of a piece that goes on where it broke, only the rest is sent.
        sink.measured = (bytes, sentMs) => end(Math.max(0, bytes - step.from), sentMs);
      }
      return step;
    } catch (thrown) {
      sink.failure = thrown;
      return { do: 'drop' };
    }
  }

  /** Notes once that the layer is about to be closed. */
  async #note(sink: Sink): Promise<void> {
    if (sink.noted) return;
    sink.noted = true;
    await this.#run.closing(this.#layer, sink.target);
  }

  async #handOver(sink: Sink, piece: Piece): Promise<Directive> {
    const run = this.#run;
    const { target, session } = sink;
    // With a digest that is known the last bytes may close it.
    if (this.#layer.digest !== null) await this.#note(sink);
    // A piece that waits for its turn on a limited link is on its way, as far as a person is concerned.
    run.progressOf(this.#layer).move('uploading');
    run.changed(this.#layer);
    // Of a stream its first allowance, or all of it where it is shorter for certain.
    const most = this.#layer.size ?? this.#layer.rawSize;
    const first = session.mode === 'chunks' ? piece.length : Math.min(ALLOWANCE, most);
    if (session.mode !== 'file') await this.#allow(target.registry, first);
    // Last, so that a push that was paused while its pieces waited for their turn sends none of them.
    await run.gate.pass(this.#signal);
    const empty = piece.length === 0 && piece.final && piece.start > 0;
    if (empty || session.mode === 'file') return { do: 'next' };
    return { do: 'send', request: await session.requestFor(piece), from: 0 };
  }

  /** The request is over: what it tells of the link. An answer that refuses the bytes tells nothing. */
  #measure(id: string, piece: Piece, answer: SinkAnswer): void {
    const sink = this.#sinks.get(id);
    const taken = answer.kind === 'answer' && answer.status < 300;
    sink?.measured?.(taken ? piece.length : 0, taken ? answer.sentMs : 0);
  }

  async #judge(id: string, { session }: Sink, piece: Piece, answer: SinkAnswer): Promise<Directive> {
    if (session.mode === 'file') return { do: 'drop' };
    const step = await session.onAnswer(piece, answer);
    this.acknowledge(id, session.acknowledged);
    const progress = this.#run.progressOf(this.#layer);
    if (progress.status === 'retrying') progress.move('uploading');
    return step;
  }

  /**
   * Counts what a target has acknowledged of the layer, or, while a body is under way, what the network has taken of it;
   * less than before when its session was lost.
   */
  acknowledge(id: string, bytes: number): void {
    const { sentBy } = this.#run.progressOf(this.#layer);
    const before = sentBy.get(id) ?? 0;
    sentBy.set(id, bytes);
    const sink = this.#sinks.get(id);
    if (sink !== undefined && !this.#isFile(id)) this.#run.taken(sink.target.registry, bytes - before);
    if (countedTargets(this.#run.draft.targets).some((target) => keyOf(target) === id))
      this.#run.sent(this.#layer, bytes - before);
    else this.#run.changed(this.#layer);
  }

  /** What was sent to a target is lost. */
  forget(target: DraftTarget): void {
    this.acknowledge(keyOf(target), 0);
    // Of a target that has failed nobody waits for another byte.
    if (!this.#run.outcomes.isLive(target)) this.#run.progressOf(this.#layer).sentBy.delete(keyOf(target));
  }

  /** Closes every upload that went well; one that cannot be closed has failed. */
  async commit(): Promise<void> {
    await Promise.all([...this.#sinks.values()].map((sink) => this.#commit(sink)));
  }

  async #commit(sink: Sink): Promise<void> {
    const run = this.#run;
    const { digest, size } = this.#layer;
    if (sink.failure !== null || digest === null || size === null) return;
    run.progressOf(this.#layer).move('committing');
    run.changed(this.#layer);
    const { target, session } = sink;
    const client = run.parts.clientOf(target.registry);
    try {
      await this.#note(sink);
      await session.commit(digest, () => client.headBlob(target.repository, digest, { size, signal: this.#signal }));
      this.acknowledge(keyOf(target), size);
      run.blobs.settle(this.#layer, target, { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
      await run.arrived(this.#layer, target);
      // Now, so that another job may mount it before this one has named its image.
      await run.parts.contentIndex.sawBlobs(target, [digest], accountName(client));
    } catch (thrown) {
      sink.failure = thrown;
    }
  }

  /** Lets the registries delete the sessions. */
  cancel(): void {
    for (const { session } of this.#sinks.values()) this.#run.abandon(session);
  }
}
