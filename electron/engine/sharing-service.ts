import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Registry, Repository } from '../../shared/models/registry.ts';
import type { ImageName, SharingImage } from '../../shared/models/sharing.ts';
import type { KnownManifest } from './digests/content-index.ts';
import type { SeenManifest } from './digests/seen-manifests.ts';
import { BlobUsers } from './report/blob-users.ts';
import { ImageContents } from './report/image-contents.ts';
import { imageRemoval, userOf } from './report/image-removal.ts';
import { imageSharing } from './report/image-sharing.ts';
import { imagesOf, type KnownImage, type KnownRegistry, knownImages } from './report/known-images.ts';
import { registryImages, toldImage } from './report/registry-images.ts';

/** Methods that this service answers. */
export type SharingMethodName = Extract<
  EngineMethodName,
  'report.images' | 'report.image' | 'report.layer' | 'report.sharing' | 'report.removal'
>;

/** Images that are compared with each other where nobody says which. */
const LARGEST = 12;
/** Images that are named of those that need a layer. */
const MOST_USERS = 200;

/** What telling who shares what takes: nothing that makes a request. */
export interface SharingParts {
  /** Registries with their repositories as they were last read. */
  readonly registries: () => Promise<readonly Registry[]>;
  /** The store of this computer. */
  readonly store: {
    repositories(): Promise<readonly Repository[]>;
    manifests(digests: readonly string[]): Promise<readonly KnownManifest[]>;
  };
  readonly index: { manifestsNamed(digests: readonly string[]): Promise<readonly KnownManifest[]> };
  /** Known manifests with their places. */
  readonly seen: (registry: string | null) => Promise<readonly SeenManifest[]>;
}

/** Everything that is known of the images of registries. */
interface Known {
  readonly registries: readonly KnownRegistry[];
  readonly contents: ImageContents;
}

/** Which images of the registries share what: by known manifests, without a request. */
export class SharingService {
  readonly #parts: SharingParts;
  #contents: ImageContents | null = null;

  constructor(parts: SharingParts) {
    this.#parts = parts;
  }

  /** What manifests are made of is kept, because reading them takes long; too much of it is given up. */
  #keptContents(): ImageContents {
    if (this.#contents === null || this.#contents.full) {
      this.#contents = new ImageContents((digests) => this.manifests(digests));
    }
    return this.#contents;
  }

  /** The bytes of known manifests, wherever they are kept; what is not known is left out. */
  async manifests(digests: readonly string[]): Promise<readonly KnownManifest[]> {
    const { index, store } = this.#parts;
    const known = await index.manifestsNamed(digests);
    const has = new Set(known.map(({ digest }) => digest));
    const others = digests.filter((digest) => !has.has(digest));
    return others.length === 0 ? known : [...known, ...(await store.manifests(others))];
  }

  async #known(registry: string | null, signal: AbortSignal): Promise<Known> {
    const listed = (await this.listed()).filter(({ host }) => registry === null || host === registry);
    const contents = this.#keptContents();
    const seen = await this.#parts.seen(registry);
    return { registries: await knownImages(listed, seen, contents, signal), contents };
  }

  /** Registries with what is known of their images, the store of this computer whether it is on or not. */
  async listed(): Promise<Registry[]> {
    const { registries, store } = this.#parts;
    const listed: Registry[] = [];
    for (const registry of await registries()) {
      const { thisComputer } = registry;
      listed.push(thisComputer ? { ...registry, repositories: [...(await store.repositories())] } : registry);
    }
    return listed;
  }

  /** Known images by the layers of these that they need. */
  async holders(digests: readonly string[], signal: AbortSignal): Promise<Map<string, KnownImage[]>> {
    const { registries, contents } = await this.#known(null, signal);
    const wanted = new Map(digests.map((digest) => [contents.blobs.find(digest), digest]));
    const holders = new Map<string, KnownImage[]>();
    for (const image of imagesOf(registries)) {
      for (const number of image.blobs) {
        const digest = wanted.get(number);
        if (digest === undefined) continue;
        const known = holders.get(digest);
        if (known === undefined) holders.set(digest, [image]);
        else known.push(image);
      }
    }
    return holders;
  }

  handlers(): Handlers<SharingMethodName> {
    return {
      'report.images': async ({ registry }, signal) => {
        const { registries, contents } = await this.#known(registry, signal);
        return registryImages(registries, contents.blobs);
      },
      'report.image': async (name, signal) => {
        const { registries, contents } = await this.#known(name.registry, signal);
        const images = imagesOf(registries);
        const image = images.find((other) => isNamed(other, name));
        if (image === undefined) throw notKnown(name);
        const users = new BlobUsers(contents.blobs, images);
        const layers = Array.from(image.blobs, (number) => ({
          digest: contents.blobs.digest(number),
          size: contents.blobs.size(number),
          usedBy: users.of(number),
        }));
        return { ...toldImage(image, users), layers };
      },
      'report.layer': async ({ registry, digest }, signal) => {
        const { registries, contents } = await this.#known(registry, signal);
        const number = contents.blobs.find(digest);
        const users = number === null ? [] : imagesOf(registries).filter(({ blobs }) => blobs.includes(number));
        const size = number === null ? null : contents.blobs.size(number);
        return { digest, size, users: users.slice(0, MOST_USERS).map(userOf), count: users.length };
      },
      'report.sharing': async ({ images: names, registry }, signal) => {
        const { registries, contents } = await this.#known(registry, signal);
        const all = imagesOf(registries);
        const images = names === null ? largest(all) : named(all, names);
        return imageSharing(images, told(registries, contents), contents.blobs);
      },
      'report.removal': async ({ images: names }, signal) => {
        const hosts = new Set(names.map(({ registry }) => registry));
        const [only] = hosts;
        const { registries, contents } = await this.#known(hosts.size === 1 ? (only ?? null) : null, signal);
        const wanted = new Set(names.map(keyOf));
        return imageRemoval(registries, (image) => wanted.has(keyOf(image)), contents.blobs);
      },
    };
  }
}

function keyOf({ registry, repository, digest }: ImageName): string {
  return `${registry}/${repository}@${digest}`;
}

function notKnown({ registry, repository, digest }: ImageName): AppError {
  return new AppError('manifest.notFound', { host: registry, reference: `${repository}@${digest}` });
}

/** Images by their names, in the order of the names. */
function named(images: readonly KnownImage[], names: readonly ImageName[]): KnownImage[] {
  const known = new Map(images.map((image) => [keyOf(image), image]));
  return [...new Set(names.map(keyOf))].flatMap((key) => known.get(key) ?? []);
}

function isNamed(image: KnownImage, name: ImageName): boolean {
  return keyOf(image) === keyOf(name);
}

/** The largest, each manifest once: the same image in two repositories tells nothing about sharing. */
function largest(images: readonly KnownImage[]): KnownImage[] {
  const distinct = new Map<string, KnownImage>();
  for (const image of images) {
    const known = distinct.get(image.digest);
    // One with tags says more.
    if (known === undefined || known.tags.length < image.tags.length) distinct.set(image.digest, image);
  }
  return [...distinct.values()].sort((one, other) => other.packed - one.packed).slice(0, LARGEST);
}

/** Tells an image with what is unique to it in its registry. */
function told(registries: readonly KnownRegistry[], { blobs }: ImageContents): (image: KnownImage) => SharingImage {
  const users = new Map<string, BlobUsers>();
  return (image) => {
    const known = users.get(image.registry);
    const counted = known ?? new BlobUsers(blobs, imagesOf(registries.filter(({ host }) => host === image.registry)));
    users.set(image.registry, counted);
    return toldImage(image, counted);
  };
}
