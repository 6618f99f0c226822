import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import type { Settings } from '../../../shared/models/settings.ts';
import type { ServeState } from '../../../shared/models/store.ts';
import type { EnginePorts } from '../ports.ts';
import { BlobWriters } from './blob-writers.ts';
import { checkStore } from './check-store.ts';
import { collectGarbage } from './collect-garbage.ts';
import { type ImageName, imageNameOf } from './image-name.ts';
import { listImages } from './list-images.ts';
import { OciStore } from './oci-store.ts';
import { registrySupplier, type SupplyPlaces } from './registry-supplier.ts';
import type { EmbeddedRegistry } from './serve/embedded-registry.ts';
import { exportImages } from './transfer/export-images.ts';
import { importImages } from './transfer/import-images.ts';

/** More workers than this do not help: the disk is the limit. */
const MOST_WORKERS = 4;
/** Where the embedded registry listens unless told otherwise. */
export const SERVE_PORT = 5080;

type StoreMethodName = Extract<EngineMethodName, `store.${string}` | `serve.${string}`>;

/** The name of an image of the store. @throws AppError `store.nameInvalid` */
function parseName(text: string): ImageName {
  const name = imageNameOf(text);
  if (name === null) throw new AppError('store.nameInvalid', { name: text });
  return name;
}

/** The local store of one engine and the registry that serves it: opened when first asked for, closed with the engine. */
export class StoreService {
  readonly #ports: EnginePorts;
  readonly #settings: () => Settings;
  readonly #places: SupplyPlaces;
  readonly #writers: BlobWriters;
  #open: { readonly folder: string; readonly store: Promise<OciStore> } | null = null;
  #serving: { readonly registry: EmbeddedRegistry; readonly state: ServeState } | null = null;

  /** @param places where blobs are to be had when a check repairs */
  constructor(ports: EnginePorts, settings: () => Settings, places: SupplyPlaces) {
    this.#ports = ports;
    this.#settings = settings;
    this.#places = places;
    this.#writers = new BlobWriters({
      workerFile: ports.paths.blobWorker,
      workers: Math.min(availableParallelism(), MOST_WORKERS),
    });
  }

  #folder(): string {
    return this.#settings().storeFolder ?? join(this.#ports.paths.stateHome, 'store');
  }

  /** The store of the settings. A running registry stays with the store that it was started over. */
  async #store(): Promise<OciStore> {
    const folder = this.#folder();
    if (this.#open?.folder === folder) return await this.#open.store;
    const before = this.#serving === null ? this.#open : null;
    const store = OciStore.open({
      folder,
      clock: this.#ports.clock,
      writers: this.#writers,
      budget: () => this.#settings().storeBudget,
    });
    this.#open = { folder, store };
    await before?.store.then((old) => old.close()).catch(() => undefined);
    try {
      return await store;
    } catch (thrown) {
      // The next call tries again: the volume may be back.
      this.#open = null;
      throw thrown;
    }
  }

  async #start(port: number | null, token: string | null, readOnly: boolean): Promise<ServeState> {
    if (this.#serving?.state.on === true)
      throw new AppError('serve.alreadyOn', { address: this.#serving.state.address });
    const store = await this.#store();
    // Loaded when it is wanted: an HTTP server would make every other start slower.
    const { startEmbeddedRegistry } = await import('./serve/embedded-registry.ts');
    const registry = await startEmbeddedRegistry({
      store,
      log: this.#ports.log,
      port: port ?? SERVE_PORT,
      token,
      readOnly,
    });
    const state: ServeState = { on: true, address: registry.address, readOnly, closed: token !== null };
    this.#serving = { registry, state };
    return state;
  }

  async #stop(): Promise<void> {
    const serving = this.#serving;
    this.#serving = null;
    await serving?.registry.close();
  }

  /** The methods of the contract that the store answers. */
  handlers(): Handlers<StoreMethodName> {
    return {
      'store.list': async () => {
        const store = await this.#store();
        return { folder: this.#folder(), budget: this.#settings().storeBudget, ...(await listImages(store)) };
      },
      'store.tag': async ({ from, to }) => {
        await (await this.#store()).tag(parseName(from), parseName(to));
        return null;
      },
      'store.untag': async ({ name }) => {
        if (!(await (await this.#store()).untag(parseName(name)))) throw new AppError('store.imageNotFound', { name });
        return null;
      },
      'store.import': async ({ source, images, name }, signal) =>
        await importImages(
          await this.#store(),
          { source, images, name: name === null ? null : parseName(name) },
          signal,
        ),
      'store.export': async (input, signal) => await exportImages(await this.#store(), input, signal),
      'store.collect': async ({ preview }) => await collectGarbage(await this.#store(), preview),
      'store.check': async ({ repair, from, insecure }, signal) => {
        const places = from.map((text) => parseReference(text));
        const supplier = repair ? registrySupplier(this.#places, places, insecure) : null;
        return await checkStore(await this.#store(), { signal, supplier });
      },
      'serve.start': ({ port, token, readOnly }) => this.#start(port, token, readOnly),
      'serve.stop': async () => {
        await this.#stop();
        return null;
      },
      'serve.state': () => Promise.resolve(this.#serving?.state ?? { on: false }),
    };
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#open?.store.then((store) => store.close()).catch(() => undefined);
    await this.#writers.close();
  }
}
