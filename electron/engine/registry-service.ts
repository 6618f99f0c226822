import type { Emit, Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../shared/errors/codes.ts';
import { isDigest, parseReference } from '../../shared/models/reference.ts';
import type { Registry } from '../../shared/models/registry.ts';
import { inspectImage } from './browse/inspect-image.ts';
import { manifestOf } from './browse/read-manifest.ts';
import { describeDigests, type ReadingParts, readRepository } from './browse/read-repository.ts';
import { verifyImage } from './browse/verify-image.ts';
import type { CompareMethodName } from './compare-service.ts';
import type { ContentIndex, KnownManifest, RepositoryName } from './digests/content-index.ts';
import { claimedPairs } from './plan/learn-target-manifests.ts';
import type { Clock } from './ports.ts';
import type { RegistryClient } from './registry/registry-client.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { RegistryBook } from './registry-book.ts';
import type { RegistrySettingName } from './registry-settings.ts';
import type { SignInMethodName } from './sign-in-service.ts';
import type { StoreService } from './store/store-service.ts';

type RegistryMethodName = Exclude<
  Extract<EngineMethodName, `${'registries' | 'repositories' | 'images'}.${string}`>,
  RegistrySettingName | SignInMethodName | CompareMethodName
>;

/** A repository that is read is shown at most this often, in ms. */
const SHOWN_MS = 100;
/** How a registry says that it does not list its repositories; a sign-in that is missing says nothing of that. */
const REFUSES_LIST = new Set<ErrorCode>([
  'registry.denied',
  'repository.notFound',
  'registry.readOnly',
  'registry.protocol',
]);
/** Connections of one look at a registry. */
const CONNECTIONS = 16;

/** What looking at registries works with. */
export interface RegistryServiceParts {
  readonly clients: RegistryClients;
  readonly book: RegistryBook;
  readonly index: ContentIndex;
  /** The built `codec.wasm`. */
  readonly wasmFile: string;
  /** It may serve a registry of this computer. */
  readonly store: Pick<StoreService, 'serves' | 'host' | 'registry'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Registries, their repositories and images: asked, noted in the book, told to everybody. */
export class RegistryService {
  readonly #parts: RegistryServiceParts;

  constructor(parts: RegistryServiceParts) {
    this.#parts = parts;
  }

  /** Its registry while it is on; while it is off, an address that only pushes to it made known. */
  #isThisComputer(host: string): boolean {
    const { store, book } = this.#parts;
    return store.serves(host) || (host === store.host() && !book.isAdded(host));
  }

  /** Tells everybody what is known of a registry now. */
  async tell(host: string): Promise<Registry> {
    const { store, book } = this.#parts;
    const registry = await (store.serves(host) ? store.registry() : book.find(host));
    this.#parts.emit('registries.changed', registry);
    return registry;
  }

  /** Runs one request against one registry with a client of its own, notes how it answered, and tells everybody. */
  async #ask<Result>(
    host: string,
    insecure: boolean,
    work: (client: RegistryClient) => Promise<Result>,
    tells: 'always' | 'newHealth' = 'always',
  ): Promise<Result> {
    const { clients, book } = this.#parts;
    let changed = tells === 'always';
    const client = clients.open(host, { insecure, connections: CONNECTIONS });
    try {
      const result = await work(client);
      changed = book.note(host, { account: client.account }) || changed;
      return result;
    } catch (thrown) {
      changed = book.note(host, { thrown }) || changed;
      throw thrown;
    } finally {
      await client.close();
      if (changed) await this.tell(host);
    }
  }

  #readingParts(client: RegistryClient, repository: string): ReadingParts {
    const { book, clients, clock, index, emit } = this.#parts;
    let shownMs = 0;
    return {
      client,
      index,
      nowMs: () => clock.now(),
      pageSize: clients.abilitiesOf(client.host).pageSize,
      onRead: (read, total) => {
        const now = clock.now();
        if (now - shownMs < SHOWN_MS) return;
        shownMs = now;
        emit('repositories.reading', { host: client.host, repository, read, total });
      },
      onGrouped: async (grouped) => {
        await book.remember(client.host, grouped);
        await this.tell(client.host);
      },
    };
  }

  /** What is known of every registry. The one of this computer stands last, whatever was pushed to it. */
  async list(): Promise<Registry[]> {
    const { book, store } = this.#parts;
    return [...(await book.list()).filter(({ host }) => !this.#isThisComputer(host)), await store.registry()];
  }

  /** Asks for the manifest behind a tag or digest, and learns it. @throws AppError `manifest.notFound` and as all requests */
  async readManifest(place: RepositoryName, reference: string, signal: AbortSignal): Promise<KnownManifest> {
    const { registry, repository } = place;
    return await this.#ask(
      registry,
      this.#parts.book.choices(registry).insecure,
      async (client) => {
        const found = await manifestOf(client, repository, reference, signal);
        await this.#parts.index.learnManifest(place, found, claimedPairs(found.bytes));
        return found;
      },
      'newHealth',
    );
  }

  handlers(): Handlers<RegistryMethodName> {
    const { book, clients, index } = this.#parts;
    return {
      'registries.list': () => this.list(),
      'registries.read': async ({ host }, signal) => {
        // A registry that refuses the list alone is reachable all the same.
        const { pageSize } = clients.abilitiesOf(host);
        const names = await this.#ask(host, false, async (client) => {
          await client.ping(signal);
          return await client.listRepositories({ signal, pageSize }).catch((thrown: unknown) => toAppError(thrown));
        });
        if (names instanceof AppError) {
          if (REFUSES_LIST.has(names.code)) clients.learn(host, 'catalog', 'no');
          const nothingKnown = (await book.find(host)).repositories.length === 0;
          // A list is denied to many who may read: a missing sign-in is told where nothing else is there to read.
          if (names.code === 'auth.unauthorized' || (names.code === 'auth.required' && nothingKnown)) {
            book.note(host, { thrown: names });
            await this.tell(host);
          }
          throw names;
        }
        clients.learn(host, 'catalog', 'yes');
        await book.rememberNames(host, names);
        return await this.tell(host);
      },
      'repositories.read': async ({ host, repository, insecure = false }, signal) => {
        const before = book.repository(host, repository);
        // Remembered before everybody is told that the registry answered.
        return await this.#ask(host, insecure, async (client) => {
          const read = await readRepository(this.#readingParts(client, repository), before, signal);
          await book.remember(host, read);
          return read;
        });
      },
      'repositories.describe': async ({ host, repository, digests }, signal) =>
        await this.#ask(
          host,
          false,
          async (client) => {
            const known = await describeDigests({ client, index }, repository, digests.filter(isDigest), signal);
            await book.describe(host, repository, known);
            if (known.size > 0) await this.tell(host);
            return { described: known.size };
          },
          'newHealth',
        ),
      'repositories.pin': async ({ host, repository }) => {
        await book.pin(host, repository);
        return await this.tell(host);
      },
      'repositories.unpin': async ({ host, repository }) => {
        await book.unpin(host, repository);
        return await this.tell(host);
      },
      'images.inspect': ({ reference, insecure, askTags, askReferrers }, signal) => {
        const { registry } = parseReference(reference);
        return this.#ask(
          registry,
          insecure,
          async (client) => {
            const choice = { tags: askTags !== false, referrers: askReferrers === true };
            const digestOfTag = (repository: string, tag: string): string | null =>
              book.digestOf(registry, repository, tag);
            const image = await inspectImage({ client, index, digestOfTag }, reference, choice, signal);
            if (image.referrersApi !== null) clients.learn(registry, 'referrers', image.referrersApi ? 'yes' : 'no');
            return image;
          },
          'newHealth',
        );
      },
      'images.verify': ({ reference, insecure, deep }, signal) =>
        this.#ask(
          parseReference(reference).registry,
          insecure,
          (client) => verifyImage({ client, index, wasmFile: this.#parts.wasmFile }, reference, deep, signal),
          'newHealth',
        ),
    };
  }
}
