import { z } from 'zod';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { isRegistryHost } from '../../shared/models/reference.ts';
import { type Registry, type Repository, repositorySchema } from '../../shared/models/registry.ts';
import type { ContentIndex } from './digests/content-index.ts';
import type { JsonFile } from './state/json-file.ts';

/** Registries that were added by hand, and repositories as they were last read. */
export const registryBookSchema = z.object({
  added: z.array(z.object({ host: z.string(), insecure: z.boolean() })),
  removed: z.array(z.string()),
  read: z.record(z.string(), z.array(repositorySchema)),
});

type Book = z.infer<typeof registryBookSchema>;
/** No registry yet. */
export const EMPTY_BOOK: Book = { added: [], removed: [], read: {} };

/** What is known of registries without asking one: added by hand, pushed to, or named by Tart's cache. */
export class RegistryBook {
  readonly #file: JsonFile<Book>;
  readonly #index: ContentIndex;
  readonly #cachedNames: () => Promise<readonly string[]>;
  readonly #health = new Map<string, Pick<Registry, 'health' | 'error' | 'account'>>();
  #book: Book = EMPTY_BOOK;

  /** @param cachedNames `host/repository` of every cached image */
  constructor(file: JsonFile<Book>, index: ContentIndex, cachedNames: () => Promise<readonly string[]>) {
    this.#file = file;
    this.#index = index;
    this.#cachedNames = cachedNames;
  }

  async open(): Promise<void> {
    this.#book = await this.#file.read();
  }

  insecure(host: string): boolean {
    return this.#book.added.some((entry) => entry.host === host && entry.insecure);
  }

  async list(): Promise<Registry[]> {
    const names = new Map<string, Set<string>>();
    const add = (host: string, repository: string | null): void => {
      const set = names.get(host) ?? new Set<string>();
      if (repository !== null) set.add(repository);
      names.set(host, set);
    };
    for (const { host } of this.#book.added) add(host, null);
    for (const { registry, repository } of await this.#index.knownRepositories()) add(registry, repository);
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
    const all = new Set([...names, ...read.map(({ repository }) => repository)]);
    const known = this.#health.get(host) ?? { health: 'unknown', error: null, account: null };
    return {
      host,
      ...known,
      repositories: [...all].sort().map(
        (repository) =>
          read.find((entry) => entry.repository === repository) ?? {
            repository,
            readMs: null,
            tagCount: null,
            groups: [],
          },
      ),
    };
  }

  /** One registry as the list has it. */
  async find(host: string): Promise<Registry> {
    return (await this.list()).find((registry) => registry.host === host) ?? this.#registry(host, new Set());
  }

  async add(host: string, insecure: boolean): Promise<void> {
    if (!isRegistryHost(host))
      throw new AppError('reference.invalid', { input: host, position: 0, expected: 'host', suggestion: null });
    await this.#change((book) => ({
      ...book,
      added: [...book.added.filter((entry) => entry.host !== host), { host, insecure }],
      removed: book.removed.filter((other) => other !== host),
    }));
  }

  async remove(host: string): Promise<void> {
    await this.#change((book) => ({
      added: book.added.filter((entry) => entry.host !== host),
      removed: [...book.removed.filter((other) => other !== host), host],
      read: Object.fromEntries(Object.entries(book.read).filter(([other]) => other !== host)),
    }));
  }

  async remember(host: string, repository: Repository): Promise<void> {
    await this.#change((book) => {
      const others = (book.read[host] ?? []).filter((entry) => entry.repository !== repository.repository);
      return { ...book, read: { ...book.read, [host]: [...others, repository] } };
    });
  }

  /** Notes how a registry answered. */
  note(host: string, outcome: { readonly account: Registry['account'] } | { readonly thrown: unknown }): void {
    if (!('thrown' in outcome)) {
      this.#health.set(host, { health: 'reachable', error: null, account: outcome.account });
      return;
    }
    const error = toAppError(outcome.thrown);
    if (error.code === 'cancelled') return;
    const health =
      error.code === 'registry.unreachable' ? 'offline' : error.code === 'registry.rateLimited' ? 'slowed' : 'refused';
    this.#health.set(host, { health, error: error.toData(), account: this.#health.get(host)?.account ?? null });
  }

  async #change(change: (book: Book) => Book): Promise<void> {
    this.#book = change(this.#book);
    await this.#file.write(this.#book);
  }
}
