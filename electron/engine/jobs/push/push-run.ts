import { setMaxListeners } from 'node:events';
import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { PushRequest } from '../../../../shared/models/push-request.ts';
import { PIECE_SIZE } from '../../codec/codec-pool.ts';
import type { CodecResult } from '../../codec/codec-protocol.ts';
import { SinkSender } from '../../codec/sink-sender.ts';
import { registriesOf } from '../../open-clients.ts';
import { askPresence } from '../../plan/ask-presence.ts';
import { isBeingRead, readChunk } from '../../plan/chunk-digests.ts';
import { dropUnservedClaim } from '../../plan/layer-claims.ts';
import { layersByWork } from '../../plan/layers-by-work.ts';
import { limited } from '../../plan/limited.ts';
import { countedTargets } from '../../plan/plan-document.ts';
import { planWithoutReading, refuseLacking } from '../../plan/plan-push.ts';
import type { PlanningParts } from '../../plan/planning-parts.ts';
import type { DraftLayer, DraftTarget, PushDraft } from '../../plan/push-draft.ts';
import { type ManifestChoice, manifestOf, type SettledManifest, settleManifest } from '../../plan/settle-manifest.ts';
import { singleLayer } from '../../plan/small-layers.ts';
import { takeCachedLayer } from '../../plan/take-cached-layer.ts';
import type { Clock } from '../../ports.ts';
import { accountName, type BlobUpload } from '../../registry/distribution-client.ts';
import type { RetryNotice } from '../../registry/retry-notice.ts';
import type { SentNote } from '../../report/sent-notes.ts';
import type { Bandwidth } from '../bandwidth.ts';
import type { BlobFlights } from '../blob-flights.ts';
import type { PauseGate } from '../pause-gate.ts';
import { type Stuck, stuckBy } from '../stuck-job.ts';
import { cachePushedImage } from './cache-pushed-image.ts';
import { FirstAtWork, type LayerLimit } from './first-at-work.ts';
import { LayerProgress } from './layer-progress.ts';
import { LinkMeter } from './link-meter.ts';
import { mountLayer } from './mount-layer.ts';
import { publishManifest, putOciConfigAhead } from './publish-manifest.ts';
import type { PushContext } from './push-context.ts';
import { TargetBlobs } from './target-blobs.ts';
import { TargetOutcomes } from './target-outcomes.ts';
import { LayerUpload } from './upload-layer.ts';

/** How many layers go at once, and whose turn it is. */
export interface Concurrency extends LayerLimit {
  /** A registry took bytes; negative when a session was lost. */
  readonly took: (registry: string, bytes: number) => void;
  /** Waits for a turn at each of these registries; answers what gives the turns back. */
  readonly enter: (registries: readonly string[], signal: AbortSignal) => Promise<() => void>;
}

/** What a run tells its job. */
export interface PushRunEvents {
  readonly onStarted: () => void;
  /** A layer changed, or (null) something of the whole. */
  readonly onChange: (layer: DraftLayer | null) => void;
  /** Packed bytes that a registry acknowledged; negative when a session was lost. */
  readonly onSent: (bytes: number) => void;
  /** A blob is about to be closed at a registry, or arrived there. */
  readonly onNote: (note: SentNote) => Promise<void>;
  /** The push cannot go on for now: resolves when it can try again. */
  readonly onStuck: (stuck: Stuck, signal: AbortSignal) => Promise<void>;
}

/** One push from plan to tags. Source, clients and workers are its job's and engine's; `close` ends what is its own. */
export class PushRun implements PushContext {
  readonly progress: readonly LayerProgress[];
  readonly blobs = new TargetBlobs();
  readonly outcomes: TargetOutcomes;
  readonly sender = new SinkSender();
  /** What was measured of the links to registries. */
  readonly links = new Map<string, LinkMeter>();
  readonly #inFlight = new Map<string, Promise<void>>();
  /** Turns at registries that layers hold. */
  readonly #turns = new Set<() => void>();
  /** Sessions that are being deleted. */
  readonly #abandoned = new Set<Promise<void>>();
  #first: FirstAtWork | null = null;
  #manifest: SettledManifest | null = null;
  /** Each layer works under a signal of its own. */
  readonly #layerOf = new WeakMap<AbortSignal, LayerProgress>();
  readonly #rawSizesKnown = new Map<number, Promise<boolean>>();

  constructor(
    readonly parts: PlanningParts,
    readonly draft: PushDraft,
    readonly request: PushRequest,
    readonly gate: PauseGate,
    readonly bandwidth: Bandwidth,
    private readonly concurrency: Concurrency,
    readonly flights: BlobFlights,
    private readonly events: PushRunEvents,
  ) {
    this.progress = draft.layers.map(() => new LayerProgress());
    this.outcomes = new TargetOutcomes(draft.targets);
  }

  changed(layer: DraftLayer | null): void {
    this.events.onChange(layer);
  }

  sent(layer: DraftLayer, bytes: number): void {
    if (bytes > 0) this.progressOf(layer).meter.add(bytes);
    this.events.onSent(bytes);
    this.events.onChange(layer);
  }

  closing(layer: DraftLayer, target: DraftTarget): Promise<void> {
    return this.#note(layer, target, false);
  }

  arrived(layer: DraftLayer, target: DraftTarget): Promise<void> {
    return this.#note(layer, target, true);
  }

  async #note(layer: DraftLayer, { place, registry, repository }: DraftTarget, isThere: boolean): Promise<void> {
    const { index, kind, rawSize, digest, size, origin, work } = layer;
    if (place !== 'registry' || digest === null) return;
    const arrived = isThere && size !== null ? { index, kind, rawSize, size, origin } : null;
    await this.events.onNote({ registry, repository, digest, ...work, arrived });
  }

  atWorkers(layer: DraftLayer): void {
    this.#first?.arrived(layer);
  }

  taken(registry: string, bytes: number): void {
    this.concurrency.took(registry, bytes);
  }

  progressOf(layer: Pick<DraftLayer, 'index'>): LayerProgress {
    const progress = this.progress[layer.index];
    if (progress === undefined) throw new AppError('internal', { message: 'no such layer' });
    return progress;
  }

  /** Shows a wait for the next try at the layer whose request it is. False where no layer waits for it. */
  retrying(notice: RetryNotice): boolean {
    const own = this.#layerOf.get(notice.signal);
    const concerned = own === undefined ? this.progress.filter(({ status }) => status === 'checking') : [own];
    for (const progress of concerned) progress.retrying(notice);
    this.changed(null);
    return concerned.length > 0;
  }

  get readsBack(): boolean {
    return this.request.verify || this.blobs.mistrustsAny;
  }

  linkTo(registry: string): LinkMeter {
    const meter = this.links.get(registry) ?? new LinkMeter(this.parts.clock);
    this.links.set(registry, meter);
    return meter;
  }

  /** Learns how fast the encoder is. */
  async encoded(rawSize: number, result: CodecResult): Promise<void> {
    const passes = this.progress.filter(({ status }) => status === 'encoding' || status === 'uploading').length;
    const together = Math.max(1, Math.min(passes, this.parts.codec.workers));
    await this.parts.rates.encoded(rawSize, result, together);
  }

  /** The job pauses: other pushes do not wait for its uploads. */
  paused(): void {
    this.flights.release(this);
    // What is under way goes on without a turn once the job goes on: a moment above the limit is better than a standstill.
    for (const leave of [...this.#turns]) this.#leave(leave);
  }

  get pieceSize(): number {
    const profiles = this.draft.targets.map(({ registry }) => this.parts.clientOf(registry).profile);
    const wanted = profiles.filter(({ uploadMode }) => uploadMode === 'chunks').map(({ pieceSize }) => pieceSize);
    return wanted.length === 0 ? PIECE_SIZE : Math.min(...wanted);
  }

  /** Puts the image that was pushed into Tart's cache. What goes wrong is told in the document: the push itself is done. */
  async populateCache(tartHome: string, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#manifest === null) throw new AppError('internal', { message: 'nothing was pushed' });
    await cachePushedImage(this.draft, this.#manifest, tartHome, clock, signal);
    this.changed(null);
  }

  abandon(session: BlobUpload): void {
    const gone = session.abandon().finally(() => this.#abandoned.delete(gone));
    this.#abandoned.add(gone);
  }

  /** Ends the run's own connections, once the sessions that it left are deleted. */
  async close(): Promise<void> {
    await Promise.all(this.#abandoned);
    await this.sender.close();
  }

  /** Pushes. @throws AppError; nothing is tagged unless every blob is there */
  async run(signal: AbortSignal): Promise<void> {
    const { draft, parts, request } = this;
    const stopped = AbortSignal.any([signal, draft.source.lost]);
    const expected = request.expectedTags ?? {};
    await planWithoutReading(parts, draft, expected, stopped);
    this.#refuseConflicts();
    refuseLacking(draft);
    const choice: ManifestChoice = { labels: request.labels, os: draft.source.os, arch: draft.source.arch };
    const settled = await settleManifest(parts, draft, choice, stopped);
    this.events.onStarted();
    await this.#untilDone(stopped, async () => {
      this.#reviveTargets();
      const layers = await layersByWork(draft, parts.codec.workers, stopped);
      const first = new FirstAtWork(layers, parts.codec.workers, this.concurrency, parts.clock);
      this.#first = first;
      const bring = async (layer: DraftLayer, ended: AbortSignal): Promise<void> => {
        await this.#layer(layer, ended).finally(() => first.arrived(layer));
        // The VM's config is among the layers that are few bytes: the other config goes with it.
        if (layer.kind === 'config') await this.#ociConfigAhead(choice, ended);
      };
      await limited(layers, first.limit, stopped, bring, first.onChange).finally(() => first.end());
      await draft.source.confirmUnchanged();
      // One manifest and one time for all targets, also when the last of them has to wait.
      this.#manifest ??= await manifestOf(parts, draft, choice, stopped, settled);
      await this.#bringConfig(stopped);
      await publishManifest(this, this.#manifest, stopped);
      this.outcomes.throwFailure();
    });
    this.changed(null);
  }

  /** With a turn as a layer has one: a registry that takes one at a time takes no other beside it. */
  async #ociConfigAhead(choice: ManifestChoice, signal: AbortSignal): Promise<void> {
    const leave = await this.concurrency.enter(registriesOf(this.outcomes.live), signal);
    this.#turns.add(leave);
    try {
      await putOciConfigAhead(this, choice, signal);
    } finally {
      this.#leave(leave);
    }
  }

  /** Targets that failed while others went on take part again, with every layer that they lack. */
  #reviveTargets(): void {
    for (const target of this.outcomes.revive()) {
      for (const layer of this.draft.layers) {
        if (layer.digest !== null && this.blobs.has(target, layer.digest)) continue;
        this.progressOf(layer).again();
        if (layer.digest !== null) this.#inFlight.delete(layer.digest);
        if (layer.rawDigest !== null) this.#inFlight.delete(layer.rawDigest);
      }
    }
  }

  /** Does what can be done again, and, where the request says so, waits out what passes by itself or by a person. */
  async #untilDone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (thrown) {
        if (!signal.aborted && (await this.#mistrust(thrown))) continue;
        const stuck = stuckBy(thrown);
        if (stuck === null || signal.aborted || this.request.whenStuck === 'fail') throw thrown;
        for (const progress of this.progress) progress.restart();
        await this.events.onStuck(stuck, signal);
      }
    }
  }

  /** A known manifest that was found at the end may spell the VM config in another way than what was pushed. */
  async #bringConfig(signal: AbortSignal): Promise<void> {
    const layer = singleLayer(this.draft, 'config');
    const missing = this.outcomes.live.filter((target) => !this.blobs.has(target, layer.digest ?? ''));
    if (missing.length > 0) await this.#putConfig(layer, missing, signal);
  }

  /**
   * A registry that refuses the manifest for a blob that it said it has (or that cannot give the blob back) gets the blob
   * again: it is dropped from all that is known, once. False when that is not what went wrong, or was done before.
   */
  async #mistrust(thrown: unknown): Promise<boolean> {
    if (!(thrown instanceof AppError) || (thrown.code !== 'blob.missing' && thrown.code !== 'verify.failed'))
      return false;
    const { host, repository, digest, digests: named } = thrown.params;
    const digests = typeof named === 'string' && named !== '' ? named.split(' ') : [String(digest)];
    let again = false;
    for (const gone of digests) {
      const layers = this.draft.layers.filter((layer) => layer.digest === gone);
      const config = this.#manifest?.ociConfig?.digest ?? this.draft.ociConfigDigest;
      if (layers.length === 0 && gone !== config) continue;
      for (const target of this.draft.targets) {
        const other = target.registry !== host || (repository !== undefined && target.repository !== repository);
        if (other || this.blobs.mistrusts(target, gone)) continue;
        again = true;
        this.blobs.mistrust(target, gone);
        await this.parts.contentIndex.lostBlobs(target, [gone], accountName(this.parts.clientOf(target.registry)));
      }
      this.#inFlight.delete(gone);
      for (const layer of layers) this.progressOf(layer).again();
    }
    return again;
  }

  #refuseConflicts(): void {
    for (const target of this.draft.targets) {
      const limit = this.parts.clientOf(target.registry).profile.layerLimit;
      if (limit !== null && this.draft.layers.length > limit) {
        throw new AppError('registry.layerLimit', { host: target.registry, limit, layers: this.draft.layers.length });
      }
      const conflict = target.states.find(({ state }) => state === 'conflict');
      if (conflict !== undefined && !this.request.force) {
        throw new AppError('tag.conflict', { reference: conflict.reference, digest: conflict.previousDigest });
      }
    }
  }

  /** Brings one layer into every target; its error is the push's. */
  async #layer(layer: DraftLayer, stopped: AbortSignal): Promise<void> {
    const progress = this.progressOf(layer);
    if (progress.status === 'done') return;
    const signal = AbortSignal.any([stopped]);
    setMaxListeners(0, signal);
    this.#layerOf.set(signal, progress);
    try {
      await this.gate.pass(signal);
      await this.#learnDigest(layer, progress, signal);
      const key = layer.digest ?? layer.rawDigest;
      const earlier = key === null ? undefined : this.#inFlight.get(key);
      if (earlier === undefined) {
        const work = this.#bring(layer, progress, signal);
        if (key !== null) {
          this.#inFlight.set(key, work);
          // What failed may be tried again.
          work.catch(() => this.#inFlight.delete(key));
        }
        await work;
      } else {
        await earlier;
        this.#adopt(layer);
      }
      progress.move('done');
      this.changed(layer);
    } catch (thrown) {
      const error = signal.aborted ? new AppError('cancelled') : toAppError(thrown);
      progress.fail(error);
      this.changed(layer);
      throw thrown;
    }
  }

  /** Takes layer digest and size from the layer of equal raw bytes that was just encoded. */
  #adopt(layer: DraftLayer): void {
    const twin = this.draft.layers.find(
      (other) =>
        other !== layer &&
        other.digest !== null &&
        (other.digest === layer.digest || (!other.claimed && other.rawDigest === layer.rawDigest)),
    );
    if (twin === undefined) return;
    layer.digest = twin.digest;
    layer.size = twin.size;
    layer.zero = twin.zero;
    layer.local = twin.local;
    if (layer.origin === 'unknown') layer.origin = 'index';
  }

  /** Reads a chunk first only where reading can tell something: else it is hashed, encoded and sent in one pass. */
  async #learnDigest(layer: DraftLayer, progress: LayerProgress, signal: AbortSignal): Promise<void> {
    dropUnservedClaim(this.draft, layer);
    if (layer.kind !== 'disk' || (layer.digest !== null && !layer.local)) return;
    if (layer.rawDigest === null) {
      let known = this.#rawSizesKnown.get(layer.rawSize);
      if (known === undefined) {
        known = this.#knowsRawSize(layer.rawSize, signal);
        this.#rawSizesKnown.set(layer.rawSize, known);
      }
      if (!(await known) && !isBeingRead(this.draft, layer)) {
        layer.streamed = true;
        return;
      }
      progress.move('hashing');
      await readChunk(this.parts, this.draft, layer, signal, (bytes) => {
        progress.read = bytes;
        this.changed(layer);
      });
    }
    progress.move('checking');
    this.changed(layer);
    await this.#asking(signal, async (draft) => {
      await takeCachedLayer(this.parts, draft, layer, signal);
      await askPresence(this.parts, draft, [layer], signal);
    });
  }

  /** Asks the targets that take part; one that cannot be asked is left out, and the others are asked again. */
  async #asking(signal: AbortSignal, ask: (draft: PushDraft) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await ask({ ...this.draft, targets: this.outcomes.live });
        return;
      } catch (thrown) {
        signal.throwIfAborted();
        const { host } = toAppError(thrown).params;
        const refused = this.outcomes.live.filter(({ registry }) => registry === host);
        if (refused.length === 0) throw thrown;
        for (const target of refused) this.outcomes.fail(target, thrown);
      }
    }
  }

  async #knowsRawSize(rawSize: number, signal: AbortSignal): Promise<boolean> {
    const { contentIndex, cachedLayers } = this.parts;
    return (await contentIndex.knowsRawSize(rawSize)) || (await cachedLayers.knowsRawSize(rawSize, signal));
  }

  async #bring(layer: DraftLayer, progress: LayerProgress, signal: AbortSignal): Promise<void> {
    const { digest } = layer;
    const missing = this.outcomes.live.filter((target) => digest === null || !this.blobs.has(target, digest));
    if (missing.length === 0) return;
    const leave = await this.concurrency.enter(registriesOf(missing), signal);
    this.#turns.add(leave);
    try {
      // It is a layer of few bytes, but a layer: a registry that takes one at a time takes no other beside it.
      if (layer.kind === 'config') await this.#putConfig(layer, missing, signal);
      else await new LayerUpload(this, layer, signal).to(missing);
    } finally {
      this.#leave(leave);
    }
  }

  /** Gives a turn back, once. */
  #leave(leave: () => void): void {
    if (this.#turns.delete(leave)) leave();
  }

  async #putConfig(layer: DraftLayer, targets: readonly DraftTarget[], signal: AbortSignal): Promise<void> {
    const { digest } = layer;
    if (digest === null) return;
    const missing: DraftTarget[] = [];
    for (const target of targets) {
      await this.outcomes.attempt(target, signal, async () => {
        missing.push(...(await this.#mountConfig(target, layer, signal)));
      });
    }
    for (const target of missing)
      await this.outcomes.attempt(target, signal, () => this.#putConfigTo(target, layer, digest, signal));
  }

  async #mountConfig(target: DraftTarget, layer: DraftLayer, signal: AbortSignal): Promise<DraftTarget[]> {
    const sessions = new Map<DraftTarget, BlobUpload>();
    const missing = await mountLayer(this, layer, [target], { sessions, signal });
    for (const session of sessions.values()) this.abandon(session);
    return missing;
  }

  async #putConfigTo(target: DraftTarget, layer: DraftLayer, digest: string, signal: AbortSignal): Promise<void> {
    // A folder has what another of its names got; a registry that does not mount would open a session for a few bytes.
    if (target.place !== 'registry' && (await this.#mountConfig(target, layer, signal)).length === 0) return;
    this.parts.requests.upload += 1;
    const client = this.parts.clientOf(target.registry);
    await this.closing(layer, target);
    await client.putSmallBlob(target.repository, this.draft.configBytes, digest, { signal });
    if (countedTargets(this.draft.targets).includes(target)) this.sent(layer, this.draft.configBytes.length);
    this.blobs.settle(layer, target, { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
    await this.arrived(layer, target);
  }
}
