import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { RepositoryName } from '../../digests/content-index.ts';
import { askHome, placeOf } from '../../plan/ask-home.ts';
import { asksFirst } from '../../plan/asks-first.ts';
import { fillPairs } from '../../plan/chunk-digests.ts';
import { type DraftLayer, type DraftTarget, isSentAgain } from '../../plan/push-draft.ts';
import { dropCachedLayer } from '../../plan/take-cached-layer.ts';
import { ATTEMPTS } from '../../registry/backoff.ts';
import { beforeAbort } from '../../registry/before-abort.ts';
import type { BlobUpload } from '../../registry/distribution-client.ts';
import { UploadLost } from '../../registry/upload-session.ts';
import type { BlobFlight, FlightContent, LandedBlob, Landing } from '../blob-flights.ts';
import { copyBlob } from './copy-blob.ts';
import { encodeLayer, ForeignLayer } from './encode-layer.ts';
import { mountLayer } from './mount-layer.ts';
import type { PushContext } from './push-context.ts';
import { type Sink, UploadPass } from './upload-pass.ts';

/**
 * Gets one layer into every target that lacks it: one repository of each registry gets the bytes, the others of that
 * registry mount it from there, where it mounts at all. All uploads of a pass share one reading, hashing and encoding; what is lost is encoded
 * again, at most five times.
 */
export class LayerUpload {
  readonly #run: PushContext;
  readonly #layer: DraftLayer;
  readonly #signal: AbortSignal;
  /** What arrived had another digest once. */
  #damaged = false;

  constructor(run: PushContext, layer: DraftLayer, signal: AbortSignal) {
    this.#run = run;
    this.#layer = layer;
    this.#signal = signal;
  }

  /** @throws AppError what no further try would mend */
  async to(targets: readonly DraftTarget[]): Promise<void> {
    let missing = [...targets];
    const sessions = new Map<DraftTarget, BlobUpload>();
    for (let attempt = 1; missing.length > 0; ) {
      missing = missing.filter((target) => this.#run.outcomes.isLive(target));
      missing = await this.#awaitOthers(missing, attempt);
      missing = await this.#mount(missing, sessions);
      if (missing.length === 0) return;
      if (this.#dropLocal()) missing = this.#run.outcomes.live;
      const first = missing.filter(
        ({ registry }, at) =>
          this.#sentAgain ||
          missing.findIndex((other) => other.registry === registry) === at ||
          !this.#run.parts.clientOf(registry).profile.mounts,
      );
      // Another job may have begun to send it since it was looked for: from here to the pass nothing waits.
      if (!this.#sentAgain && first.some((target) => this.#othersSend(target) !== null)) continue;
      const lost = await this.#pass(first, sessions, attempt);
      attempt += 1;
      missing = missing.filter((target) => !first.includes(target) || lost.includes(target));
    }
  }

  /** Answers the targets that are still missing the layer, and take part. */
  async #mount(targets: readonly DraftTarget[], sessions: Map<DraftTarget, BlobUpload>): Promise<DraftTarget[]> {
    const left: DraftTarget[] = [];
    for (const target of targets.filter((one) => this.#run.outcomes.isLive(one))) {
      await this.#run.outcomes.attempt(target, this.#signal, async () => {
        left.push(...(await mountLayer(this.#run, this.#layer, [target], { sessions, signal: this.#signal })));
      });
    }
    return left;
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
    sessions: Map<DraftTarget, BlobUpload>,
    attempt: number,
  ): Promise<DraftTarget[]> {
    const landed = this.#begin(targets);
    try {
      return await this.#passOnce(targets, sessions, attempt, landed);
    } finally {
      for (const land of landed) land();
    }
  }

  /** Notes the layer as under way, under every name that it has now; each answer ends one note. */
  #begin(targets: readonly DraftTarget[]): (() => void)[] {
    const content = this.#content();
    return targets.map((target) => {
      const land = this.#run.flights.begin(target.registry, target.repository, content, this.#run);
      return () => land(this.#landed(target));
    });
  }

  async #passOnce(
    targets: readonly DraftTarget[],
    sessions: Map<DraftTarget, BlobUpload>,
    attempt: number,
    landed: (() => void)[],
  ): Promise<DraftTarget[]> {
    const { parts, draft } = this.#run;
    const ahead = asksFirst({
      wholeBodies: targets.some(({ registry }) => parts.clientOf(registry).profile.uploadMode === 'mono'),
      named: this.#layer.digest !== null,
      linkRate: parts.linkRate(draft.targets.map(({ registry }) => registry)),
      encoderRate: parts.rates.encoder.bytesPerSecond,
    });
    if (ahead) {
      const left = await this.#encodeAhead(targets, attempt);
      if (left !== null) return left;
      // It has a name now that others may look for.
      landed.push(...this.#begin(targets));
    }
    return await this.#send(targets, sessions, attempt);
  }

  /** What others may wait for: one chunk of one disk is the same to all jobs, also before anything of it is known. */
  #content(): FlightContent {
    const { digest, rawDigest, rawOffset, rawSize, kind } = this.#layer;
    const { source } = this.#run.draft;
    const { volume, inode, mtimeNs, ctimeNs, size } = source.diskIdentity;
    // A state of the disk that is not settled may be two states.
    const range =
      kind === 'disk' && source.cacheable && source.verbatim === null
        ? `${volume}:${inode}:${size}:${mtimeNs}:${ctimeNs}@${rawOffset ?? 0}+${rawSize}`
        : null;
    return { digest, rawDigest: range === null ? null : rawDigest, range };
  }

  #landed(target: DraftTarget): LandedBlob | null {
    const { digest, size, rawDigest, zero } = this.#layer;
    if (digest === null || size === null || !this.#run.blobs.brought(target, digest)) return null;
    return { digest, size, rawDigest, zero };
  }

  async #send(
    targets: readonly DraftTarget[],
    sessions: Map<DraftTarget, BlobUpload>,
    attempt: number,
  ): Promise<DraftTarget[]> {
    const pass = new UploadPass(this.#run, this.#layer, this.#signal);
    for (const target of targets) {
      const session = sessions.get(target) ?? (await this.#open(target));
      sessions.delete(target);
      if (session === null) continue;
      pass.add(target, session);
      if (session.mode === 'mono' && this.#layer.size === null) {
        // Another layer found meanwhile that the host wants whole bodies: those need their size first.
        pass.cancel();
        return [...targets];
      }
    }
    // None of them could open an upload; there are others.
    if (pass.sinks.length === 0) return [];
    try {
      const complete =
        this.#layer.copyFrom === null
          ? await encodeLayer(this.#run, this.#layer, pass, this.#signal)
          : await this.#copy(this.#layer.copyFrom, pass);
      if (complete) await pass.commit();
      this.#run.draft.source.lost.throwIfAborted();
      return await this.#lost(pass, attempt);
    } catch (thrown) {
      pass.cancel();
      if (!(thrown instanceof ForeignLayer)) throw thrown;
      await this.#findCopy(attempt);
      return [...targets];
    }
  }

  /** Waits for other pushes that bring the blob to the same registries; what they brought is found or mounted. */
  async #awaitOthers(targets: readonly DraftTarget[], attempt: number): Promise<DraftTarget[]> {
    if (this.#sentAgain) return [...targets];
    const left: DraftTarget[] = [];
    let named = false;
    for (const target of targets) {
      const landing = await this.#broughtByOthers(target);
      if (landing !== null) {
        named = this.#adopt(landing.blob) || named;
        this.#run.blobs.arrivedNearby(target.registry, landing.blob.digest, landing.repository);
      }
      const here = landing?.repository === target.repository;
      if (!here || (await this.#present([target])).length === 0) left.push(target);
    }
    // Later than at the first try a name that is missing was found to be another encoder's.
    if (attempt === 1) named = (await this.#nameFromIndex()) || named;
    if (!named) return left;
    // What had no name before was asked for nowhere.
    const known = await this.#present(left);
    return left.filter((target) => !known.includes(target));
  }

  /** Every target gets the bytes, whatever it says: nothing is asked, awaited or mounted. */
  get #sentAgain(): boolean {
    const { sendAgain } = this.#run.draft;
    return sendAgain === 'all' || (this.#layer.digest !== null && isSentAgain(this.#run.draft, this.#layer.digest));
  }

  /** What another job is bringing, or brought since this one made its plan. */
  async #broughtByOthers(target: DraftTarget): Promise<Landing | null> {
    const { flights, blobs } = this.#run;
    const { digest } = this.#layer;
    // What the registry says of it was found to be wrong: it gets it from us.
    if (digest !== null && blobs.mistrusts(target, digest)) return null;
    const flight = this.#othersSend(target);
    if (flight === null) return flights.landed(target.registry, this.#content(), this.#run);
    const blob = await beforeAbort(flight.landed, this.#signal);
    return blob === null ? null : { repository: flight.repository, blob };
  }

  #othersSend({ registry }: DraftTarget): BlobFlight | null {
    return this.#run.flights.ofOthers(registry, this.#content(), this.#run);
  }

  /** Another job may have encoded the same raw bytes since the index was asked. @returns whether the layer has a name now */
  async #nameFromIndex(): Promise<boolean> {
    const layer = this.#layer;
    if (layer.kind !== 'disk' || layer.digest !== null || layer.rawDigest === null) return false;
    const { parts, draft } = this.#run;
    await fillPairs(parts, draft, [layer], this.#signal);
    // The loop has gone by the questions that a cached image's layer takes.
    if (layer.local) dropCachedLayer(draft, layer);
    return this.#layer.digest !== null;
  }

  /** Another job encoded the same bytes: what it found is this layer, too. @returns whether the layer had no name before */
  #adopt({ digest, size, rawDigest, zero }: LandedBlob): boolean {
    const layer = this.#layer;
    if (layer.digest !== null) return false;
    layer.digest = digest;
    layer.size = size;
    layer.rawDigest ??= rawDigest;
    layer.zero = zero;
    if (layer.origin === 'unknown') layer.origin = zero ? 'zero' : 'index';
    return true;
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
      await encodeLayer(this.#run, layer, null, this.#signal);
    } catch (thrown) {
      if (!(thrown instanceof ForeignLayer)) throw thrown;
      await this.#findCopy(attempt);
      return null;
    }
    layer.proven = true;
    const known = unknown && !this.#sentAgain ? await this.#present(targets) : [];
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
  async #copy(from: RepositoryName, pass: UploadPass): Promise<boolean> {
    const { parts } = this.#run;
    const { digest, size } = this.#layer;
    if (digest === null || size === null) throw new AppError('internal', { message: 'a layer is not known' });
    const blob = { client: parts.clientOf(from.registry), repository: from.repository, digest, size };
    const pieceSize = this.#run.pieceSize;
    const options = { sender: this.#run.sender, host: pass.host, pieceSize, signal: this.#signal };
    const specs = await pass.specs();
    try {
      const copied = await Promise.all(
        specs.map((sink) =>
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
      await this.#run.outcomes.attempt(target, this.#signal, async () => {
        this.#run.parts.requests.head += 1;
        const client = this.#run.parts.clientOf(target.registry);
        if (!(await client.headBlob(target.repository, digest, { size, signal: this.#signal }))) return;
        this.#run.blobs.settle(this.#layer, target, { verdict: 'present', reason: 'inRepository', mountedFrom: null });
        found.push(target);
      });
    }
    return found;
  }

  /** Null where the target refuses, and others go on. */
  async #open(target: DraftTarget): Promise<BlobUpload | null> {
    const { parts, outcomes } = this.#run;
    let session: BlobUpload | null = null;
    await outcomes.attempt(target, this.#signal, async () => {
      parts.requests.upload += 1;
      session = await parts.clientOf(target.registry).startUpload(target.repository, { signal: this.#signal });
    });
    return session;
  }

  /** Targets whose session was lost and is worth another try; one for which no try is left fails, and the others go on. */
  async #lost(pass: UploadPass, attempt: number): Promise<DraftTarget[]> {
    const lost: DraftTarget[] = [];
    for (const sink of pass.sinks) {
      const { target, session } = sink;
      const well = await this.#run.outcomes.attempt(target, this.#signal, async () => {
        if (await this.#isLost(sink, pass, attempt)) lost.push(target);
      });
      if (well) continue;
      pass.forget(target);
      this.#run.abandon(session);
    }
    return lost;
  }

  /** Whether another try is worth it. @throws AppError what no other try would mend */
  async #isLost({ target, failure, session }: Sink, pass: UploadPass, attempt: number): Promise<boolean> {
    if (failure === null) {
      if (session.committed) return false;
      // Answered before the end of the body, or given up by the pass: as any other lost session, but nothing to wait for.
      if (attempt >= ATTEMPTS) throw new AppError('registry.protocol', { host: target.registry, reason: 'upload' });
      pass.forget(target);
      this.#run.abandon(session);
      return true;
    }
    if (!(failure instanceof UploadLost)) throw toAppError(failure);
    // Damaged on the way once may be; the bytes on the disk are what they were, or the pass had failed.
    const damaged = failure.error.code === 'blob.digestMismatch';
    if (attempt >= ATTEMPTS || (damaged && this.#damaged)) throw failure.error;
    this.#damaged ||= damaged;
    // The registry may hold it still: where it refused the form, or the connection broke.
    if (failure.mayBeDeleted) this.#run.abandon(session);
    await this.#run.parts.clientOf(target.registry).pause(attempt, failure.retryAfter, failure.error, this.#signal);
    return true;
  }
}
