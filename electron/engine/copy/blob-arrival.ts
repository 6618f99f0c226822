import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { MOST_MOUNT_CANDIDATES } from '../digests/blob-places.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import type { FlightContent } from '../jobs/blob-flights.ts';
import { hasBlob } from '../plan/ask-neighbours.ts';
import { beforeAbort } from '../registry/before-abort.ts';
import { accountName, type BlobUpload } from '../registry/distribution-client.ts';
import { elsewhereOf, mountCandidates } from './ask-targets.ts';
import { type CopyDraft, type CopyDraftTarget, type CopyRow, PRESENT, SENT } from './copy-draft.ts';
import { slotsOf } from './copy-parts.ts';
import type { CopyRun } from './copy-run.ts';
import type { LocalBlob } from './local-blobs.ts';
import { type BlobFeed, fromDisk, fromPlace, transferBlob } from './transfer-blob.ts';

/** What a source says, or gives, that has not the blob: nothing, other bytes, or too many or few. */
const NOT_THERE: ReadonlySet<string> = new Set(['blob.missing', 'blob.digestMismatch', 'blob.sizeMismatch']);

function contentOf(digest: string): FlightContent {
  return { digest, rawDigest: null, range: null };
}

/** An upload that a registry opened in place of a mount, until somebody uses it or gives it back. */
interface OpenSession {
  upload: BlobUpload | null;
}

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
    const { digest, size } = this.#row;
    const sessions: OpenSession = { upload: null };
    try {
      do {
        const brought = await this.#broughtByOthers(target);
        if (brought === 'here') {
          await sessions.upload?.abandon();
          return;
        }
        if (await this.#mount(target, brought, sessions)) return;
        // Another job may have begun to send it since it was looked for: from here to the flight nothing waits.
      } while (parts.flights.ofOthers(target.registry, contentOf(digest), this.#run) !== null);
    } catch (thrown) {
      await sessions.upload?.abandon();
      throw thrown;
    }
    const opened = sessions.upload;
    const land = parts.flights.begin(target.registry, target.repository, contentOf(digest), this.#run);
    let arrived = false;
    try {
      await this.#stream(target, opened);
      arrived = true;
      await this.#run.arrived(this.#row, target);
      await parts.contentIndex.sawBlobs(target, [digest], this.#account(target));
    } finally {
      land(arrived ? { digest, size, rawDigest: null, zero: false } : null);
    }
    this.#run.settle(this.#row, target, SENT);
  }

  #account({ registry }: RepositoryName): string {
    return accountName(this.#run.parts.clientOf(registry));
  }

  /** Waits for another job that brings the blob: `here`, the repository that it can be mounted from, or null. */
  async #broughtByOthers(target: CopyDraftTarget): Promise<'here' | { readonly nearby: string } | null> {
    const { flights } = this.#run.parts;
    const content = contentOf(this.#row.digest);
    // What the registry says of it was found to be wrong: it gets it from us.
    if (this.#run.mistrusts(this.#row, target)) return null;
    const flight = flights.ofOthers(target.registry, content, this.#run);
    const landed = flight !== null && (await beforeAbort(flight.landed, this.#signal)) !== null;
    const from = landed ? flight : flights.landed(target.registry, content, this.#run);
    if (from === null) return null;
    if (from.repository !== target.repository) return { nearby: from.repository };
    if (!(await this.#isThere(target))) return null;
    this.#run.settle(this.#row, target, PRESENT);
    return 'here';
  }

  async #isThere({ registry, repository }: CopyDraftTarget): Promise<boolean> {
    this.#run.parts.requests.head += 1;
    const { digest, size } = this.#row;
    const client = this.#run.parts.clientOf(registry);
    return await client.headBlob(repository, digest, { size, signal: this.#signal });
  }

  /** Whether it is mounted now; an upload that the registry opened in its place is left in `sessions`. */
  async #mount(
    target: CopyDraftTarget,
    brought: { readonly nearby: string } | null,
    sessions: OpenSession,
  ): Promise<boolean> {
    const { parts } = this.#run;
    const { registry, repository } = target;
    if (parts.mountsAt(registry) === 'no') return false;
    const { digest, size } = this.#row;
    const elsewhere = (await elsewhereOf(parts, this.#draft, target, [digest])).get(digest) ?? [];
    const client = parts.clientOf(registry);
    const named = mountCandidates(this.#draft, target, this.#row, elsewhere)
      // Another target of this copy that has not got it is none.
      .flatMap(({ repository: from, reason }) => (reason === 'sentByAnotherTarget' ? [] : [from]));
    const candidates = new Set([...(brought === null ? [] : [brought.nearby]), ...named]);
    for (const from of [...candidates].slice(0, MOST_MOUNT_CANDIDATES)) {
      this.#run.progressOf(this.#row).move('mounting');
      this.#run.changed(this.#row);
      parts.requests.mount += 1;
      const answer = await client.mountBlob(repository, digest, from, { signal: this.#signal });
      if (answer === 'mounted') {
        await sessions.upload?.abandon();
        await parts.contentIndex.sawBlobs(target, [digest], accountName(client));
        this.#run.settle(this.#row, target, { verdict: 'mount', reason: 'mountable', mountedFrom: from });
        return true;
      }
      if (answer === null) continue;
      if (sessions.upload === null) sessions.upload = answer;
      else await answer.abandon();
      // A source that has the blob says that it is not mounted; one that has not says nothing of the next.
      if (await hasBlob(parts, { registry, repository: from }, { digest, size }, this.#signal)) break;
    }
    return false;
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
        if (!(thrown instanceof AppError) || !NOT_THERE.has(thrown.code)) throw thrown;
        // In one registry other bytes may be the target's finding.
        const itsOwn = source.registry !== target.registry || thrown.code === 'blob.missing';
        if (itsOwn && thrown.params['host'] === source.registry)
          await this.#run.parts.contentIndex.lostBlobs(source, [row.digest], this.#account(source));
        if (thrown.code !== 'blob.missing' || at === row.sources.length - 1) throw thrown;
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
      await run.closing(row, target);
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
