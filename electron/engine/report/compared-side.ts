import { AppError } from '../../../shared/errors/app-error.ts';
import type { ComparedSide } from '../../../shared/models/comparison.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { uploadTimeIn } from '../oci/image-kind.ts';
import { type ImageManifest, parseManifest, type TartImage, tartImageOf } from '../oci/parse-manifest.ts';
import { type KnownChunk, knownChunks, knownOfSnapshot, type LookingParts } from '../plan/known-vm.ts';
import { sizeEstimates } from '../plan/size-estimates.ts';
import type { StoredSnapshot } from '../snapshots/stored-snapshots.ts';
import type { ComparedDisk, DiskChunk } from './compare-disks.ts';

/** A side with its disk. */
export interface Side {
  readonly disk: ComparedDisk;
  readonly told: ComparedSide;
  /** Raw bytes of a full chunk. */
  readonly chunkSize: number;
}

/** What a side says of itself, besides what is counted of its disk. */
type SideFacts = Omit<ComparedSide, 'diskSize' | 'packed' | 'estimated' | 'unknown'>;

/** Packed over raw bytes of what may be nothing but zeros: 3 260 420 bytes for 512 MiB, a little more for small chunks. */
const MAYBE_ZERO_RATIO = 0.0065;

function sideOf(facts: SideFacts, disk: ComparedDisk, chunkSize: number): Side {
  const layers = new Map<string, { readonly size: number; readonly estimated: boolean }>();
  for (const [at, { rawDigest, rawSize, size, estimatedSize, zero }] of disk.chunks.entries()) {
    const name = zero ? `zeros of ${String(rawSize)}` : (rawDigest ?? `chunk ${String(at)}`);
    layers.set(name, { size: size ?? estimatedSize ?? 0, estimated: size === null });
  }
  if (disk.nvram !== null) layers.set(disk.nvram.digest, { size: disk.nvram.size, estimated: false });
  const sizes = [...layers.values()];
  const told: ComparedSide = {
    ...facts,
    diskSize: disk.chunks.reduce((sum, { rawSize }) => sum + rawSize, 0),
    packed: sizes.reduce((sum, { size }) => sum + size, 0),
    estimated: sizes.some(({ size, estimated }) => estimated && size > 0),
    unknown: disk.chunks.filter(({ rawDigest, zero }) => rawDigest === null && !zero).length,
  };
  return { disk, told, chunkSize };
}

function withEstimates(chunks: readonly KnownChunk[]): DiskChunk[] {
  const estimate = sizeEstimates(chunks);
  return chunks.map((chunk) => ({ ...chunk, estimatedSize: estimate(chunk) }));
}

const NO_IMAGE = { registry: null, repository: null, digest: null, uploadTime: null, namesake: null } as const;

/**
 * A VM by what is known of its disk without reading a byte of it; a cached image, too, whose manifest is not there any more.
 *
 * @throws AppError `vm.gone`, `vm.incomplete`, `file.unreadable`
 */
export async function sideOfVm(looking: LookingParts, vm: Vm, signal: AbortSignal): Promise<Side> {
  const { chunks, nvram } = await knownChunks(looking, vm, signal);
  const { id, name, tags, state } = vm;
  const cached = vm.kind === 'image';
  const own = { kind: 'vm', name: id, title: name, tags, cached, state: cached ? null : state, madeMs: null } as const;
  return sideOf({ ...NO_IMAGE, ...own, tags: [...tags] }, { chunks: withEstimates(chunks), nvram }, looking.chunkSize);
}

/**
 * A VM as it was when a snapshot was made of it, by what is known of that without reading a byte.
 *
 * @throws AppError `snapshot.notFound` where it is dropped meanwhile, `file.unreadable`
 */
export async function sideOfSnapshot(
  looking: LookingParts,
  snapshot: StoredSnapshot,
  signal: AbortSignal,
): Promise<Side> {
  const { id, vmName, madeMs } = snapshot.record;
  const own = { kind: 'snapshot', name: id, title: vmName, cached: false, state: null, madeMs } as const;
  try {
    const { chunks, nvram } = await knownOfSnapshot(looking, snapshot, signal);
    return sideOf({ ...NO_IMAGE, ...own, tags: [] }, { chunks: withEstimates(chunks), nvram }, looking.chunkSize);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'vm.gone') throw new AppError('snapshot.notFound', { id });
    throw thrown;
  }
}

/** The image of a manifest of Tart. @throws AppError `image.notTart`, `manifest.invalid` */
export function tartManifestOf(bytes: Uint8Array, name: string): { manifest: ImageManifest; image: TartImage } {
  const manifest = parseManifest(bytes, null);
  const image = manifest.kind === 'image' ? tartImageOf(manifest) : null;
  if (manifest.kind !== 'image' || image === null) throw new AppError('image.notTart', { name });
  return { manifest, image };
}

/**
 * An image by its manifest.
 *
 * @param zeroDigest the raw digest of zeros of a length
 * @throws AppError `image.notTart`, `manifest.invalid`
 */
export async function sideOfManifest(
  bytes: Uint8Array,
  facts: Omit<SideFacts, 'uploadTime' | 'state' | 'madeMs'>,
  zeroDigest: (length: number) => Promise<string>,
): Promise<Side> {
  const { manifest, image } = tartManifestOf(bytes, facts.name);
  const chunks: DiskChunk[] = [];
  let rawOffset = 0;
  for (const { rawDigest, rawSize, digest, size } of image.disk) {
    const zero = size / Math.max(1, rawSize) < MAYBE_ZERO_RATIO && rawDigest === (await zeroDigest(rawSize));
    chunks.push({ rawOffset, rawSize, rawDigest, digest, size, estimatedSize: null, zero });
    rawOffset += rawSize;
  }
  const nvram = { digest: image.nvram.digest, size: image.nvram.size };
  const chunkSize = Math.max(...chunks.map(({ rawSize }) => rawSize));
  const told: SideFacts = { ...facts, state: null, madeMs: null, uploadTime: uploadTimeIn(manifest.annotations) };
  return sideOf(told, { chunks, nvram }, chunkSize);
}
