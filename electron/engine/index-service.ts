import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { layoutPlace } from '../../shared/models/image-location.ts';
import type { IndexRebuild } from '../../shared/models/index-rebuild.ts';
import type { Repository } from '../../shared/models/registry.ts';
import type { Vm } from '../../shared/models/vm.ts';
import type { RepositoryName } from '../../shared/models/vm-knowledge.ts';
import { eachManifest } from './browse/known-manifests.ts';
import type { ContentIndex, KnownManifest } from './digests/content-index.ts';
import type { JobHistory } from './jobs/job-history.ts';
import { sha256 } from './oci/digest.ts';
import { MANIFEST_READ_LIMIT, manifestMediaType } from './oci/parse-manifest.ts';
import { encodedLayers } from './plan/encoded-layers.ts';
import { claimedPairs } from './plan/learn-target-manifests.ts';
import type { Log } from './ports.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { RegistryBook } from './registry-book.ts';
import type { StoreService } from './store/store-service.ts';
import { readSmallFile } from './tart/read-small-file.ts';
import { vmFiles } from './tart/vm-folder.ts';

type IndexMethodName = Extract<EngineMethodName, `index.${string}`>;

/** Repositories that are read when the index is made anew, and the newest manifests of each: at most 1,000 requests. */
const MOST_REPOSITORIES = 50;
const MOST_MANIFESTS = 20;
/** Manifests of one write: bounds what is in memory at once. */
const BATCH = 20;
const CONNECTIONS = 8;

/** What the index learns from; all of it is the engine's. */
export interface IndexServiceParts {
  readonly index: ContentIndex;
  readonly images: () => Promise<readonly Vm[]>;
  readonly store: Pick<StoreService, 'folder' | 'repositories' | 'manifests'>;
  readonly history: Pick<JobHistory, 'list'>;
  readonly book: Pick<RegistryBook, 'list'>;
  readonly clients: Pick<RegistryClients, 'open'>;
  readonly log: Log;
}

/**
 * Teaches the content index what this computer can tell: images of Tart's cache and of the local store, beside whatever else
 * goes on; and makes it anew from these, from what jobs did, and from the registries.
 */
export class IndexService {
  readonly #parts: IndexServiceParts;
  readonly #ended = new AbortController();
  /** A look that is under way; another one that was asked for meanwhile follows. */
  #look: Promise<void> | null = null;
  #again = false;

  constructor(parts: IndexServiceParts) {
    this.#parts = parts;
  }

  /**
   * Looks for images that the index has not seen, behind the caller's back: nobody waits for it, and nothing fails.
   *
   * @param images those of Tart's cache, where they were just read
   */
  lookHere(images?: readonly Vm[]): void {
    if (this.#ended.signal.aborted) return;
    if (this.#look !== null) {
      this.#again = true;
      return;
    }
    this.#look = this.#learnHere(this.#ended.signal, images)
      .then(
        () => undefined,
        (thrown: unknown) => {
          if (!this.#ended.signal.aborted)
            this.#parts.log.warn('not learned what this computer has', { code: toAppError(thrown).code });
        },
      )
      .finally(() => {
        this.#look = null;
        if (!this.#again) return;
        this.#again = false;
        this.lookHere();
      });
  }

  handlers(): Handlers<IndexMethodName> {
    return { 'index.rebuild': ({ askRegistries }, signal) => this.#rebuild(askRegistries, signal) };
  }

  /** Ends the look that is under way. */
  async close(): Promise<void> {
    this.#ended.abort(new AppError('cancelled'));
    await this.#look;
  }

  /** Learns every manifest of cached images and of the local store that was not seen there before. @returns how many */
  async #learnHere(signal: AbortSignal, found?: readonly Vm[]): Promise<number> {
    const images = found ?? (await this.#parts.images());
    const places = new Map<string, Vm[]>();
    for (const image of images) places.set(image.name, [...(places.get(image.name) ?? []), image]);
    let learned = 0;
    for (const [name, own] of places) {
      const slash = name.indexOf('/');
      const place = { registry: name.slice(0, slash), repository: name.slice(slash + 1) };
      const folders = new Map(own.flatMap(({ digest, folder }) => (digest === null ? [] : [[digest, folder]])));
      const read = async (digests: readonly string[]): Promise<KnownManifest[]> => {
        const found = await Promise.all(digests.map((digest) => cachedManifest(folders.get(digest) ?? '', digest)));
        return found.filter((manifest) => manifest !== null);
      };
      learned += await this.#learnNew(place, [...folders.keys()], read, signal);
    }
    const { store } = this.#parts;
    for (const { repository, groups } of await store.repositories()) {
      const place = { registry: layoutPlace(store.folder), repository };
      const digests = groups.map(({ digest }) => digest);
      learned += await this.#learnNew(place, digests, (some) => store.manifests(some), signal);
    }
    return learned;
  }

  async #learnNew(
    place: RepositoryName,
    digests: readonly string[],
    read: (digests: readonly string[]) => Promise<readonly KnownManifest[]>,
    signal: AbortSignal,
  ): Promise<number> {
    const { index } = this.#parts;
    const seen = await index.manifestsSeenIn(place, digests);
    const unseen = digests.filter((digest) => !seen.has(digest));
    let learned = 0;
    for (let from = 0; from < unseen.length; from += BATCH) {
      signal.throwIfAborted();
      const manifests = await read(unseen.slice(from, from + BATCH));
      await index.learnManifests(
        place,
        manifests.map((manifest) => ({ manifest, pairs: claimedPairs(manifest.bytes) })),
      );
      learned += manifests.length;
    }
    return learned;
  }

  async #rebuild(askRegistries: boolean, signal: AbortSignal): Promise<IndexRebuild> {
    const { index, book } = this.#parts;
    // Before they are forgotten.
    const known = (await book.list()).flatMap(({ host, repositories }) =>
      repositories.map((repository) => ({ host, repository })),
    );
    await this.#look;
    await index.clear();
    const localManifests = await this.#learnHere(signal);
    const encoded = await this.#learnJobs();
    const remote = askRegistries ? await this.#askRegistries(known, signal) : NOBODY_ASKED;
    return { localManifests, encodedLayers: encoded, ...remote };
  }

  /** What jobs encoded is proven; where their targets have it was seen. @returns layers */
  async #learnJobs(): Promise<number> {
    const { index, history } = this.#parts;
    let layers = 0;
    for (const { job, document } of await history.list()) {
      if (job.state !== 'done' || document === null || 'sources' in document) continue;
      const pairs = encodedLayers(document);
      await index.learnPairs(pairs.map((pair) => ({ ...pair, proof: 'proven' })));
      for (const target of document.targets)
        await index.sawBlobs(
          target,
          target.layers.flatMap(({ digest }) => digest ?? []),
        );
      layers += pairs.length;
    }
    return layers;
  }

  /** Reads the newest manifests of the repositories that were known; those that were looked at last come first. */
  async #askRegistries(
    known: readonly { readonly host: string; readonly repository: Repository }[],
    signal: AbortSignal,
  ): Promise<Pick<IndexRebuild, 'remoteManifests' | 'repositories' | 'failed'>> {
    const { index, clients } = this.#parts;
    const latest = known
      .filter(({ repository }) => repository.groups.length > 0)
      .sort((one, other) => (other.repository.readMs ?? 0) - (one.repository.readMs ?? 0))
      .slice(0, MOST_REPOSITORIES);
    const failed: IndexRebuild['failed'] = [];
    let remoteManifests = 0;
    for (const { host, repository } of latest) {
      signal.throwIfAborted();
      const place = { registry: host, repository: repository.repository };
      const client = clients.open(host, { insecure: false, connections: CONNECTIONS });
      const digests = repository.groups.slice(0, MOST_MANIFESTS).map(({ digest }) => digest);
      try {
        await eachManifest({ client, index, place, budget: MOST_MANIFESTS }, digests, signal, () => {
          remoteManifests += 1;
        });
      } catch (thrown) {
        signal.throwIfAborted();
        failed.push({ ...place, error: toAppError(thrown).toData() });
      } finally {
        await client.close();
      }
    }
    return { remoteManifests, repositories: latest.length - failed.length, failed };
  }
}

const NOBODY_ASKED = { remoteManifests: 0, repositories: 0, failed: [] };

/** The manifest of a cached image, if it hashes to the folder's digest; null otherwise, also when it is being pruned. */
async function cachedManifest(folder: string, digest: string): Promise<KnownManifest | null> {
  try {
    const bytes = await readSmallFile(vmFiles(folder).manifest, MANIFEST_READ_LIMIT);
    return sha256(bytes) === digest ? { digest, mediaType: manifestMediaType(bytes), bytes } : null;
  } catch (thrown) {
    toAppError(thrown);
    return null;
  }
}
