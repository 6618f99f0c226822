import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Emit, Handlers } from '../../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { folderOfPlace, layoutPlace } from '../../../shared/models/image-location.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import { DEFAULT_CHOICES } from '../../../shared/models/registry-choices.ts';
import type { Settings } from '../../../shared/models/settings.ts';
import type { ServeState, StoreList } from '../../../shared/models/store.ts';
import type { KnownManifest } from '../digests/content-index.ts';
import { sha256 } from '../oci/digest.ts';
import { manifestMediaType } from '../oci/parse-manifest.ts';
import type { EnginePorts } from '../ports.ts';
import { BlobWriters } from './blob-writers.ts';
import { checkStore } from './check-store.ts';
import { collectGarbage } from './collect-garbage.ts';
import { dropRepository } from './drop-repository.ts';
import { type ImageName, imageNameOf } from './image-name.ts';
import { LayoutClient } from './layout-client.ts';
import { layoutVersion } from './layout-marker.ts';
import { listImages } from './list-images.ts';
import { MANIFEST_LIMIT } from './manifest-facts.ts';
import { OciStore } from './oci-store.ts';
import { registrySupplier, type SupplyPlaces } from './registry-supplier.ts';
import { isListening } from './serve/is-listening.ts';
import { Serving } from './serve/serving.ts';
import { type StoreLayout, storeLayout } from './store-layout.ts';
import { watchStore } from './store-watch.ts';
import { storedRepositories } from './stored-repositories.ts';
import { type OnProgress, taskProgress } from './task-progress.ts';
import { exportImages } from './transfer/export-images.ts';
import { importImages } from './transfer/import-images.ts';

/** More workers than this do not help: the disk is the limit. */
const MOST_WORKERS = 4;
/** Where the embedded registry listens unless told otherwise. */
export const SERVE_PORT = 5080;
/** Changes of the store are told at most this often, in ms. */
const QUIET_MS = 500;

type StoreMethodName = Extract<EngineMethodName, `store.${string}` | `serve.${string}`>;

/** The name of an image of the store. @throws AppError `store.nameInvalid` */
function parseName(text: string): ImageName {
  const name = imageNameOf(text);
  if (name === null) throw new AppError('store.nameInvalid', { name: text });
  return name;
}

/** What the store of an engine needs. */
export interface StoreServiceParts {
  readonly ports: EnginePorts;
  readonly settings: () => Settings;
  readonly emit: Emit;
  /** Where blobs are to be had when a check repairs. */
  readonly places: SupplyPlaces;
}

/** The local store of one engine and the registry that serves it: opened when first asked for, closed with the engine. */
export class StoreService {
  readonly #parts: StoreServiceParts;
  readonly #writers: BlobWriters;
  readonly #serving: Serving;
  readonly #ended = new AbortController();
  #open: { readonly folder: string; readonly store: Promise<OciStore> } | null = null;
  /** Whether changes by other programs are looked for: somebody listens. */
  #watches = false;
  #endWatch: () => void = () => undefined;
  #telling = false;
  #told = '';

  constructor(parts: StoreServiceParts) {
    this.#parts = parts;
    const { ports, emit } = parts;
    this.#writers = new BlobWriters({
      workerFile: ports.paths.blobWorker,
      workers: Math.min(availableParallelism(), MOST_WORKERS),
    });
    this.#serving = new Serving({
      log: ports.log,
      store: () => this.#store(),
      onChange: (state) => {
        emit('serve.changed', state);
        void this.#tellRegistry();
      },
    });
  }

  /** The folder of the store, absolute. */
  get folder(): string {
    return resolve(this.#parts.settings().storeFolder ?? this.#usualFolder());
  }

  #usualFolder(): string {
    return join(this.#parts.ports.paths.stateHome, 'store');
  }

  /** Begins to look for changes by other programs. */
  watch(): void {
    this.#watches = true;
    this.#open?.store.then(({ layout }) => this.#watch(layout)).catch(() => undefined);
  }

  #watch(layout: StoreLayout): void {
    this.#endWatch();
    if (this.#watches && !this.#ended.signal.aborted) this.#endWatch = watchStore(layout, () => this.#changed());
  }

  /** The store of the settings. One that was chosen is made when it is chosen: its volume may not be mounted now. */
  async #store(): Promise<OciStore> {
    const folder = this.folder;
    if (this.#open?.folder === folder) return await this.#open.store;
    const before = this.#open;
    const store = this.#openIn(folder, this.#parts.settings().storeFolder === null);
    this.#open = { folder, store };
    this.#endWatch();
    await before?.store.then((old) => old.close()).catch(() => undefined);
    try {
      this.#watch((await store).layout);
      return await store;
    } catch (thrown) {
      // The next call tries again: the volume may be back.
      this.#open = null;
      throw thrown;
    }
  }

  #openIn(folder: string, create: boolean): Promise<OciStore> {
    return OciStore.open({
      folder,
      clock: this.#parts.ports.clock,
      writers: this.#writers,
      budget: () => this.#parts.settings().storeBudget,
      create,
      onChange: () => this.#changed(),
    });
  }

  /** Where else blobs are to be had: a store does not repair itself from what is damaged in it. */
  #otherPlaces(): SupplyPlaces {
    const { places } = this.#parts;
    const own = layoutPlace(this.folder);
    return {
      ...places,
      holdersOf: async (digest) => (await places.holdersOf(digest)).filter(({ registry }) => registry !== own),
    };
  }

  /** A client of an image layout, the store's own among them; who opens it closes it. @param place `oci:` and the folder */
  layoutClient(place: string): LayoutClient {
    const { ports, settings } = this.#parts;
    const own = folderOfPlace(place) === this.folder;
    // Of a store that was chosen the volume may not be mounted now.
    const create = !own || settings().storeFolder === null;
    return new LayoutClient({
      place,
      clock: ports.clock,
      create,
      open: (folder) =>
        own
          ? this.#openIn(folder, create)
          : OciStore.open({ folder, clock: ports.clock, writers: this.#writers, budget: () => null, create }),
    });
  }

  /** Makes a folder a store, so that it can be chosen; null = the usual one. @throws AppError of {@link OciStore.open} */
  async prepare(folder: string | null): Promise<void> {
    const store = await this.#openIn(folder ?? this.#usualFolder(), true);
    await store.close();
  }

  /** The settings name another place now: a registry that is on goes on over it. */
  async follow(): Promise<void> {
    await this.#serving.follow();
    this.#changed();
  }

  /** Tells that something changed: once for many changes. */
  #changed(): void {
    if (this.#telling || this.#ended.signal.aborted) return;
    this.#telling = true;
    this.#parts.ports.clock
      .sleep(QUIET_MS, this.#ended.signal)
      .then(() => {
        this.#telling = false;
        this.#parts.emit('store.changed', null);
        return this.#tellRegistry();
      })
      .catch(() => undefined);
  }

  /** Tells what the registry is, if it is another than was told: a push changes the store many times, its tags once. */
  async #tellRegistry(): Promise<void> {
    const registry = await this.registry();
    const { host, health, error, repositories } = registry;
    const told = JSON.stringify([
      host,
      health,
      error,
      repositories.map(({ repository, groups }) => [repository, groups]),
    ]);
    if (this.#ended.signal.aborted || told === this.#told) return;
    this.#told = told;
    this.#parts.emit('registries.changed', registry);
  }

  /** The port where the registry listens or would listen. */
  #port(): number {
    return this.#parts.settings().servePort ?? SERVE_PORT;
  }

  /** `host:port` where the registry listens, or would if it were on. */
  host(): string {
    const { state } = this.#serving;
    return state.on ? state.address : `127.0.0.1:${this.#port()}`;
  }

  /** Whether this host is the registry of this computer, and on. */
  serves(host: string): boolean {
    const { state } = this.#serving;
    return state.on && state.address === host;
  }

  /**
   * Refuses at once what would ask the registry of this computer while it is off, in place of trying for half a minute.
   * Another program may listen there, `tartan serve` for one: then nothing is refused.
   *
   * @throws AppError `serve.off`
   */
  async requireOn(hosts: readonly string[]): Promise<void> {
    const host = this.host();
    if (this.#serving.state.on || !hosts.includes(host) || (await isListening(this.#port()))) return;
    throw new AppError('serve.off', { host });
  }

  /** The registry of this computer among the others: with its repositories while it is on. Makes no request. */
  async registry(): Promise<Registry> {
    const { state } = this.#serving;
    const known = {
      host: this.host(),
      thisComputer: true,
      choices: DEFAULT_CHOICES,
      capabilities: null,
      insecure: false,
      account: null,
      askedMs: state.on ? this.#parts.ports.clock.now() : null,
      listedMs: state.on ? this.#parts.ports.clock.now() : null,
    };
    if (!state.on) return { ...known, health: 'offline', error: state.error, repositories: [] };
    try {
      const repositories = await storedRepositories(await this.#store());
      return { ...known, health: 'reachable', error: null, repositories };
    } catch (thrown) {
      return { ...known, health: 'refused', error: toAppError(thrown).toData(), repositories: [] };
    }
  }

  /** Bytes that the budget leaves; null = there is no budget. @throws AppError of {@link OciStore.open} */
  async room(): Promise<number | null> {
    const { storeBudget } = this.#parts.settings();
    return storeBudget === null ? null : Math.max(0, storeBudget - (await (await this.#store()).budget.usedBytes()));
  }

  /** Whether there is a store; looking makes no folder. */
  async #isMade(): Promise<boolean> {
    const { storeFolder } = this.#parts.settings();
    return storeFolder !== null || (await layoutVersion(storeLayout(this.folder).marker)) !== null;
  }

  /** What is in the store; looking makes no folder. */
  async #list(): Promise<StoreList> {
    const about = { folder: this.folder, budget: this.#parts.settings().storeBudget };
    if (!(await this.#isMade())) return { ...about, usedBytes: 0, images: [] };
    return { ...about, ...(await listImages(await this.#store())) };
  }

  /** Its repositories, whether its registry is on or not; none where there is no store, or its volume is away. Reads no blob. */
  async repositories(): Promise<Repository[]> {
    try {
      return (await this.#isMade()) ? await storedRepositories(await this.#store()) : [];
    } catch (thrown) {
      if (toAppError(thrown).code.startsWith('store.')) return [];
      throw thrown;
    }
  }

  /** Manifests that lie in it; what does not is left out. Digests come from {@link repositories}. */
  async manifests(digests: readonly string[]): Promise<KnownManifest[]> {
    const found: KnownManifest[] = [];
    if (!(await this.#isMade())) return found;
    const { blobs } = await this.#store();
    for (const digest of digests) {
      const bytes = await blobs.read(digest, MANIFEST_LIMIT);
      if (bytes !== null && sha256(bytes) === digest) {
        found.push({ digest, mediaType: manifestMediaType(bytes), bytes });
      }
    }
    return found;
  }

  #progress(taskId: string | undefined): OnProgress {
    return taskProgress(taskId, this.#parts.ports.clock, this.#parts.emit);
  }

  /** The methods of the contract that the store answers. */
  handlers(): Handlers<StoreMethodName> {
    return {
      'store.list': () => this.#list(),
      'store.tag': async ({ from, to }) => {
        await (await this.#store()).tag(parseName(from), parseName(to));
        return null;
      },
      'store.untag': async ({ name }) => {
        if (!(await (await this.#store()).untag(parseName(name)))) throw new AppError('store.imageNotFound', { name });
        return null;
      },
      'store.import': async ({ source, images, name, taskId }, signal) => {
        const request = { source, images, name: name === null ? null : parseName(name) };
        return await importImages(await this.#store(), request, signal, this.#progress(taskId));
      },
      'store.export': async ({ taskId, ...input }, signal) =>
        await exportImages(await this.#store(), input, signal, this.#progress(taskId)),
      'store.collect': async ({ preview }) => await collectGarbage(await this.#store(), preview),
      'store.check': async ({ repair, from, insecure, taskId }, signal) => {
        const places = from.map((text) => parseReference(text));
        const supplier = repair ? registrySupplier(this.#otherPlaces(), places, insecure) : null;
        const onProgress = this.#progress(taskId);
        return await checkStore(await this.#store(), { signal, supplier, onProgress });
      },
      'serve.start': ({ port, token, readOnly }) =>
        this.#serving.start({ port: port ?? this.#port(), token, readOnly }),
      'serve.stop': async () => {
        await this.#serving.stop();
        return null;
      },
      'serve.state': (): Promise<ServeState> => Promise.resolve(this.#serving.state),
    };
  }

  /** Takes a repository out of the store, with every blob that nothing else needs. */
  async dropRepository(repository: string): Promise<void> {
    await dropRepository(await this.#store(), repository);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    this.#endWatch();
    await this.#serving.close();
    await this.#open?.store.then((store) => store.close()).catch(() => undefined);
    await this.#writers.close();
  }
}
