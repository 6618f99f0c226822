import { toAppError } from '../../../shared/errors/app-error.ts';
import type { PlanLayer } from '../../../shared/models/plan.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { FileRange } from '../codec/codec-protocol.ts';
import { rangesWithin } from '../disk/holes.ts';
import { dataRangesOf } from '../native/seek-data.ts';
import { knownOfVm, type LookingParts } from '../plan/known-vm.ts';
import { limited } from '../plan/limited.ts';
import type { DistributionClient } from '../registry/distribution-client.ts';
import { vmFiles } from '../tart/vm-folder.ts';
import { QUESTIONS_AT_ONCE } from './copy-parts.ts';

/** Where this computer has the bytes of a blob: ready in its store, or as a chunk of a disk that encodes to them. */
export type LocalBlob =
  | { readonly kind: 'store'; readonly place: string }
  | {
      readonly kind: 'disk';
      readonly path: string;
      /** Raw bytes. */
      readonly offset: number;
      readonly length: number;
      /** Data ranges; null = read everything. */
      readonly runs: readonly FileRange[] | null;
    };

/** What finding them takes. Nothing reads a disk, holds a lock or makes a request. */
export interface LocalBlobsParts {
  readonly looking: LookingParts;
  /** VMs and cached images as they are now. */
  readonly vms: () => Promise<readonly Vm[]>;
  /** The local store, as the place of a layout. */
  readonly storePlace: string;
  readonly clientOf: (place: string) => DistributionClient;
}

/** A blob that is wanted. Bytes. */
export interface WantedBlob {
  readonly digest: string;
  readonly size: number;
}

/** VMs and images that are looked at, the first of the list. */
const MOST_DISKS = 100;

/**
 * Finds blobs on this computer: in the local store by their digest, and chunks of disks that our encoder was seen to make
 * them of, or that a cached image's own manifest names. What is found is no promise: who encodes checks the digest.
 */
export async function findLocalBlobs(
  parts: LocalBlobsParts,
  blobs: readonly WantedBlob[],
  signal: AbortSignal,
): Promise<Map<string, LocalBlob>> {
  const found = new Map<string, LocalBlob>();
  const store = parts.clientOf(parts.storePlace);
  await limited(
    blobs,
    () => QUESTIONS_AT_ONCE,
    signal,
    async ({ digest, size }, stopped) => {
      if (await store.headBlob('', digest, { size, signal: stopped }))
        found.set(digest, { kind: 'store', place: parts.storePlace });
    },
  );
  const wanted = new Map(blobs.flatMap((blob) => (found.has(blob.digest) ? [] : [[blob.digest, blob.size]])));
  for (const vm of (await parts.vms()).slice(0, MOST_DISKS)) {
    if (wanted.size === 0) break;
    for (const [digest, local] of await chunksOf(parts, vm, wanted, signal)) {
      found.set(digest, local);
      wanted.delete(digest);
    }
  }
  return found;
}

async function chunksOf(
  { looking }: LocalBlobsParts,
  vm: Vm,
  wanted: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<[string, LocalBlob][]> {
  try {
    const { layers } = await knownOfVm(looking, vm, null, signal);
    const named = layers.filter(({ digest, size }) => digest !== null && wanted.get(digest) === size);
    const chunks = vm.kind === 'image' ? named : await soundOnes(looking, named);
    if (chunks.length === 0) return [];
    const path = vmFiles(vm.folder).disk;
    const end = layers.at(-1);
    const ranges = end === undefined ? null : await dataRangesOf(path, (end.rawOffset ?? 0) + end.rawSize);
    return chunks.flatMap(({ digest, rawOffset, rawSize }): [string, LocalBlob][] => {
      if (digest === null || rawOffset === null) return [];
      const runs = ranges === null ? null : rangesWithin(ranges, rawOffset, rawSize);
      return [[digest, { kind: 'disk', path, offset: rawOffset, length: rawSize, runs }]];
    });
  } catch (thrown) {
    signal.throwIfAborted();
    // A disk is a help here, never a reason to fail: it may be gone, or be a VM that cannot be read.
    toAppError(thrown);
    return [];
  }
}

/** Of a VM's chunks those whose layer is a fact, not what a manifest somewhere says. */
async function soundOnes({ contentIndex }: LookingParts, layers: readonly PlanLayer[]): Promise<PlanLayer[]> {
  const sound = await contentIndex.pairsFor(
    layers.flatMap(({ rawDigest }) => rawDigest ?? []),
    [],
  );
  return layers.filter(({ rawDigest, digest }) => rawDigest !== null && sound.get(rawDigest)?.digest === digest);
}
