import { AppError } from '../../../shared/errors/app-error.ts';
import { isLayoutPlace } from '../../../shared/models/image-location.ts';
import type { DistributionClient, RemoteManifest } from '../registry/distribution-client.ts';
import type { TagEntry, TagJournal } from './tag-journal.ts';

/** A tag that a push or copy moves from one manifest to another. */
export interface MovedTag {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Digest that the tag has; null = no such tag. */
  readonly before: string | null;
  /** Digest that it gets. */
  readonly after: string;
  /** Plain http was asked for. */
  readonly insecure: boolean;
}

/**
 * Keeps where tags were that pushes and copies move, in the journal of tag edits: such a move can be undone as an edit can.
 * The manifest is on the disk before the tag moves. One that the registry does not give any more, or that a full disk does not
 * take, cannot be kept: the move is made all the same, as it was asked for.
 */
export class MovedTags {
  readonly #journal: TagJournal;

  constructor(journal: TagJournal) {
    this.#journal = journal;
  }

  /**
   * A tag that is new, or already where it goes, leaves nothing to undo.
   *
   * @param put moves the tag, and reads it back
   */
  async move(
    client: Pick<DistributionClient, 'getManifest' | 'headManifest'>,
    moved: MovedTag,
    put: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const manifest = await manifestBefore(client, moved, signal);
    if (manifest === null) {
      await put();
      return;
    }
    const { registry: host, repository, tag, after, insecure } = moved;
    const before = manifest.digest;
    const entry = await this.#writeDown(manifest, {
      host,
      repository,
      undoes: null,
      insecure,
      tags: [{ tag, before, after }],
      manifests: { [before]: manifest.mediaType },
    });
    try {
      await put();
    } catch (thrown) {
      if (entry !== null) await this.#end(await failed(client, entry, moved, signal));
      throw thrown;
    }
    if (entry !== null) await this.#end({ ...entry, state: 'done' });
  }

  /** Keeps what undoing needs; null where the disk does not take it. */
  async #writeDown(manifest: RemoteManifest, edit: Parameters<TagJournal['begin']>[0]): Promise<TagEntry | null> {
    try {
      await this.#journal.keep(manifest);
      return await this.#journal.begin(edit);
    } catch (thrown) {
      if (thrown instanceof Error && 'errno' in thrown) return null;
      throw thrown;
    }
  }

  /** The tag is where it is: what cannot be written down of it changes nothing. An undo looks again. */
  async #end(entry: TagEntry): Promise<void> {
    try {
      await this.#journal.end(entry);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'errno' in thrown)) throw thrown;
    }
  }
}

async function manifestBefore(
  client: Pick<DistributionClient, 'getManifest'>,
  { registry, repository, before, after }: MovedTag,
  signal: AbortSignal,
): Promise<RemoteManifest | null> {
  if (before === null || before === after || isLayoutPlace(registry)) return null;
  try {
    return await client.getManifest(repository, before, { signal });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

/** The answer may have been lost: what the tag is now is asked; where nobody tells, an undo looks again. */
async function failed(
  client: Pick<DistributionClient, 'headManifest'>,
  entry: TagEntry,
  { repository, tag, before }: MovedTag,
  signal: AbortSignal,
): Promise<TagEntry> {
  try {
    const after = (await client.headManifest(repository, tag, { signal }))?.digest ?? null;
    return { ...entry, tags: [{ tag, before, after }], state: after === before ? 'failed' : 'partly' };
  } catch {
    return { ...entry, state: 'open' };
  }
}
