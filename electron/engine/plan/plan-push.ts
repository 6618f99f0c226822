import { AppError } from '../../../shared/errors/app-error.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import { askPresence } from './ask-presence.ts';
import { askTags } from './ask-tags.ts';
import {
  fillFromCache,
  fillFromManifest,
  fillFromReads,
  fillHoles,
  fillPairs,
  readChunk,
  unencodedLayers,
  unreadLayers,
} from './chunk-digests.ts';
import type { TransferRates } from './estimate-transfer.ts';
import { fillFromExtents } from './fill-from-extents.ts';
import { dropUnservedClaim, takeClaims } from './layer-claims.ts';
import { learnAlikeRepositories, learnNewestManifests } from './learn-newest-manifests.ts';
import { learnTargetManifests } from './learn-target-manifests.ts';
import { limited } from './limited.ts';
import { planOf } from './plan-document.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftLayer, PushDraft } from './push-draft.ts';
import { type ManifestChoice, settleManifest } from './settle-manifest.ts';
import { fillSmallLayers } from './small-layers.ts';
import { supplyVerbatim } from './supply-verbatim.ts';
import { takeCachedLayer } from './take-cached-layer.ts';

/**
 * The part of a plan that reads no disk byte: digests from the cached image's manifest, the digest cache, holes, blocks that
 * are shared with other disks, and the content index; every tag and every known layer asked for. Unread chunks stay without a verdict.
 */
export async function planWithoutReading(
  parts: PlanningParts,
  draft: PushDraft,
  expectedTags: Readonly<Record<string, string | null>>,
  signal: AbortSignal,
): Promise<void> {
  const tags = askTags(parts, draft, expectedTags, signal);
  // Beside the local work: what the newest images there are made of may name chunks before anything is encoded.
  const newest = draft.source.verbatim === null ? learnNewestManifests(parts, draft, signal) : Promise.resolve([]);
  fillFromManifest(draft);
  const local = (async () => {
    draft.lastPush = await parts.pushedChunks.last(draft.source.vmId, draft.chunkSize);
    await fillFromCache(parts, draft);
    fillFromReads(draft);
    await fillHoles(parts, draft, signal);
    await fillFromExtents(parts, draft, signal);
    parts.codec.warm(unreadLayers(draft).length);
    await fillSmallLayers(parts, draft, signal);
  })();
  const [unknown] = await Promise.all([newest, tags, local]);
  await fillPairs(parts, draft, draft.layers, signal);
  if (draft.source.verbatim === null) {
    // What the tags point at now may name the chunks, and may be the very manifest that this push would write.
    await Promise.all([
      learnTargetManifests(parts, draft, signal),
      learnAlikeRepositories(parts, draft, unknown, signal),
    ]);
    await fillPairs(parts, draft, draft.layers, signal);
    await takeClaims(parts, draft);
  }
  await askPresence(parts, draft, draft.layers, signal);
  for (const layer of draft.layers) dropUnservedClaim(draft, layer);
  await supplyVerbatim(parts, draft, signal);
}

/** @throws AppError `image.layerMissing` if a cached image cannot be pushed as it is */
export function refuseLacking({ lacking, source }: PushDraft): void {
  if (lacking !== null) throw new AppError('image.layerMissing', { name: source.vmName, digest: lacking });
}

function transferRates({ rates, linkRate, bandwidthLimit }: PlanningParts): TransferRates {
  return {
    reading: rates.reading.bytesPerSecond,
    hashing: rates.hashing.bytesPerSecond,
    encoder: rates.encoder.bytesPerSecond,
    linkTo: (registry) => linkRate([registry]),
    limit: bandwidthLimit(),
  };
}

/** Chunks read at once while a plan fills in: as many as the codec has workers is enough to keep them busy. */
const READS_AT_ONCE = 4;

/** What a plan is made for. */
export interface PlanPushOptions {
  readonly planId: string;
  readonly manifest: ManifestChoice;
  readonly expectedTags: Readonly<Record<string, string | null>>;
  /** A new manifest was agreed to: the caller plans again with one when `image.layerMissing` is thrown. */
  readonly newManifest: boolean;
  /** Called as the plan fills in; the receiver limits how often it draws. */
  readonly onChange: (draw: () => Plan) => void;
}

/** Makes the whole plan of a push: reads and hashes what nothing else tells, and encodes nothing. */
export async function planPush(
  parts: PlanningParts,
  draft: PushDraft,
  options: PlanPushOptions,
  signal: AbortSignal,
): Promise<Plan> {
  const started = parts.clock.steady();
  const stopped = AbortSignal.any([signal, draft.source.lost]);
  const draw = (): Plan => {
    return planOf(draft, {
      jobId: options.planId,
      seconds: Math.round(parts.clock.steady() - started) / 1000,
      madeMs: parts.clock.now(),
      rates: transferRates(parts),
      requests: parts.requests,
    });
  };
  await planWithoutReading(parts, draft, options.expectedTags, stopped);
  if (options.newManifest) refuseLacking(draft);
  options.onChange(draw);
  await limited(
    unencodedLayers(draft),
    () => READS_AT_ONCE,
    stopped,
    async (layer: DraftLayer, ended) => {
      if (layer.rawDigest === null) await readChunk(parts, draft, layer, ended, () => options.onChange(draw));
      await takeCachedLayer(parts, draft, layer, ended);
      await askPresence(parts, draft, [layer], ended);
      options.onChange(draw);
    },
  );
  if (draft.lacking === null) await settleManifest(parts, draft, options.manifest, stopped);
  await draft.source.confirmUnchanged();
  return draw();
}
