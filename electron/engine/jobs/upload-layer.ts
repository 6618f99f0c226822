import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { SinkHost } from '../codec/codec-pool.ts';
import { ALLOWANCE, type Directive, type Piece, type SinkAnswer, type SinkSpec } from '../codec/codec-protocol.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { askHome, placeOf } from '../plan/ask-home.ts';
import { readRanges, rememberRawDigest } from '../plan/chunk-digests.ts';
import type { DraftLayer, DraftTarget } from '../plan/push-draft.ts';
import { dropCachedLayer } from '../plan/take-cached-layer.ts';
import { ATTEMPTS } from '../registry/backoff.ts';
import { beforeAbort } from '../registry/before-abort.ts';
import { UploadLost, UploadSession } from '../registry/upload-session.ts';
import { copyBlob } from './copy-blob.ts';
import type { LayerProgress } from './layer-progress.ts';
import { mountLayer } from './mount-layer.ts';
import type { PushRun } from './push-run.ts';

/** Encoding gave another digest than the manifest of a cached image names. */
class ForeignLayer extends Error {}

/** One target's part of a pass. */
interface Sink {
  readonly target: DraftTarget;
  readonly session: UploadSession;
  failure: unknown;
}

function keyOf(target: DraftTarget): string {
  return `${target.registry}/${target.repository}`;
}

/**
 * Gets one layer into every target that lacks it: one repository of each registry gets the bytes, the others of that
 * registry mount it from there. All uploads of a pass share one reading, hashing and encoding; what is lost is encoded
 * again, at most five times.
 */
export class LayerUpload {
  readonly #run: PushRun;
  readonly #layer: DraftLayer;
  readonly #progress: LayerProgress;
  readonly #signal: AbortSignal;
  /** ms of the pass that the encoder waited for its one sink. */
  #sendingMs = 0;
  /** What arrived had another digest once. */
  #damaged = false;

  constructor(run: PushRun, layer: DraftLayer, progress: LayerProgress, signal: AbortSignal) {
    this.#run = run;
    this.#layer = layer;
    this.#progress = progress;
    this.#signal = signal;
  }

  /** @throws AppError what no further try would mend */
  async to(targets: readonly DraftTarget[]): Promise<void> {
    let missing = [...targets];
    const sessions = new Map<DraftTarget, UploadSession>();
    for (let attempt = 1; missing.length > 0; attempt += 1) {
      missing = await this.#awaitOthers(missing);
      missing = await mountLayer(this.#run, this.#layer, missing, { sessions, signal: this.#signal });
      if (missing.length === 0) return;
      if (this.#dropLocal()) missing = [...this.#run.draft.targets];
      const first = missing.filter(
        (target, at) => missing.findIndex(({ registry }) => registry === target.registry) === at,
      );
      const lost = await this.#pass(first, sessions, attempt);
      missing = missing.filter((target) => !first.includes(target) || lost.includes(target));
    }
  }

  /**
   * Where mounting a cached image's layer was refused after all, our encoder makes its own layer, for every target: one
   * manifest names one digest.
   */
  #dropLocal(): boolean {
    if (!this.#layer.local) return false;
    dropCachedLayer(this.#run.draft, this.#layer);
    return true;
  }

  async #pass(
    targets: readonly DraftTarget[],
    sessions: Map<DraftTarget, UploadSession>,
    attempt: number,
  ): Promise<DraftTarget[]> {
    const { parts } = this.#run;
    const mono = targets.some((target) => parts.clientOf(target.registry).profile.uploadMode === 'mono');
    if (mono || (this.#layer.digest === null && this.#run.asksFirst)) {
      const left = await this.#encodeAhead(targets, attempt);
      if (left !== null) return left;
    }
    const { digest } = this.#layer;
    const land = targets.map((target) =>
      digest === null
        ? () => undefined
        : this.#run.flights.begin(target.registry, target.repository, digest, this.#run),
    );
    try {
      return await this.#send(targets, sessions, attempt);
    } finally {
      for (const [at, target] of targets.entries()) land[at]?.(digest !== null && this.#run.has(target, digest));
    }
  }

  async #send(
    targets: readonly DraftTarget[],
    sessions: Map<DraftTarget, UploadSession>,
    attempt: number,
  ): Promise<DraftTarget[]> {
    const { draft } = this.#run;
    const sinks = new Map<string, Sink>();
    for (const target of targets) {
      const session = sessions.get(target) ?? (await this.#open(target));
      sessions.delete(target);
      if (this.#layer.digest !== null && this.#layer.size !== null)
        session.announce(this.#layer.digest, this.#layer.size);
      sinks.set(keyOf(target), { target, session, failure: null });
      if (session.mode === 'mono' && this.#layer.size === null) {
        // Another layer found meanwhile that the host wants whole bodies: those need their size first.
        for (const sink of sinks.values()) void sink.session.cancel(AbortSignal.timeout(2000));
        return [...targets];
      }
      this.#acknowledge(keyOf(target), 0);
    }
    try {
      const specs = await Promise.all([...sinks].map(([id, sink]) => this.#spec(id, sink)));
      const complete =
        this.#layer.copyFrom === null
          ? await this.#encode(specs, this.#hostOf(sinks))
          : await this.#copy(this.#layer.copyFrom, specs, this.#hostOf(sinks));
      if (complete) await Promise.all([...sinks.values()].map((sink) => this.#commit(sink)));
      draft.source.lost.throwIfAborted();
      return await this.#lost(sinks, attempt);
    } catch (thrown) {
      for (const { session } of sinks.values()) void session.cancel(AbortSignal.timeout(2000));
      if (!(thrown instanceof ForeignLayer)) throw thrown;
      await this.#findCopy(attempt);
      return [...targets];
    }
  }

  /** Waits for other pushes that bring the blob to the same registries; what they brought is found or mounted. */
  async #awaitOthers(targets: readonly DraftTarget[]): Promise<DraftTarget[]> {
    const { digest, size } = this.#layer;
    if (digest === null || size === null) return [...targets];
    const left: DraftTarget[] = [];
    for (const target of targets) {
      const flight = this.#run.flights.ofOthers(target.registry, digest, this.#run);
      const arrived = flight !== null && (await beforeAbort(flight.arrived, this.#signal));
      if (arrived) this.#run.arrivedNearby(target.registry, digest, flight.repository);
      const here = arrived && flight.repository === target.repository;
      if (!here || (await this.#present([target])).length === 0) left.push(target);
    }
    return left;
  }

  /**
   * Encodes to nowhere what a host wants to know the length of before it is sent: a chunk without a layer digest, or one
   * whose digest a manifest names and our encoder was not seen to make. Targets that are still missing the layer where
   * the pass is not needed as planned; null = go on.
   */
  async #encodeAhead(targets: readonly DraftTarget[], attempt: number): Promise<DraftTarget[] | null> {
    const layer = this.#layer;
    const unknown = layer.digest === null || layer.size === null;
    const unproven = this.#run.draft.source.verbatim !== null && !layer.proven && layer.copyFrom === null;
    if (!unknown && !unproven) return null;
    try {
      await this.#encode([], null);
    } catch (thrown) {
      if (!(thrown instanceof ForeignLayer)) throw thrown;
      await this.#findCopy(attempt);
      return null;
    }
    layer.proven = true;
    const known = unknown ? await this.#present(targets) : [];
    return known.length > 0 ? targets.filter((target) => !known.includes(target)) : null;
  }

  /** Finds a repository that the layer can be copied from. @throws AppError `image.layerMissing` */
  async #findCopy(attempt: number): Promise<void> {
    const layer = this.#layer;
    const { parts, draft } = this.#run;
    const { digest, size } = layer;
    if (digest === null || size === null) throw new AppError('internal', { message: 'a layer is not known' });
    await askHome(parts, draft, new Map([[digest, size]]), this.#signal);
    layer.copyFrom = placeOf(draft, digest);
    if (layer.copyFrom === null || attempt >= ATTEMPTS)
      throw new AppError('image.layerMissing', { name: draft.source.vmName, digest });
    layer.origin = 'remote';
  }

  /** Streams the layer from a repository that has it into each sink: one reading each, as their paces differ. */
  async #copy(from: RepositoryName, sinks: readonly SinkSpec[], host: SinkHost): Promise<boolean> {
    const { parts } = this.#run;
    const { digest, size } = this.#layer;
    if (digest === null || size === null) throw new AppError('internal', { message: 'a layer is not known' });
    const blob = { client: parts.clientOf(from.registry), repository: from.repository, digest, size };
    const pieceSize = this.#run.pieceSize;
    const options = { sender: this.#run.sender, host, pieceSize, signal: this.#signal };
    try {
      const copied = await Promise.all(
        sinks.map((sink) =>
          parts.codec.withPiece(sink.mode === 'pieces' ? pieceSize : 0, this.#signal, () =>
            copyBlob(blob, sink, options),
          ),
        ),
      );
      return copied.some((complete) => complete);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !thrown.code.startsWith('blob.')) throw thrown;
      // The source does not have what it said it had: another place is looked for.
      this.#run.draft.homeHas.set(digest, false);
      throw new ForeignLayer(thrown.code, { cause: thrown });
    }
  }

  async #present(targets: readonly DraftTarget[]): Promise<DraftTarget[]> {
    const { digest, size } = this.#layer;
    if (digest === null || size === null) return [];
    const found: DraftTarget[] = [];
    for (const target of targets) {
      this.#run.parts.requests.head += 1;
      const client = this.#run.parts.clientOf(target.registry);
      if (!(await client.headBlob(target.repository, digest, { size, signal: this.#signal }))) continue;
      this.#run.settled(this.#layer, target, { verdict: 'present', reason: 'inRepository', mountedFrom: null });
      found.push(target);
    }
    return found;
  }

  async #open(target: DraftTarget): Promise<UploadSession> {
    this.#run.parts.requests.upload += 1;
    return await this.#run.parts.clientOf(target.registry).startUpload(target.repository, { signal: this.#signal });
  }

  async #spec(id: string, { target, session }: Sink): Promise<SinkSpec> {
    const { requester } = this.#run.parts.clientOf(target.registry);
    const network = await requester.transport.network(session.origin);
    return { id, mode: session.mode === 'chunks' ? 'pieces' : 'body', network };
  }

  /** One pass over the bytes; learns what it finds. False when every sink was dropped on the way. */
  async #encode(sinks: readonly SinkSpec[], sinkHost: SinkHost | null): Promise<boolean> {
    const { parts, draft } = this.#run;
    const layer = this.#layer;
    const nvram = layer.kind === 'nvram';
    const runs = readRanges(draft, layer);
    // A known layer digest proves the raw bytes as well: hashing them again is a fifth of the work.
    const known = layer.digest === null || draft.source.verbatim !== null ? null : layer.rawDigest;
    let seenRaw = 0;
    let seenRead = 0;
    const count = (raw: number, read: number): void => {
      draft.work.read += read - seenRead;
      if (!nvram) draft.work.encoded += raw - seenRaw;
      this.#progress.read = raw;
      [seenRaw, seenRead] = [raw, read];
      this.#run.changed(layer);
    };
    this.#progress.move('encoding');
    this.#run.changed(layer);
    const startedMs = parts.clock.now();
    this.#sendingMs = 0;
    const result = await parts.codec.encode(
      {
        path: nvram ? draft.source.nvramPath : draft.source.diskPath,
        offset: layer.rawOffset ?? 0,
        length: layer.rawSize,
        ...(runs === undefined ? {} : { runs }),
        form: nvram ? 'raw' : 'lz4',
        sinks,
        pieceSize: this.#run.pieceSize,
        ...(known === null ? {} : { rawDigest: known }),
      },
      {
        signal: this.#signal,
        onProgress: ({ raw, read, taken }) => {
          for (const [id, bytes] of Object.entries(taken)) this.#acknowledge(id, bytes);
          count(raw, read);
        },
        ...(sinkHost === null ? {} : { sinkHost }),
      },
    );
    if (!result.complete) return false;
    count(layer.rawSize, result.bytesRead);
    if (known !== null && layer.digest !== result.digest) {
      // Another encoder made the known layer, or the disk changed: the next pass hashes the raw bytes and tells.
      layer.digest = null;
      layer.size = null;
      return false;
    }
    if (draft.source.verbatim !== null && layer.digest !== result.digest) throw new ForeignLayer();
    if (layer.rawDigest !== null && layer.rawDigest !== result.rawDigest) {
      throw new AppError('vm.diskChanged', { name: draft.source.vmName });
    }
    layer.rawDigest = result.rawDigest;
    layer.zero = result.zero;
    layer.digest = result.digest;
    layer.size = result.size;
    if (nvram) return true;
    layer.origin = result.zero ? 'zero' : layer.origin === 'unknown' ? 'encoded' : layer.origin;
    const { rawDigest, digest, size } = result;
    // With several sinks the slowest sets the pace, and the time of the encoder alone is not known.
    if (sinks.length <= 1) await this.#run.encoded(size, parts.clock.now() - startedMs - this.#sendingMs);
    await rememberRawDigest(parts, draft, layer);
    await parts.contentIndex.learnPairs([{ rawDigest, rawSize: layer.rawSize, digest, size, proof: 'proven' }]);
    return true;
  }

  #hostOf(sinks: ReadonlyMap<string, Sink>): SinkHost {
    const decide = async (id: string, work: (sink: Sink) => Promise<Directive>): Promise<Directive> => {
      const sink = sinks.get(id);
      if (sink === undefined) return { do: 'drop' };
      try {
        return await work(sink);
      } catch (thrown) {
        sink.failure = thrown;
        return { do: 'drop' };
      }
    };
    const { clock } = this.#run.parts;
    let handedMs = 0;
    return {
      piece: (id, piece) =>
        decide(id, async (sink) => {
          handedMs = clock.now();
          // A piece that waits for its turn on a limited link is on its way, as far as a person is concerned.
          this.#progress.move('uploading');
          this.#run.changed(this.#layer);
          // Of a stream its first allowance, or all of it where it is shorter for certain.
          const most = this.#layer.size ?? this.#layer.rawSize;
          const first = sink.session.mode === 'chunks' ? piece.length : Math.min(ALLOWANCE, most);
          await this.#run.bandwidth.take(first, this.#signal);
          // Last, so that a push that was paused while its pieces waited for their turn sends none of them.
          await this.#run.gate.pass(this.#signal);
          const empty = piece.length === 0 && piece.final && piece.start > 0;
          if (empty) return { do: 'next' };
          return { do: 'send', request: await sink.session.requestFor(piece), from: 0 };
        }),
      allowance: async () => {
        await this.#run.bandwidth.take(ALLOWANCE, this.#signal);
        await this.#run.gate.pass(this.#signal);
      },
      answer: async (id, piece, answer) => {
        const step = await decide(id, (sink) => this.#judge(id, sink, piece, answer));
        if (step.do !== 'send') this.#sendingMs += clock.now() - handedMs;
        return step;
      },
    };
  }

  async #judge(id: string, sink: Sink, piece: Piece, answer: SinkAnswer): Promise<Directive> {
    const step = await sink.session.onAnswer(piece, answer);
    this.#acknowledge(id, sink.session.acknowledged);
    if (this.#progress.status === 'retrying') this.#progress.move('uploading');
    return step;
  }

  /**
   * Counts what a target has acknowledged of the layer, or, while a body is under way, what the network has taken of it;
   * less than before when its session was lost.
   */
  #acknowledge(target: string, bytes: number): void {
    const before = this.#progress.sentBy.get(target) ?? 0;
    this.#progress.sentBy.set(target, bytes);
    this.#run.sent(this.#layer, bytes - before);
  }

  async #commit(sink: Sink): Promise<void> {
    const { digest, size } = this.#layer;
    if (sink.failure !== null || digest === null || size === null) return;
    this.#progress.move('committing');
    this.#run.changed(this.#layer);
    const client = this.#run.parts.clientOf(sink.target.registry);
    try {
      await sink.session.commit(digest, () =>
        client.headBlob(sink.target.repository, digest, { size, signal: this.#signal }),
      );
      this.#acknowledge(keyOf(sink.target), size);
      this.#run.settled(this.#layer, sink.target, { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
    } catch (thrown) {
      sink.failure = thrown;
    }
  }

  /** Targets whose session was lost and is worth another try; throws what is not. */
  async #lost(sinks: ReadonlyMap<string, Sink>, attempt: number): Promise<DraftTarget[]> {
    const lost: DraftTarget[] = [];
    for (const [id, { target, failure, session }] of sinks) {
      if (failure === null) {
        if (session.committed) continue;
        // Answered before the end of the body, or given up by the pass: as any other lost session, but nothing to wait for.
        if (attempt >= ATTEMPTS) throw new AppError('registry.protocol', { host: target.registry, reason: 'upload' });
        this.#acknowledge(id, 0);
        lost.push(target);
        continue;
      }
      if (!(failure instanceof UploadLost)) throw toAppError(failure);
      // Damaged on the way once may be; the bytes on the disk are what they were, or the pass had failed.
      const damaged = failure.error.code === 'blob.digestMismatch';
      if (attempt >= ATTEMPTS || (damaged && this.#damaged)) throw failure.error;
      this.#damaged ||= damaged;
      lost.push(target);
      await this.#run.parts
        .clientOf(target.registry)
        .requester.pause(attempt, failure.retryAfter, failure.error, this.#signal);
    }
    return lost;
  }
}
