import { toAppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { RepositoryName } from '../../../shared/models/vm-knowledge.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { ContentIndex, LayerPair } from '../digests/content-index.ts';
import type { DigestCache } from '../digests/digest-cache.ts';
import type { DiskIdentity } from '../disk/disk-identity.ts';
import { rangesWithin } from '../disk/holes.ts';
import { type DataRange, dataRangesOf } from '../native/seek-data.ts';
import { parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import type { Clock } from '../ports.ts';
import { InFlight } from '../registry/in-flight.ts';
import { openCachedImage } from '../tart/cached-image.ts';

/** A layer that the manifest of a cached image names for raw bytes, and where those bytes should lie. */
export interface CachedLayer extends LayerPair {
  /** The repository that the image was pulled from. */
  readonly home: RepositoryName;
  readonly disk: {
    readonly path: string;
    readonly identity: DiskIdentity;
    readonly ranges: readonly DataRange[] | null;
  };
  /** First raw byte. */
  readonly offset: number;
  /** Place of the chunk and bytes of all chunks but the last, where the image is cut evenly; null where it is not. */
  readonly even: { readonly index: number; readonly chunkSize: number } | null;
}

/** A cached image whose manifest counts, and its layers in disk order. */
export interface CachedDisk {
  readonly vm: Vm;
  readonly layers: readonly CachedLayer[];
  /** Its disk is not younger than what a pull writes behind it. */
  readonly asPulled: boolean;
}

/** What finding them takes. Owned by the engine. */
export interface CachedLayersParts {
  readonly clock: Clock;
  readonly codec: CodecPool;
  readonly digestCache: DigestCache;
  readonly contentIndex: ContentIndex;
  /** Images of Tart's cache as they are now. */
  readonly images: () => Promise<readonly Vm[]>;
}

/** Images that are looked at, the first of the list. A manifest of 200 chunks is 60 kB. */
const MOST_IMAGES = 100;

/**
 * Layers that the manifests of Tart's cache name, of one plan or job. The list is read once, when it is first asked for;
 * a chunk of an image is read only by {@link CachedLayers.confirm}.
 */
export class CachedLayers {
  readonly #parts: CachedLayersParts;
  #disks: readonly CachedDisk[] | null = null;
  #known: ReadonlyMap<string, readonly CachedLayer[]> | null = null;
  readonly #reading = new InFlight<'images', readonly CachedDisk[]>();
  /** Whether chunks were found to be what the manifest says. */
  readonly #confirmed = new Map<string, boolean>();
  readonly #confirming = new InFlight<string, number | null>();

  constructor(parts: CachedLayersParts) {
    this.#parts = parts;
  }

  /** The layers that cached images name for raw bytes, of each image one: claims until they are confirmed. */
  async find(rawDigest: string, rawSize: number, signal: AbortSignal): Promise<readonly CachedLayer[]> {
    const found = (await this.#list(signal)).get(rawDigest) ?? [];
    return found.filter((layer) => layer.rawSize === rawSize);
  }

  /** Whether any cached image could name a chunk of this raw size. */
  async knowsRawSize(rawSize: number, signal: AbortSignal): Promise<boolean> {
    const known = await this.#list(signal);
    return [...known.values()].some((layers) => layers.some((layer) => layer.rawSize === rawSize));
  }

  /**
   * Hashes the image's chunk, unless its digest is remembered. If it is what the manifest says, the pair is a fact and is
   * learned. Answers bytes read; null = the chunk is something else, or is gone.
   */
  async confirm(layer: CachedLayer, signal: AbortSignal): Promise<number | null> {
    const key = `${layer.disk.path} ${layer.rawDigest}`;
    const known = this.#confirmed.get(key);
    if (known !== undefined) return known ? 0 : null;
    const own = { begun: false };
    const begin = async (until: AbortSignal): Promise<number | null> => {
      own.begun = true;
      const read = await this.#confirm(layer, until);
      this.#confirmed.set(key, read !== null);
      return read;
    };
    const read = await this.#confirming.join(key, begin, signal);
    // Who only waited has read nothing.
    return own.begun || read === null ? read : 0;
  }

  async #confirm(layer: CachedLayer, signal: AbortSignal): Promise<number | null> {
    const { digestCache, contentIndex } = this.#parts;
    const { disk, even, rawDigest, rawSize, digest, size } = layer;
    const rows = even === null ? null : await digestCache.lookup(disk.identity, even.chunkSize);
    const remembered = even === null ? undefined : rows?.get(even.index)?.rawDigest;
    const hashed = remembered === undefined ? await this.#hash(layer, signal) : null;
    if ((remembered ?? hashed?.rawDigest) !== rawDigest) return null;
    await contentIndex.learnPairs([{ rawDigest, rawSize, digest, size, proof: 'local' }]);
    return hashed?.bytesRead ?? 0;
  }

  async #hash(
    { disk, offset, rawSize, even }: CachedLayer,
    signal: AbortSignal,
  ): Promise<{ rawDigest: string; bytesRead: number } | null> {
    const runs = disk.ranges === null ? {} : { runs: rangesWithin(disk.ranges, offset, rawSize) };
    try {
      const found = await this.#parts.codec.hash(
        { path: disk.path, state: disk.identity, offset, length: rawSize, ...runs },
        { signal },
      );
      if (even !== null) {
        const { rawDigest, zero } = found;
        await this.#parts.digestCache.store(disk.identity, even.chunkSize, [{ index: even.index, rawDigest, zero }]);
      }
      return found;
    } catch (thrown) {
      signal.throwIfAborted();
      const { code } = toAppError(thrown);
      // Pruned while the push went on, or another one by now.
      if (code === 'vm.gone' || code === 'file.unreadable' || code === 'vm.diskChanged') return null;
      throw thrown;
    }
  }

  /** The images themselves. */
  async images(signal: AbortSignal): Promise<readonly CachedDisk[]> {
    this.#disks ??= await this.#reading.join('images', (until) => this.#read(until), signal);
    return this.#disks;
  }

  async #list(signal: AbortSignal): Promise<ReadonlyMap<string, readonly CachedLayer[]>> {
    const disks = await this.images(signal);
    this.#known ??= byRawDigest(disks);
    return this.#known;
  }

  async #read(signal: AbortSignal): Promise<readonly CachedDisk[]> {
    const disks: CachedDisk[] = [];
    for (const vm of (await this.#parts.images()).slice(0, MOST_IMAGES)) {
      const disk = await diskOf(vm, this.#parts.clock, signal);
      if (disk !== null) disks.push(disk);
    }
    return disks;
  }
}

function byRawDigest(disks: readonly CachedDisk[]): ReadonlyMap<string, readonly CachedLayer[]> {
  const known = new Map<string, CachedLayer[]>();
  for (const layer of disks.flatMap(({ layers }) => layers)) {
    const others = known.get(layer.rawDigest);
    if (others === undefined) known.set(layer.rawDigest, [layer]);
    // Of equal chunks in one image the first will do.
    else if (others.at(-1)?.disk.path !== layer.disk.path) others.push(layer);
  }
  return known;
}

/** One image; null where its manifest does not count, or it is being pruned. */
async function diskOf(vm: Vm, clock: Clock, signal: AbortSignal): Promise<CachedDisk | null> {
  try {
    const image = await openCachedImage(vm, clock, signal);
    const manifest = image.manifestBytes === null ? null : parseManifest(image.manifestBytes, null);
    const named = manifest?.kind === 'image' ? (tartImageOf(manifest)?.disk ?? []) : [];
    const rawSize = named.reduce((sum, layer) => sum + layer.rawSize, 0);
    if (named.length === 0 || rawSize !== image.identities.disk.size) return null;
    const path = image.files.disk;
    const disk = {
      path,
      identity: image.identities.disk,
      ranges: await dataRangesOf(path, image.identities.disk.size),
    };
    const slash = vm.name.indexOf('/');
    const home = { registry: vm.name.slice(0, slash), repository: vm.name.slice(slash + 1) };
    const chunkSize = named[0]?.rawSize ?? 0;
    const even = named.every(({ rawSize }, at) => rawSize === chunkSize || at === named.length - 1);
    let offset = 0;
    const layers = named.map(({ rawDigest, rawSize, digest, size }, index) => {
      const place = { offset, even: even && rawSize <= chunkSize ? { index, chunkSize } : null };
      offset += rawSize;
      return { rawDigest, rawSize, digest, size, home, disk, ...place };
    });
    return { vm, layers, asPulled: image.asPulled };
  } catch (thrown) {
    signal.throwIfAborted();
    // A cached image is a help here, never a reason to fail.
    toAppError(thrown);
    return null;
  }
}
