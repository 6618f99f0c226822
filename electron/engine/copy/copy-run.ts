import { setMaxListeners } from 'node:events';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { CopyRequest } from '../../../shared/models/copy.ts';
import { SinkSender } from '../codec/sink-sender.ts';
import { LayerProgress } from '../jobs/push/layer-progress.ts';
import { LinkMeter } from '../jobs/push/link-meter.ts';
import { type Stuck, stuckBy } from '../jobs/stuck-job.ts';
import { limited } from '../plan/limited.ts';
import type { RetryNotice } from '../registry/retry-notice.ts';
import type { SentNote } from '../report/sent-notes.ts';
import { missingBlobs } from './ask-targets.ts';
import { BlobArrival } from './blob-arrival.ts';
import type { CopyDraft, CopyDraftTarget, CopyPlacement, CopyRow, Outcome } from './copy-draft.ts';
import { type CopyParts, QUESTIONS_AT_ONCE } from './copy-parts.ts';
import { planCopy, refuseConflicts, refuseTooManyLayers } from './plan-copy.ts';
import { publishImage } from './publish-image.ts';
import { type ReadyImage, ReadyImages } from './ready-images.ts';

/** What a run tells its job. */
export interface CopyRunEvents {
  readonly onPlanned: () => void;
  /** A row changed, or (null) something of the whole. */
  readonly onChange: (row: CopyRow | null) => void;
  /** Packed bytes that a target acknowledged; less than 0 when an upload was lost. */
  readonly onSent: (bytes: number) => void;
  /** A blob is about to be sent to a registry. */
  readonly onNote: (note: SentNote) => Promise<void>;
  /** The copy cannot go on for now: resolves when it can try again. */
  readonly onStuck: (stuck: Stuck, signal: AbortSignal) => Promise<void>;
}

/** One copy from plan to tags. Clients and workers are its job's and engine's; `close` ends what is its own. */
export class CopyRun {
  readonly sender = new SinkSender();
  /** What was measured of the links to targets. */
  readonly links = new Map<string, LinkMeter>();
  #draft: CopyDraft | null = null;
  #progress: readonly LayerProgress[] = [];
  /** Each row works under a signal of its own. */
  readonly #rowOf = new WeakMap<AbortSignal, LayerProgress>();
  #ready: ReadyImages | null = null;
  readonly #published = new Set<CopyPlacement>();
  /** What was found to be missing although its registry said to have it: it is brought again once. */
  readonly #mistrusted = new Set<string>();
  /** Images that cannot be copied, with what is in the way; the others go on. */
  readonly #failures = new Map<CopyRow, AppError>();

  constructor(
    readonly parts: CopyParts,
    readonly request: CopyRequest,
    private readonly events: CopyRunEvents,
  ) {}

  /** Null before the plan is made. */
  get draft(): CopyDraft | null {
    return this.#draft;
  }

  progressOf({ index }: { readonly index: number }): LayerProgress {
    const progress = this.#progress[index];
    if (progress === undefined) throw new AppError('internal', { message: 'no such row' });
    return progress;
  }

  changed(row: CopyRow | null): void {
    this.events.onChange(row);
  }

  /** Counts what a target acknowledged of a row; less than before when its upload was lost. */
  acknowledge(row: CopyRow, target: CopyDraftTarget, bytes: number): void {
    const progress = this.progressOf(row);
    const key = `${target.registry}/${target.repository}`;
    const more = bytes - (progress.sentBy.get(key) ?? 0);
    progress.sentBy.set(key, bytes);
    if (more > 0) progress.meter.add(more);
    this.parts.slots.took(target.registry, more);
    this.events.onSent(more);
    this.changed(row);
  }

  /** A blob is about to be sent: noted first, so that a copy that is killed knows its own. */
  closing(row: CopyRow, target: CopyDraftTarget): Promise<void> {
    return this.#note(row, target, false);
  }

  /** A target has taken a blob. */
  arrived(row: CopyRow, target: CopyDraftTarget): Promise<void> {
    return this.#note(row, target, true);
  }

  async #note(row: CopyRow, { place, registry, repository }: CopyDraftTarget, isThere: boolean): Promise<void> {
    if (place !== 'registry') return;
    const { index, kind, digest, size, local } = row;
    const fromDisk = local?.kind === 'disk';
    const raw = fromDisk ? (row.rawSize ?? 0) : 0;
    const rawSize = row.rawDigest === null ? 0 : (row.rawSize ?? 0);
    const arrived = { index, kind, rawSize, size, origin: fromDisk ? ('encoded' as const) : ('remote' as const) };
    const noted = { registry, repository, digest, read: raw, encoded: raw };
    await this.events.onNote({ ...noted, arrived: isThere ? arrived : null });
  }

  linkTo(registry: string): LinkMeter {
    const meter = this.links.get(registry) ?? new LinkMeter(this.parts.clock);
    this.links.set(registry, meter);
    return meter;
  }

  /** A blob or manifest is at a target. */
  settle(row: CopyRow, target: CopyDraftTarget, outcome: Outcome): void {
    target.outcomes.set(row.index, outcome);
    target.settled.add(row.index);
    this.#ready?.settled(row, target);
    this.changed(row);
  }

  /** Whether a target was found to lack a blob that it said it has: it gets it whatever it says. */
  mistrusts(row: CopyRow, target: CopyDraftTarget): boolean {
    return this.#mistrusted.has(mistrustKey(row, target));
  }

  /** Shows a wait for the next try at the row whose request it is. False where no row waits for it. */
  retrying(notice: RetryNotice): boolean {
    const row = this.#rowOf.get(notice.signal);
    row?.retrying(notice);
    this.changed(null);
    return row !== undefined;
  }

  /** The job pauses: other jobs do not wait for its uploads. */
  paused(): void {
    this.parts.flights.release(this);
  }

  /** Ends the run's own connections. */
  async close(): Promise<void> {
    await this.sender.close();
  }

  /** Copies. @throws AppError; nothing is tagged unless every blob of its image is there */
  async run(signal: AbortSignal): Promise<void> {
    const draft = await planCopy(this.parts, this.request, signal);
    refuseConflicts(draft, this.request);
    refuseTooManyLayers(this.parts, draft);
    this.#draft = draft;
    this.#progress = draft.rows.map((row) => this.#startOf(draft, row));
    this.events.onPlanned();
    await this.#untilDone(signal, () => this.#bringAll(draft, signal));
    this.changed(null);
    const [failure] = this.#failures.values();
    if (failure !== undefined) throw failure;
  }

  #startOf({ targets }: CopyDraft, row: CopyRow): LayerProgress {
    const progress = new LayerProgress();
    const own = targets.filter(({ outcomes }) => outcomes.has(row.index));
    if (own.every(({ settled }) => settled.has(row.index))) progress.move('done');
    return progress;
  }

  async #bringAll(draft: CopyDraft, signal: AbortSignal): Promise<void> {
    const missing = new Set(draft.targets.flatMap(missingBlobs));
    const rows = draft.rows.filter((row) => missing.has(row) && !this.#failures.has(row));
    const ready = new ReadyImages(draft, this.#published);
    this.#ready = ready;
    await this.#publishReady(draft, ready, signal);
    // What streams waits for its slots; what is mounted needs none.
    await limited(
      rows,
      () => QUESTIONS_AT_ONCE,
      signal,
      async (row, stopped) => {
        await this.#bring(draft, row, stopped);
        await this.#publishReady(draft, ready, stopped);
      },
    );
  }

  async #bring(draft: CopyDraft, row: CopyRow, stopped: AbortSignal): Promise<void> {
    const progress = this.progressOf(row);
    const signal = AbortSignal.any([stopped]);
    setMaxListeners(0, signal);
    this.#rowOf.set(signal, progress);
    try {
      await new BlobArrival(this, draft, row, signal).toAll();
      progress.move('done');
    } catch (thrown) {
      const error = signal.aborted ? new AppError('cancelled') : toAppError(thrown);
      progress.fail(error);
      if (signal.aborted || !this.#isOneImages(draft, error)) throw thrown;
      this.#failures.set(row, error);
    } finally {
      this.changed(row);
    }
  }

  /** What is wrong with one image of several, or with what belongs to one, keeps no other from arriving. */
  #isOneImages({ targets }: CopyDraft, { code }: AppError): boolean {
    const placements = targets.reduce((sum, target) => sum + target.placements.length, 0);
    return placements > 1 && (code.startsWith('blob.') || code.startsWith('manifest.') || code.startsWith('tag.'));
  }

  /** Names every image whose blobs are all there; each once. */
  async #publishReady(draft: CopyDraft, ready: ReadyImages, signal: AbortSignal): Promise<void> {
    for (let image = ready.take(); image !== null; image = ready.take()) {
      try {
        await publishImage(this, image.target, image.placement, signal);
        this.#published.add(image.placement);
      } catch (thrown) {
        if (signal.aborted || !this.#passOver(draft, image, toAppError(thrown))) throw thrown;
      }
    }
  }

  /** Whether an image that cannot be named is left behind, and the others go on. */
  #passOver(draft: CopyDraft, { placement }: ReadyImage, error: AppError): boolean {
    const root = placement.rows.at(-1);
    if (root === undefined || !this.#isOneImages(draft, error)) return false;
    if (mistrustedBy(draft, error).some(({ key }) => !this.#mistrusted.has(key))) return false;
    this.#published.add(placement);
    this.progressOf(root).fail(error);
    this.#failures.set(root, error);
    return true;
  }

  /** Does what can be done again, and, where the request says so, waits out what passes by itself or by a person. */
  async #untilDone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (thrown) {
        if (!signal.aborted && this.#draft !== null && this.#mistrust(this.#draft, thrown)) continue;
        const stuck = stuckBy(thrown);
        if (stuck === null || signal.aborted || this.request.whenStuck === 'fail') throw thrown;
        for (const progress of this.#progress) progress.restart();
        await this.events.onStuck(stuck, signal);
      }
    }
  }

  /**
   * A registry that refuses a manifest for a blob that it said it has gets the blob again, once. False when that is not what
   * went wrong, or was done before.
   */
  #mistrust(draft: CopyDraft, thrown: unknown): boolean {
    let again = false;
    for (const { key, row, target } of mistrustedBy(draft, toAppError(thrown))) {
      if (this.#mistrusted.has(key)) continue;
      this.#mistrusted.add(key);
      target.settled.delete(row.index);
      this.progressOf(row).again();
      again = true;
    }
    return again;
  }
}

/** Rows that a target was found to lack, by its own words. */
function mistrustedBy(
  draft: CopyDraft,
  { code, params }: AppError,
): { readonly key: string; readonly row: CopyRow; readonly target: CopyDraftTarget }[] {
  if (code !== 'blob.missing' && code !== 'verify.failed') return [];
  const { host, repository, digest, digests } = params;
  const named = typeof digests === 'string' && digests !== '' ? digests.split(' ') : [String(digest)];
  return draft.targets
    .filter((target) => target.registry === host && (repository === undefined || target.repository === repository))
    .flatMap((target) =>
      target.rows
        .filter((row) => row.manifest === null && target.settled.has(row.index) && named.includes(row.digest))
        .map((row) => ({ key: mistrustKey(row, target), row, target })),
    );
}

function mistrustKey({ digest }: CopyRow, { registry, repository }: CopyDraftTarget): string {
  return `${registry}/${repository} ${digest}`;
}
