import type { LayerBase } from '../../../shared/models/plan.ts';
import type { ImageDisks } from '../digests/image-disks.ts';
import type { CachedDisk, CachedLayer, CachedLayers } from './cached-layers.ts';
import type { ExtentVolumes } from './extent-volumes.ts';
import type { PushSource } from './push-source.ts';

/** A disk that nobody writes, and that a clone may share its blocks with. */
export interface ExtentBase {
  readonly shown: LayerBase;
  readonly path: string;
  /** What the manifest of a cached image names, in disk order; none for a snapshot, and where the image's disk was changed. */
  readonly named: readonly CachedLayer[];
}

/** A snapshot that is kept. */
export interface KeptSnapshot {
  readonly vmName: string;
  readonly diskPath: string;
  /** ms since the epoch. */
  readonly madeMs: number;
}

/** What finding bases takes. */
export interface ExtentBasesParts {
  readonly volumes: ExtentVolumes;
  readonly imageDisks: ImageDisks;
  readonly cachedLayers: Pick<CachedLayers, 'images'>;
  /** The newest snapshot that is kept of the VM, and the others of its Tart home, the newest first. */
  readonly snapshots: (source: PushSource) => Promise<{
    readonly last: KeptSnapshot | null;
    readonly others: readonly KeptSnapshot[];
  }>;
}

/** Where bases of one plan or job come from. */
export class ExtentBases {
  readonly #parts: ExtentBasesParts;

  constructor(parts: ExtentBasesParts) {
    this.#parts = parts;
  }

  /** Whether maps of blocks can be believed where a source lies, and nobody writes to it. */
  async canCompare({ protection, vmId, diskIdentity }: PushSource): Promise<boolean> {
    switch (protection) {
      case 'lock':
      case 'unlocked':
        // The live disk: without a snapshot nothing is compared.
        return false;
      case 'snapshot':
      case 'image':
        return await this.#parts.volumes.trusts(vmId, diskIdentity);
    }
  }

  /** The last snapshot of the VM, which is nearly always the base of what is pushed next. */
  async last(source: PushSource): Promise<ExtentBase | null> {
    const { last } = await this.#parts.snapshots(source);
    return last === null || last.diskPath === source.diskPath ? null : ofSnapshot(last);
  }

  /** All other disks that might be the base: snapshots, then cached images, the newest of each first. */
  async others(source: PushSource, signal: AbortSignal): Promise<ExtentBase[]> {
    const [{ last, others }, images] = await Promise.all([
      this.#parts.snapshots(source),
      this.#parts.cachedLayers.images(signal),
    ]);
    const snapshots = others.filter(({ diskPath }) => diskPath !== last?.diskPath).map(ofSnapshot);
    const unchanged = await this.#parts.imageDisks.unchanged(images.flatMap(({ layers }) => layers[0]?.disk ?? []));
    const disks = images
      .flatMap((image) => ofImage(image, unchanged))
      .sort((one, other) => other.shown.madeMs - one.shown.madeMs);
    return [...snapshots, ...disks].filter(({ path }) => path !== source.diskPath);
  }
}

function ofSnapshot({ vmName, diskPath, madeMs }: KeptSnapshot): ExtentBase {
  return { shown: { kind: 'snapshot', name: vmName, madeMs }, path: diskPath, named: [] };
}

function ofImage({ vm, layers, asPulled }: CachedDisk, unchanged: ReadonlySet<string>): ExtentBase[] {
  const [first] = layers;
  if (first === undefined) return [];
  const { path, identity } = first.disk;
  const [tag] = vm.tags;
  const name = tag === undefined ? `${vm.name}@${vm.digest ?? ''}` : `${vm.name}:${tag}`;
  const madeMs = Number(BigInt(identity.mtimeNs) / 1_000_000n);
  return [{ shown: { kind: 'image', name, madeMs }, path, named: asPulled && unchanged.has(path) ? layers : [] }];
}
