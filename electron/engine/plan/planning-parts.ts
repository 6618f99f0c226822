import type { RequestCounts } from '../../../shared/models/plan.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { Share } from '../codec/share.ts';
import type { ContentIndex, RepositoryName } from '../digests/content-index.ts';
import type { DigestCache } from '../digests/digest-cache.ts';
import type { PushedChunks } from '../digests/pushed-chunks.ts';
import type { Clock } from '../ports.ts';
import type { DistributionClient } from '../registry/distribution-client.ts';
import type { MovedTags } from '../tags/moved-tags.ts';
import type { CachedLayers } from './cached-layers.ts';
import type { ExtentBases } from './extent-bases.ts';
import type { MachineRates } from './machine-rates.ts';
import type { ZeroChunks } from './zero-chunks.ts';

/** What planning works with. Owned by the engine; a plan or job borrows it. */
export interface PlanningParts {
  readonly clock: Clock;
  readonly codec: CodecPool;
  /** Of the plan or job, among those that use the workers. */
  readonly share: Share;
  readonly digestCache: DigestCache;
  readonly contentIndex: ContentIndex;
  /** What the last push of each VM sent. */
  readonly pushedChunks: PushedChunks;
  /** Tags of a manifest when its repository was last read. */
  readonly tagsOf: (place: RepositoryName, manifestDigest: string) => readonly string[];
  /** Bytes a second that all registries together may be sent; null = no limit. */
  readonly bandwidthLimit: () => number | null;
  /** Bytes a second to the slowest of these registries, by what was measured and by the limit; null = not known. */
  readonly linkRate: (registries: readonly string[]) => number | null;
  /** What this machine was measured to do. */
  readonly rates: MachineRates;
  readonly zeroChunks: ZeroChunks;
  /** Layers that cached images name, for this plan or job. */
  readonly cachedLayers: CachedLayers;
  /** Disks that chunks may share their blocks with. */
  readonly extentBases: ExtentBases;
  /** The client of a registry or of an image layout (`oci:` and its folder), for this plan or job. */
  readonly clientOf: (registry: string) => DistributionClient;
  /** Keeps where tags were that are moved. */
  readonly movedTags: MovedTags;
  /** Counted by whoever makes the request. */
  readonly requests: RequestCounts;
}

/** What asking registries for blobs takes of them. */
export interface AskingParts extends Pick<PlanningParts, 'requests'> {
  readonly contentIndex: Pick<ContentIndex, 'mountCandidates' | 'sawBlobs' | 'lostBlobs' | 'refusedReading'>;
  readonly clientOf: (registry: string) => Pick<DistributionClient, 'headBlob' | 'account'> & {
    readonly profile: Pick<DistributionClient['profile'], 'mounts'>;
  };
}

/** No request yet. */
export function noRequests(): RequestCounts {
  return { head: 0, mount: 0, upload: 0, manifest: 0 };
}
