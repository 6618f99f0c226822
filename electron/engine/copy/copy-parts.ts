import { isLayoutPlace } from '../../../shared/models/image-location.ts';
import type { RequestCounts } from '../../../shared/models/plan.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { Share } from '../codec/share.ts';
import type { ContentIndex } from '../digests/content-index.ts';
import type { Bandwidth } from '../jobs/bandwidth.ts';
import type { BlobFlights } from '../jobs/blob-flights.ts';
import { EVERY_HOST, type HostSlots, type WantedSlot } from '../jobs/host-slots.ts';
import type { PauseGate } from '../jobs/pause-gate.ts';
import type { Clock } from '../ports.ts';
import type { DistributionClient } from '../registry/distribution-client.ts';
import type { MovedTags } from '../tags/moved-tags.ts';
import type { LocalBlob, WantedBlob } from './local-blobs.ts';

/** Questions to registries in flight: 16 parallel over HTTP/1.1 are within 2x of HTTP/2. */
export const QUESTIONS_AT_ONCE = 16;

/** What planning a copy works with. Owned by the engine; a plan or job borrows it. */
export interface CopyPlanningParts {
  readonly contentIndex: ContentIndex;
  /** The client of a registry or of an image layout, for this plan or job. */
  readonly clientOf: (place: string) => DistributionClient;
  /** Whether a registry mounts, as far as it is known. */
  readonly mountsAt: (place: string) => 'yes' | 'no' | 'unknown';
  /**
   * Where this computer has blobs that would else be read from these places, by digest; only what is cheaper to have here.
   */
  readonly localBlobs: (
    blobs: readonly (WantedBlob & { readonly from: readonly string[] })[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, LocalBlob>>;
  /** Whether a registry lists referrers itself, as far as it is known. */
  readonly listsReferrers: (place: string) => 'yes' | 'no' | 'unknown';
  /** Counted by whoever makes the request. */
  readonly requests: RequestCounts;
}

/** What a copy works with, beside what its plan takes. */
export interface CopyParts extends CopyPlanningParts {
  readonly clock: Pick<Clock, 'now' | 'steady'>;
  readonly codec: Pick<CodecPool, 'withPiece' | 'encode'>;
  readonly bandwidth: Bandwidth;
  readonly gate: PauseGate;
  readonly flights: BlobFlights;
  readonly slots: HostSlots;
  /** Of the job, among all that share slots, workers and bytes. */
  readonly share: Share;
  /** Layers and blobs at once, over all jobs. */
  readonly most: () => number;
  /** Keeps where tags were that are moved. */
  readonly movedTags: MovedTags;
  /** Whether a registry lists what refers to a manifest itself; asked where it is not known. */
  readonly askReferrers: (place: string, repository: string, digest: string, signal: AbortSignal) => Promise<boolean>;
  /** Blobs that a registry takes or gives at once. */
  readonly atOnce: (place: string) => number;
}

/** Slots of the hosts that a stream goes between, and one of all; image layouts have none of their own. */
export function slotsOf(parts: CopyParts, places: readonly string[]): WantedSlot[] {
  const hosts = [...new Set(places)].filter((place) => !isLayoutPlace(place));
  return [{ host: EVERY_HOST, limit: parts.most }, ...hosts.map((host) => ({ host, limit: () => parts.atOnce(host) }))];
}
