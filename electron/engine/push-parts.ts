import { isLayoutPlace } from '../../shared/models/image-location.ts';
import type { PushRequest } from '../../shared/models/push-request.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { CodecPool } from './codec/codec-pool.ts';
import type { Share } from './codec/share.ts';
import type { ContentIndex } from './digests/content-index.ts';
import type { DigestCache } from './digests/digest-cache.ts';
import type { ImageDisks } from './digests/image-disks.ts';
import type { PushedChunks } from './digests/pushed-chunks.ts';
import type { EventHub } from './event-hub.ts';
import type { Bandwidth } from './jobs/bandwidth.ts';
import type { BlobFlights } from './jobs/blob-flights.ts';
import type { HostSlots } from './jobs/host-slots.ts';
import { openClients } from './open-clients.ts';
import { CachedLayers } from './plan/cached-layers.ts';
import { ExtentBases } from './plan/extent-bases.ts';
import type { ExtentVolumes } from './plan/extent-volumes.ts';
import type { MachineRates } from './plan/machine-rates.ts';
import { noRequests, type PlanningParts } from './plan/planning-parts.ts';
import type { PushSource } from './plan/push-source.ts';
import type { PushTarget } from './plan/push-targets.ts';
import type { ZeroChunks } from './plan/zero-chunks.ts';
import type { Clock } from './ports.ts';
import type { HostMemory } from './registry/hosts/host-memory.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { RetryNotice } from './registry/retry-notice.ts';
import type { RegistryBook } from './registry-book.ts';
import type { RegistryService } from './registry-service.ts';
import type { SentNote } from './report/sent-notes.ts';
import type { SnapshotService } from './snapshot-service.ts';
import { snapshotFiles } from './snapshots/snapshot-record.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';
import type { StoreService } from './store/store-service.ts';
import type { MovedTags } from './tags/moved-tags.ts';
import type { VmService } from './vm-service.ts';

/** What plans and pushes work with; all of it is the engine's. */
export interface PushServiceParts {
  readonly settings: () => Settings;
  readonly vms: VmService;
  readonly codec: CodecPool;
  readonly index: ContentIndex;
  readonly cache: DigestCache;
  readonly pushedChunks: PushedChunks;
  readonly zeros: ZeroChunks;
  readonly extentVolumes: ExtentVolumes;
  readonly imageDisks: ImageDisks;
  readonly hosts: HostMemory;
  readonly rates: MachineRates;
  readonly clients: RegistryClients;
  readonly book: RegistryBook;
  readonly registries: RegistryService;
  readonly store: StoreService;
  readonly bandwidth: Bandwidth;
  readonly flights: BlobFlights;
  /** Of all jobs together, where a number of layers at once was chosen for a registry. */
  readonly slots: HostSlots;
  /** Keeps where tags were that are moved. */
  readonly movedTags: MovedTags;
  readonly snapshots: SnapshotService;
  /** The file that is there until a job is over. */
  readonly journalOf: (jobId: string) => string;
  /** Notes a blob that a job is about to close. */
  readonly noteSent: (jobId: string, note: SentNote) => Promise<void>;
  readonly hub: EventHub;
}

/** What one plan or job asks for. */
export interface PushPartsWish {
  readonly request: PushRequest;
  readonly targets: readonly PushTarget[];
  /** Of the codec's workers. */
  readonly share: Share;
  /** Reads the time of plans and of what lies in between. */
  readonly clock: Clock;
  /** What the clients wait by; the engine's clock without it. */
  readonly waits?: Clock;
  readonly onRetry?: (notice: RetryNotice) => void;
}

/** Parts for one plan or job, with clients of its own, which `close` ends. */
export function openPushParts(
  rooms: PushServiceParts,
  wish: PushPartsWish,
): { readonly parts: PlanningParts; readonly close: () => Promise<void> } {
  const { settings, vms, codec, index, cache, zeros, hosts, rates, bandwidth, extentVolumes, imageDisks } = rooms;
  const { request, targets, share, clock, waits, onRetry } = wish;
  const { clientOf, close } = openClients(rooms, {
    targets,
    insecure: request.insecure,
    concurrency: request.concurrency ?? settings().concurrency,
    pieceSize: request.pieceSize,
    ...(onRetry === undefined ? {} : { onRetry }),
    ...(waits === undefined ? {} : { clock: waits }),
  });
  const cachedLayers = new CachedLayers({
    clock,
    codec,
    digestCache: cache,
    contentIndex: index,
    images: async () => (await vms.images()).filter(({ defect }) => defect === null),
  });
  return {
    parts: {
      clock,
      codec,
      share,
      digestCache: cache,
      contentIndex: index,
      pushedChunks: rooms.pushedChunks,
      tagsOf: ({ registry, repository }, digest) => rooms.book.tagsOf(registry, repository, digest),
      bandwidthLimit: () => bandwidth.limit,
      linkRate: (places) => {
        // Into a folder goes what the encoder makes, as fast as it makes it.
        const registries = places.filter((place) => !isLayoutPlace(place));
        const limits = registries.map((registry) => bandwidth.limitTo(registry));
        return registries.length === 0 ? null : limits.reduce(lowest, hosts.linkRate(registries));
      },
      rates,
      movedTags: rooms.movedTags,
      zeroChunks: zeros,
      cachedLayers,
      extentBases: new ExtentBases({
        volumes: extentVolumes,
        imageDisks,
        cachedLayers,
        snapshots: (source) => keptSnapshots(rooms.snapshots.store, source),
      }),
      clientOf,
      requests: noRequests(),
    },
    close,
  };
}

/** Snapshots that a source can be compared with: the one that is kept of its VM, and all others, the newest first. */
async function keptSnapshots(store: SnapshotStore, { vmId, diskIdentity }: PushSource) {
  const [last, stored] = await Promise.all([store.baseFor({ id: vmId, disk: diskIdentity }), store.kept(null)]);
  const others = stored.map(({ folder, record: { vmName, madeMs } }) => ({
    vmName,
    diskPath: snapshotFiles(folder).disk,
    madeMs,
  }));
  return { last, others };
}

/** The lower of two rates, as far as they are known. */
function lowest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
