import { z } from 'zod';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { type Capabilities, capabilitiesSchema } from '../../shared/models/capabilities.ts';
import { isLayoutPlace } from '../../shared/models/image-location.ts';
import { isRegistryHost } from '../../shared/models/reference.ts';
import { type Registry, type Repository, repositorySchema, type TagGroup } from '../../shared/models/registry.ts';
import { DEFAULT_CHOICES, type RegistryChoices, registryChoicesSchema } from '../../shared/models/registry-choices.ts';
import type { ContentIndex } from './digests/content-index.ts';
import { checkRepository } from './registry/checked-names.ts';
import type { JsonFile } from './state/json-file.ts';

const { insecure, ...laterChoices } = registryChoicesSchema.shape;

/** A registry that was added by hand. Of files that were written before there was more to choose, the rest is as usual. */
const addedSchema = z.object({
  host: z.string(),
  insecure,
  name: laterChoices.name.default(null),
  ca: laterChoices.ca.default(null),
  exception: laterChoices.exception.default(null),
  concurrency: laterChoices.concurrency.default(null),
  bandwidth: laterChoices.bandwidth.default(null),
});

/** Registries that were added by hand, repositories as they were last read, and what tests found. */
export const registryBookSchema = z.object({
  added: z.array(addedSchema),
  removed: z.array(z.string()),
  /** Repositories that were added by hand, by host. */
  pinned: z.record(z.string(), z.array(z.string())).default({}),
  /** Repositories that were taken off the list by hand, by host; a push to one brings it back. */
  hidden: z.record(z.string(), z.array(z.string())).default({}),
  read: z.record(z.string(), z.array(repositorySchema)),
  /** When a registry last told its repositories, by host; ms since the epoch. */
  listed: z.record(z.string(), z.number()).default({}),
  /** A test is made again sooner than this file is given up for one. */
  tested: z.record(z.string(), capabilitiesSchema).catch({}).default({}),
});

type Book = z.infer<typeof registryBookSchema>;
/** No registry yet. */
export const EMPTY_BOOK: Book = { added: [], removed: [], pinned: {}, hidden: {}, read: {}, listed: {}, tested: {} };

/** A repository of which only the name is known. */
function unread(repository: string): Repository {
  return {
    repository,
    readMs: null,
    tagCount: null,
    groups: [],
    storedSize: null,
    invalidTags: [],
    incomplete: false,
    pinned: false,
  };
}

function without(names: readonly string[] | undefined, name: string): string[] {
  return (names ?? []).filter((other) => other !== name);
}

function withoutEmpty(byHost: Book['pinned']): Book['pinned'] {
  return Object.fromEntries(Object.entries(byHost).filter(([, names]) => names.length > 0));
}

/** What is known of registries without asking one: added by hand, pushed to, or named by Tart's cache. */
export class RegistryBook {
  readonly #file: JsonFile<Book>;
  readonly #index: ContentIndex;
  readonly #cachedNames: () => Promise<readonly string[]>;
  readonly #nowMs: () => number;
  readonly #health = new Map<string, Pick<Registry, 'health' | 'error' | 'account' | 'askedMs'>>();
  #book: Book = EMPTY_BOOK;

  /** @param cachedNames `host/repository` of every cached image */
  constructor(
    file: JsonFile<Book>,
    index: ContentIndex,
    cachedNames: () => Promise<readonly string[]>,
    nowMs: () => number,
  ) {
    this.#nowMs = nowMs;
    this.#file = file;
    this.#index = index;
    this.#cachedNames = cachedNames;
  }

  async open(): Promise<void> {
    this.#book = await this.#file.read();
  }

  /** What was chosen for a host. */
  choices(host: string): RegistryChoices {
    const found = this.#book.added.find((entry) => entry.host === host);
    if (found === undefined) return DEFAULT_CHOICES;
    const { host: _host, ...choices } = found;
    return choices;
  }

  /** Hosts for which anything was chosen. */
  added(): readonly string[] {
    return this.#book.added.map(({ host }) => host);
  }

  /** What the last test of a host found; null = never tested. */
  capabilities(host: string): Capabilities | null {
    return this.#book.tested[host] ?? null;
  }

  /** Remembers what a test found. */
  async rememberTest(host: string, capabilities: Capabilities): Promise<void> {
    await this.#change((book) => ({ ...book, tested: { ...book.tested, [host]: capabilities } }));
  }

  /** Added by hand, not only pushed to. */
  isAdded(host: string): boolean {
    return this.#book.added.some((entry) => entry.host === host);
  }

  async list(): Promise<Registry[]> {
    const names = new Map<string, Set<string>>();
    const add = (host: string, repository: string | null): void => {
      const set = names.get(host) ?? new Set<string>();
      if (repository !== null) set.add(repository);
      names.set(host, set);
    };
    for (const { host } of this.#book.added) add(host, null);
    for (const host of Object.keys(this.#book.pinned)) add(host, null);
    for (const { registry, repository } of await this.#index.knownRepositories()) {
      if (!isLayoutPlace(registry)) add(registry, repository);
    }
    for (const name of await this.#cachedNames()) {
      const slash = name.indexOf('/');
      add(name.slice(0, slash), name.slice(slash + 1));
    }
    for (const host of this.#book.removed) names.delete(host);
    return [...names]
      .sort(([left], [right]) => left.localeCompare(right))
      .map(([host, set]) => this.#registry(host, set));
  }

  #registry(host: string, names: ReadonlySet<string>): Registry {
    const read = this.#book.read[host] ?? [];
    const byName = new Map(read.map((entry) => [entry.repository, entry]));
    const pinned = new Set(this.#book.pinned[host]);
    const hidden = new Set(this.#book.hidden[host]);
    const all = new Set([...names, ...read.map(({ repository }) => repository), ...pinned]);
    const known = this.#health.get(host) ?? { health: 'unknown', error: null, account: null, askedMs: null };
    return {
      host,
      thisComputer: false,
      insecure: this.choices(host).insecure,
      choices: this.choices(host),
      capabilities: this.capabilities(host),
      ...known,
      listedMs: this.#book.listed[host] ?? null,
      repositories: [...all]
        .filter((repository) => !hidden.has(repository))
        .sort()
        .map((repository) => ({ ...(byName.get(repository) ?? unread(repository)), pinned: pinned.has(repository) })),
    };
  }

  /** One registry as the list has it. */
  async find(host: string): Promise<Registry> {
    return (await this.list()).find((registry) => registry.host === host) ?? this.#registry(host, new Set());
  }

  /** Adds a registry, or chooses anew for one that is there. */
  async add(host: string, choices: RegistryChoices): Promise<void> {
    if (!isRegistryHost(host))
      throw new AppError('reference.invalid', { input: host, position: 0, expected: 'host', suggestion: null });
    await this.#change((book) => ({
      ...book,
      added: [...book.added.filter((entry) => entry.host !== host), { host, ...choices }],
      removed: book.removed.filter((other) => other !== host),
    }));
  }

  /** A registry that was removed, and repositories of it that were taken off the list, are listed again: they were pushed to. */
  async unhide(host: string, repositories: readonly string[]): Promise<void> {
    const hidden = this.#book.hidden[host] ?? [];
    if (!this.#book.removed.includes(host) && !hidden.some((name) => repositories.includes(name))) return;
    await this.#change((book) => ({
      ...book,
      removed: book.removed.filter((other) => other !== host),
      hidden: { ...book.hidden, [host]: hidden.filter((name) => !repositories.includes(name)) },
    }));
  }

  /** Lists a repository that nothing else names, or that was taken off the list. */
  async pin(host: string, repository: string): Promise<void> {
    checkRepository(repository);
    await this.#change((book) => ({
      ...book,
      removed: book.removed.filter((other) => other !== host),
      pinned: { ...book.pinned, [host]: [...without(book.pinned[host], repository), repository] },
      hidden: { ...book.hidden, [host]: without(book.hidden[host], repository) },
    }));
  }

  /** Takes a repository off the list, with what was read of it. */
  async unpin(host: string, repository: string): Promise<void> {
    await this.#change((book) => ({
      ...book,
      pinned: withoutEmpty({ ...book.pinned, [host]: without(book.pinned[host], repository) }),
      hidden: { ...book.hidden, [host]: [...without(book.hidden[host], repository), repository] },
    }));
    await this.forget(host, repository);
  }

  /** Adds what is known of digests meanwhile; of those that are gone it is left out. */
  async describe(host: string, repository: string, facts: ReadonlyMap<string, Partial<TagGroup>>): Promise<void> {
    if (facts.size === 0) return;
    const before = this.repository(host, repository);
    const groups = before.groups.map((group) => ({ ...group, ...facts.get(group.digest) }));
    await this.remember(host, { ...before, groups });
  }

  /** A repository as it was last read. */
  repository(host: string, repository: string): Repository {
    return this.#book.read[host]?.find((entry) => entry.repository === repository) ?? unread(repository);
  }

  /** Tags that pointed at a manifest when its repository was last read. */
  tagsOf(host: string, repository: string, digest: string): readonly string[] {
    const read = this.#book.read[host]?.find((entry) => entry.repository === repository);
    return read?.groups.find((group) => group.digest === digest)?.tags ?? [];
  }

  /** Tags of a repository with the digests that they had when it was last read. */
  tagDigests(host: string, repository: string): ReadonlyMap<string, string> {
    const read = this.#book.read[host]?.find((entry) => entry.repository === repository);
    return new Map((read?.groups ?? []).flatMap(({ digest, tags }) => tags.map((tag) => [tag, digest] as const)));
  }

  /** Why a registry may refuse what it is asked next, by its last answer of this run. */
  troubleOf(host: string): 'signIn' | 'offline' | null {
    const known = this.#health.get(host);
    if (known?.health === 'offline') return 'offline';
    return known?.error?.code.startsWith('auth.') === true ? 'signIn' : null;
  }

  /** The digest that a tag pointed at when its repository was last read; null = not seen. */
  digestOf(host: string, repository: string, tag: string): string | null {
    return this.repository(host, repository).groups.find(({ tags }) => tags.includes(tag))?.digest ?? null;
  }

  async remove(host: string): Promise<void> {
    await this.#change((book) => ({
      ...book,
      added: book.added.filter((entry) => entry.host !== host),
      removed: [...book.removed.filter((other) => other !== host), host],
      pinned: withoutEmpty({ ...book.pinned, [host]: [] }),
      hidden: withoutEmpty({ ...book.hidden, [host]: [] }),
      read: Object.fromEntries(Object.entries(book.read).filter(([other]) => other !== host)),
      listed: Object.fromEntries(Object.entries(book.listed).filter(([other]) => other !== host)),
      tested: Object.fromEntries(Object.entries(book.tested).filter(([other]) => other !== host)),
    }));
  }

  /** Forgets what was read of a repository. */
  async forget(host: string, repository: string): Promise<void> {
    await this.#change((book) => {
      const left = (book.read[host] ?? []).filter((entry) => entry.repository !== repository);
      const others = Object.entries(book.read).filter(([other]) => other !== host);
      return { ...book, read: Object.fromEntries(left.length === 0 ? others : [...others, [host, left]]) };
    });
  }

  async remember(host: string, repository: Repository): Promise<void> {
    await this.#change((book) => {
      const others = (book.read[host] ?? []).filter((entry) => entry.repository !== repository.repository);
      return { ...book, read: { ...book.read, [host]: [...others, repository] } };
    });
  }

  /** Remembers the names of a registry's repositories; what was read of their tags stays. */
  async rememberNames(host: string, names: readonly string[]): Promise<void> {
    await this.#change((book) => {
      const listed = new Set(names);
      // Of what the registry no longer lists, only what was read is worth a row.
      const before = (book.read[host] ?? []).filter(
        ({ repository, readMs }) => readMs !== null || listed.has(repository),
      );
      const known = new Set(before.map(({ repository }) => repository));
      const added = names.filter((repository) => !known.has(repository)).map(unread);
      return {
        ...book,
        read: { ...book.read, [host]: [...before, ...added] },
        listed: { ...book.listed, [host]: this.#nowMs() },
      };
    });
  }

  /** Notes how a registry answered. @returns whether its health is another than before */
  note(host: string, outcome: { readonly account: Registry['account'] } | { readonly thrown: unknown }): boolean {
    const before = this.#health.get(host)?.health;
    this.#noteHealth(host, outcome);
    return this.#health.get(host)?.health !== before;
  }

  /** Another sign-in counts; what was wrong with the last one is over. Null = anonymous. */
  signedIn(host: string, account: Registry['account']): void {
    const before = this.#health.get(host);
    if (before === undefined) return;
    const refused = before.error !== null && before.error.retry === 'afterSignIn';
    this.#health.set(
      host,
      refused ? { health: 'unknown', error: null, account, askedMs: null } : { ...before, account },
    );
  }

  #noteHealth(host: string, outcome: { readonly account: Registry['account'] } | { readonly thrown: unknown }): void {
    if (!('thrown' in outcome)) {
      this.#health.set(host, {
        health: 'reachable',
        error: null,
        account: outcome.account === null ? null : { ...outcome.account, acceptedMs: this.#nowMs() },
        askedMs: this.#nowMs(),
      });
      return;
    }
    const error = toAppError(outcome.thrown);
    if (error.code === 'cancelled') return;
    const health =
      error.code === 'registry.unreachable' ? 'offline' : error.code === 'registry.rateLimited' ? 'slowed' : 'refused';
    const account = this.#health.get(host)?.account ?? null;
    this.#health.set(host, { health, error: error.toData(), account, askedMs: this.#nowMs() });
  }

  async #change(change: (book: Book) => Book): Promise<void> {
    this.#book = change(this.#book);
    await this.#file.write(this.#book);
  }
}
