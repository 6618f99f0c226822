import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Repository } from '../../shared/models/registry.ts';
import type { TagChange, TagEdit, TagPlan, TagRecord } from '../../shared/models/tag-edit.ts';
import type { Clock, Log } from './ports.ts';
import type { RemoteManifest } from './registry/distribution-client.ts';
import { abilitiesOf } from './registry/hosts/host-abilities.ts';
import type { HostMemory } from './registry/hosts/host-memory.ts';
import type { RegistryClient } from './registry/registry-client.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { RegistryBook } from './registry-book.ts';
import type { RegistryService } from './registry-service.ts';
import type { StoreService } from './store/store-service.ts';
import { applyTagChanges } from './tags/apply-tag-changes.ts';
import type { AbilityMemory } from './tags/delete-abilities.ts';
import { editGroups } from './tags/edit-groups.ts';
import { ManifestReader } from './tags/manifest-reader.ts';
import { matchTags } from './tags/match-tags.ts';
import { planTagChanges, type TagPlanParts } from './tags/plan-tag-changes.ts';
import type { TagEntry, TagJournal } from './tags/tag-journal.ts';
import { tagPoints } from './tags/tag-map.ts';
import { undoChanges } from './tags/undo-changes.ts';

type TagMethodName = Extract<EngineMethodName, `tags.${string}`>;

/** Connections of one edit. */
const CONNECTIONS = 16;

/** What tag edits work with; all of it is the engine's. */
export interface TagServiceParts {
  readonly clients: RegistryClients;
  readonly book: RegistryBook;
  readonly hosts: HostMemory;
  readonly registries: RegistryService;
  /** It may serve a registry of this computer. */
  readonly store: Pick<StoreService, 'requireOn'>;
  readonly journal: TagJournal;
  readonly read: (host: string, repository: string, insecure: boolean, signal: AbortSignal) => Promise<Repository>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A place whose tags are edited. */
interface Place {
  readonly host: string;
  readonly repository: string;
  readonly insecure: boolean;
}

/** Edits tags of registries: no blob is sent, every edit is in the journal and can be undone. */
export class TagService {
  readonly #parts: TagServiceParts;
  readonly #memory: AbilityMemory;

  constructor(parts: TagServiceParts) {
    this.#parts = parts;
    const { hosts, log } = parts;
    const kept = (host: string, work: Promise<void>): void => {
      work.catch((thrown: unknown) =>
        log.warn('not remembered what a host deletes', { host, message: String(thrown) }),
      );
    };
    this.#memory = {
      known: (host) => abilitiesOf(host, hosts.findings(host)),
      isGitlab: (host) => hosts.findings(host).software === 'gitlab',
      learn: (host, { tagDelete, digestDelete }) => {
        if (tagDelete !== undefined) kept(host, hosts.learn(host, 'tagDelete', tagDelete));
        if (digestDelete !== undefined && digestDelete !== 'unknown')
          kept(host, hosts.learn(host, 'digestDelete', digestDelete));
      },
    };
  }

  handlers(): Handlers<TagMethodName> {
    const { journal, read, store } = this.#parts;
    return {
      'tags.plan': (input, signal) => this.#plan(input, input.changes, null, signal),
      'tags.apply': (input, signal) => this.#apply(input, input.changes, null, signal),
      'tags.match': async ({ host, repository, insecure, pattern }, signal) => {
        await store.requireOn([host]);
        const found = await read(host, repository, insecure, signal);
        return { host, repository, ...matchTags(found, pattern) };
      },
      'tags.journal': async ({ host, repository }) => {
        const entries = (await journal.list()).filter(
          (entry) => (host === null || entry.host === host) && (repository === null || entry.repository === repository),
        );
        return await Promise.all(entries.map((entry) => this.#record(entry)));
      },
      'tags.undoPlan': async ({ id }, signal) => {
        const entry = await this.#undoable(id);
        return await this.#plan(entry, await this.#undoChanges(entry, signal), entry, signal);
      },
      'tags.undo': async ({ id, changes }, signal) => {
        const entry = await this.#undoable(id);
        const back = changes ?? (await this.#undoChanges(entry, signal));
        const edit = await this.#apply(entry, back, entry, signal);
        if (edit.state === 'done') await journal.markUndone(id);
        return edit;
      },
    };
  }

  /** Runs requests against a registry with a client of its own, and notes how it answered. */
  async #with<Result>(place: Place, work: (client: RegistryClient) => Promise<Result>): Promise<Result> {
    const { clients, book, registries, store } = this.#parts;
    const { host, insecure } = place;
    await store.requireOn([host]);
    const client = clients.open(host, { insecure, connections: CONNECTIONS });
    try {
      const result = await work(client);
      book.note(host, { account: client.account });
      return result;
    } catch (thrown) {
      book.note(host, { thrown });
      throw thrown;
    } finally {
      await client.close();
      await registries.tell(host);
    }
  }

  #planParts(client: RegistryClient, { repository }: Place, undone: TagEntry | null): TagPlanParts {
    const { book, clock, journal } = this.#parts;
    const kept = (digest: string): Promise<RemoteManifest | null> =>
      undone === null ? Promise.resolve(null) : journal.manifest(undone, digest);
    return {
      client,
      repository,
      manifests: new ManifestReader(client, repository, kept),
      memory: this.#memory,
      remembered: (digest) => book.tagsOf(client.host, repository, digest),
      nowMs: () => clock.now(),
    };
  }

  async #plan(
    place: Place,
    changes: readonly TagChange[],
    undone: TagEntry | null,
    signal: AbortSignal,
  ): Promise<TagPlan> {
    return await this.#with(place, async (client) => {
      const { plan } = await planTagChanges(this.#planParts(client, place, undone), changes, signal);
      return plan;
    });
  }

  async #apply(
    place: Place,
    changes: readonly TagChange[],
    undone: TagEntry | null,
    signal: AbortSignal,
  ): Promise<TagEdit> {
    const { clock, journal } = this.#parts;
    return await this.#with(place, async (client) => {
      const parts = { ...this.#planParts(client, place, undone), journal, clock, insecure: place.insecure };
      const edit = await applyTagChanges(parts, changes, undone?.id ?? null, signal);
      if (edit.id !== null) await this.#remember(await journal.find(edit.id));
      return edit;
    });
  }

  /** The list shows at once what was changed; the next reading asks the registry. */
  async #remember({ host, repository, tags }: TagEntry): Promise<void> {
    const { book } = this.#parts;
    const known = (await book.find(host)).repositories.find((entry) => entry.repository === repository);
    if (known !== undefined && known.readMs !== null) await book.remember(host, editGroups(known, tags));
  }

  async #undoable(id: string): Promise<TagEntry> {
    const { journal } = this.#parts;
    const entry = await journal.find(id);
    const record = await this.#record(entry);
    if (!record.undoable) throw new AppError('tag.notUndoable', { id, state: record.state });
    return entry;
  }

  async #undoChanges(entry: TagEntry, signal: AbortSignal): Promise<TagChange[]> {
    if (entry.state !== 'open') return undoChanges(entry, null);
    const tags = entry.tags.map(({ tag }) => tag);
    const points = await this.#with(entry, (client) => tagPoints(client, entry.repository, tags, signal));
    return undoChanges(entry, new Map(tags.map((tag) => [tag, points.get(tag)?.digest ?? null])));
  }

  async #record(entry: TagEntry): Promise<TagRecord> {
    const { id, host, repository, atMs, undoes, tags } = entry;
    const { journal } = this.#parts;
    const underWay = journal.isUnderWay(entry);
    const needed = tags.flatMap(({ before }) => (before === null ? [] : [before]));
    const kept = await Promise.all([...new Set(needed)].map((digest) => journal.manifest(entry, digest)));
    return {
      id,
      host,
      repository,
      atMs,
      undoes,
      tags,
      state: entry.state === 'open' ? 'interrupted' : entry.state,
      undoable: !underWay && entry.state !== 'undone' && kept.every((manifest) => manifest !== null),
    };
  }
}
