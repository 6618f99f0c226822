import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { beforeAbort } from '../registry/before-abort.ts';
import type { BlobUpload } from '../registry/distribution-client.ts';
import { mountCandidates } from './ask-targets.ts';
import { type CopyDraft, type CopyDraftTarget, type CopyRow, PRESENT, SENT } from './copy-draft.ts';
import { slotsOf } from './copy-parts.ts';
import type { CopyRun } from './copy-run.ts';
import type { LocalBlob } from './local-blobs.ts';
import { type BlobFeed, fromDisk, fromPlace, transferBlob } from './transfer-blob.ts';

/**
 * Gets one blob into every target that lacks it. Registries are served side by side; within one registry the first
 * repository gets the bytes, the others mount it from there.
 */
export class BlobArrival {
  readonly #run: CopyRun;
  readonly #draft: CopyDraft;
  readonly #row: CopyRow;
  readonly #signal: AbortSignal;

  constructor(run: CopyRun, draft: CopyDraft, row: CopyRow, signal: AbortSignal) {
    this.#run = run;
    this.#draft = draft;
    this.#row = row;
    this.#signal = signal;
  }

  /** @throws AppError what no further try would mend */
  async toAll(): Promise<void> {
    const missing = this.#draft.targets.filter(
      ({ outcomes, settled }) => outcomes.has(this.#row.index) && !settled.has(this.#row.index),
    );
    const byRegistry = new Map<string, CopyDraftTarget[]>();
    for (const target of missing) byRegistry.set(target.registry, [...(byRegistry.get(target.registry) ?? []), target]);
    const ends = await Promise.allSettled(
      [...byRegistry.values()].map(async (targets) => {
        for (const target of targets) await this.#to(target);
      }),
    );
    // All have ended: nothing is in use when this throws.
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #to(target: CopyDraftTarget): Promise<void> {
    const { parts } = this.#run;
    await parts.gate.pass(this.#signal);
    if (await this.#broughtByOthers(target)) return;
    const opened = await this.#mount(target);
    if (opened === 'mounted') return;
    const land = parts.flights.begin(target.registry, target.repository, this.#row.digest, this.#run);
    let arrived = false;
    try {
      await this.#stream(target, opened);
      arrived = true;
    } finally {
      land(arrived);
    }
    await parts.contentIndex.sawBlobs(target, [this.#row.digest]);
    this.#run.settle(this.#row, target, SENT);
  }

  /** Waits for another job that brings the blob to the same repository; what it brought to another one is mounted. */
  async #broughtByOthers(target: CopyDraftTarget): Promise<boolean> {
    const flight = this.#run.parts.flights.ofOthers(target.registry, this.#row.digest, this.#run);
    if (flight === null || !(await beforeAbort(flight.arrived, this.#signal))) return false;
    if (flight.repository !== target.repository || !(await this.#isThere(target))) return false;
    this.#run.settle(this.#row, target, PRESENT);
    return true;
  }

  async #isThere({ registry, repository }: CopyDraftTarget): Promise<boolean> {
    this.#run.parts.requests.head += 1;
    const { digest, size } = this.#row;
    const client = this.#run.parts.clientOf(registry);
    return await client.headBlob(repository, digest, { size, signal: this.#signal });
  }

  /** `mounted`, or an upload that the registry opened in its place, or null. */
  async #mount(target: CopyDraftTarget): Promise<'mounted' | BlobUpload | null> {
    const { parts } = this.#run;
    const { registry, repository } = target;
    if (parts.mountsAt(registry) === 'no') return null;
    const { digest } = this.#row;
    const elsewhere = (await parts.contentIndex.holdersIn(registry, [digest])).get(digest) ?? [];
    const client = parts.clientOf(registry);
    for (const { repository: from, reason } of mountCandidates(this.#draft, target, this.#row, elsewhere)) {
      // Another target of this copy that has not got it.
      if (reason === 'sentByAnotherTarget') continue;
      this.#run.progressOf(this.#row).move('mounting');
      this.#run.changed(this.#row);
      parts.requests.mount += 1;
      const answer = await client.mountBlob(repository, digest, from, { signal: this.#signal });
      if (answer === null) continue;
      if (answer !== 'mounted') return answer;
      await parts.contentIndex.sawBlobs(target, [digest]);
      this.#run.settle(this.#row, target, { verdict: 'mount', reason: 'mountable', mountedFrom: from });
      return answer;
    }
    return null;
  }

  /** Takes the blob from this computer where it is here, else from the first of its sources that has it. */
  async #stream(target: CopyDraftTarget, opened: BlobUpload | null): Promise<void> {
    const row = this.#row;
    let upload = opened;
    if (row.local !== null) {
      if (await this.#sendFromHere(row.local, target, upload)) return;
      upload = null;
      row.local = null;
      this.#run.changed(row);
    }
    for (const [at, source] of row.sources.entries()) {
      const from = { client: this.#run.parts.clientOf(source.registry), repository: source.repository };
      try {
        await this.#send(fromPlace(from), [source.registry, target.registry], target, upload);
        return;
      } catch (thrown) {
        const lost = thrown instanceof AppError && thrown.code === 'blob.missing';
        if (!lost || at === row.sources.length - 1) throw thrown;
        upload = null;
      }
    }
  }

  /** False = what was found here is not the blob, or could not be sent: its source is read, and says what is wrong. */
  async #sendFromHere(local: LocalBlob, target: CopyDraftTarget, opened: BlobUpload | null): Promise<boolean> {
    const { clientOf } = this.#run.parts;
    const feed =
      local.kind === 'disk' ? fromDisk(local) : fromPlace({ client: clientOf(local.place), repository: 'library' });
    try {
      await this.#send(feed, [target.registry], target, opened);
      return true;
    } catch (thrown) {
      this.#signal.throwIfAborted();
      toAppError(thrown);
      return false;
    }
  }

  async #send(
    feed: BlobFeed,
    hosts: readonly string[],
    target: CopyDraftTarget,
    opened: BlobUpload | null,
  ): Promise<void> {
    const run = this.#run;
    const { parts } = run;
    const row = this.#row;
    const progress = run.progressOf(row);
    const to = { client: parts.clientOf(target.registry), repository: target.repository };
    progress.move('waiting');
    run.changed(row);
    const leave = await parts.slots
      .enter(slotsOf(parts, hosts), this.#signal, parts.share)
      .catch(async (thrown: unknown) => {
        await opened?.abandon();
        throw thrown;
      });
    try {
      parts.requests.upload += 1;
      await transferBlob(feed, to, row, opened, {
        codec: parts.codec,
        sender: run.sender,
        bandwidth: parts.bandwidth,
        share: parts.share,
        gate: parts.gate,
        signal: this.#signal,
        link: run.linkTo(target.registry),
        onSent: (bytes) => run.acknowledge(row, target, bytes),
        onStep: (step) => {
          progress.move(step);
          run.changed(row);
        },
      });
    } finally {
      leave();
    }
    // The target's own word: what it committed is what the manifest names.
    if (!(await this.#isThere(target)))
      throw new AppError('verify.failed', {
        host: target.registry,
        repository: target.repository,
        digest: row.digest,
      });
  }
}
