import type {
  LayerReason,
  Plan,
  PlanBytes,
  PlanLayer,
  PlanTarget,
  RequestCounts,
} from '../../../shared/models/plan.ts';
import { profileOf } from '../registry/hosts/host-profile.ts';
import { sinceKnown } from './changed-since.ts';
import { type LayerVerdict, verdictsOf } from './draft-verdicts.ts';
import { estimateTransfer, NOTHING_MEASURED, type TransferRates } from './estimate-transfer.ts';
import { expectedRequests, sumOfRequests } from './expected-requests.ts';
import { type DraftLayer, type DraftTarget, estimateSizes, type PushDraft } from './push-draft.ts';
import type { PushTarget } from './push-targets.ts';

/** The packed bytes of a layer, or what they are expected to be: ratio of the layers known so far, else raw size. */
function packedSize(layer: DraftLayer): number {
  return layer.size ?? layer.estimatedSize ?? 0;
}

/** Bytes of one target by verdict. Layers without a verdict count as packed only. */
function targetBytes(draft: PushDraft, verdicts: readonly LayerVerdict[]): PlanBytes {
  const bytes: PlanBytes = {
    raw: draft.source.diskSize,
    packed: 0,
    read: draft.work.read,
    encoded: draft.work.encoded,
    uploaded: 0,
    mounted: 0,
    present: 0,
    duplicate: 0,
  };
  for (const layer of draft.layers) {
    const size = packedSize(layer);
    bytes.packed += size;
    switch (verdicts[layer.index]?.verdict) {
      case 'present':
        bytes.present += size;
        break;
      case 'mount':
        bytes.mounted += size;
        break;
      case 'duplicate':
        bytes.duplicate += size;
        break;
      case 'upload':
        bytes.uploaded += size;
        break;
      case null:
      case undefined:
        break;
    }
  }
  return bytes;
}

/** Targets that the figures of the whole push are about: the copy in the local store counts only where there is nothing else. */
export function countedTargets<Target extends Pick<PushTarget, 'place'>>(
  targets: readonly Target[],
): readonly Target[] {
  const others = targets.filter(({ place }) => place !== 'store');
  return others.length === 0 ? targets : others;
}

/** Sums what is per target; what is per job (raw, read, encoded) counts once. */
export function totalBytes(draft: PushDraft, perTarget: readonly PlanBytes[]): PlanBytes {
  const sum = (pick: (bytes: PlanBytes) => number): number =>
    perTarget.reduce((total, bytes) => total + pick(bytes), 0);
  return {
    raw: draft.source.diskSize,
    packed: perTarget[0]?.packed ?? 0,
    read: draft.work.read,
    encoded: draft.work.encoded,
    uploaded: sum((bytes) => bytes.uploaded),
    mounted: sum((bytes) => bytes.mounted),
    present: sum((bytes) => bytes.present),
    duplicate: sum((bytes) => bytes.duplicate),
  };
}

/** Since when a layer is as it is, or another one. Layer 0 is the VM config. */
function sinceOf(draft: PushDraft, { index, kind, rawDigest }: DraftLayer): ReturnType<typeof sinceKnown> {
  return sinceKnown(draft, index - 1, kind === 'disk' ? rawDigest : null);
}

/** Of what has to be uploaded: whether it is known from elsewhere, changed since the last push or base, or new to the repository. */
function reasonOf(layer: DraftLayer, own: LayerVerdict, changed: boolean, firstHere: boolean): LayerReason {
  if (own.verdict !== 'upload' || layer.kind !== 'disk' || layer.knownFrom !== null) return own.reason;
  if (changed) return 'changed';
  return layer.digest !== null && firstHere ? 'newRepository' : own.reason;
}

/** One layer as a plan shows it for one target. `firstHere`: the target's repository was found to hold nothing of the image. */
function planLayer(draft: PushDraft, layer: DraftLayer, own: LayerVerdict | undefined, firstHere: boolean): PlanLayer {
  const since = sinceOf(draft, layer);
  return {
    index: layer.index,
    kind: layer.kind,
    rawOffset: layer.rawOffset,
    rawDigest: layer.rawDigest,
    rawSize: layer.rawSize,
    digest: layer.digest,
    size: layer.size,
    estimatedSize: layer.estimatedSize,
    verdict: own?.verdict ?? null,
    origin: layer.origin,
    zero: layer.zero,
    reason: own === undefined ? 'notReadYet' : reasonOf(layer, own, since.changedSinceMs !== null, firstHere),
    mountedFrom: own?.mountedFrom ?? null,
    base: layer.base,
    knownFrom: layer.knownFrom,
    ...since,
  };
}

/** One target without its layers. */
function planTarget(
  draft: PushDraft,
  target: DraftTarget,
  verdicts: readonly LayerVerdict[],
  sendSeconds: number | null,
): Omit<PlanTarget, 'layers'> {
  return {
    place: target.place,
    registry: target.registry,
    repository: target.repository,
    manifestDigest: target.manifestDigest,
    knownUploadTime: target.knownUploadTime,
    layerLimit: profileOf(target.registry).layerLimit,
    storeRoom: null,
    references: target.states.map((state) => ({ ...state })),
    bytes: targetBytes(draft, verdicts),
    sendSeconds,
    expectedRequests: expectedRequests(draft, target, verdicts),
  };
}

/** These layers as one target has them; null = all. Indexes of no layer are passed over. */
function planLayers(
  draft: PushDraft,
  verdicts: readonly LayerVerdict[],
  indexes: readonly number[] | null,
): PlanLayer[] {
  const firstHere = verdicts.every(({ verdict }) => verdict !== 'present');
  const layers = indexes === null ? draft.layers : indexes.flatMap((index) => draft.layers[index] ?? []);
  return layers.map((layer) => planLayer(draft, layer, verdicts[layer.index], firstHere));
}

/** What a plan says of the whole and of its targets, and what it would say of layers. Times are left out. */
export interface PlanFigures {
  readonly bytes: PlanBytes;
  readonly targets: readonly Omit<PlanTarget, 'layers'>[];
  /** These layers for the first target, as they are when it is called; null = all. */
  readonly layersAt: (indexes: readonly number[] | null) => PlanLayer[];
}

/**
 * Draws the figures of a draft without its layers: a push is shown ten times a second, and the rows of a large disk, drawn
 * anew each time, are garbage that grows with the disk and makes the process grow.
 */
export function planFiguresOf(draft: PushDraft): PlanFigures {
  estimateSizes(draft);
  const verdicts = draft.targets.map((target) => verdictsOf(draft, target));
  const { ofTargets } = estimateTransfer(draft, verdicts, NOTHING_MEASURED);
  const targets = draft.targets.map((target, at) =>
    planTarget(draft, target, verdicts[at] ?? [], ofTargets[at] ?? null),
  );
  return {
    bytes: bytesOf(draft, targets),
    targets,
    layersAt: (indexes) => planLayers(draft, verdicts[0] ?? [], indexes),
  };
}

/** Of all targets that count. */
function bytesOf(draft: PushDraft, targets: readonly Pick<PlanTarget, 'place' | 'bytes'>[]): PlanBytes {
  const perTarget = countedTargets(targets).map(({ bytes }) => bytes);
  return totalBytes(draft, perTarget);
}

/** What a plan says beside its layers. */
export interface PlanHead {
  readonly jobId: string;
  readonly seconds: number;
  readonly madeMs: number;
  /** What was measured; null in the document of a push, which estimates nothing. */
  readonly rates: TransferRates | null;
  readonly requests: RequestCounts;
}

/** Draws the plan document from a draft. */
export function planOf(draft: PushDraft, head: PlanHead): Plan {
  estimateSizes(draft);
  const verdicts = draft.targets.map((target) => verdictsOf(draft, target));
  const { seconds, ofTargets, ...estimate } = estimateTransfer(draft, verdicts, head.rates ?? NOTHING_MEASURED);
  const targets = draft.targets.map((target, at): PlanTarget => {
    const own = verdicts[at] ?? [];
    return { ...planTarget(draft, target, own, ofTargets[at] ?? null), layers: planLayers(draft, own, null) };
  });
  return {
    jobId: head.jobId,
    vmId: draft.source.vmId,
    vmName: draft.source.vmName,
    seconds: head.seconds,
    estimatedSeconds: seconds,
    rate: head.rates === null ? null : slowestLink(targets, head.rates),
    estimate,
    madeMs: head.madeMs,
    complete: targets.every((target) => target.layers.every(({ verdict }) => verdict !== null)),
    source: draft.source.protection,
    lockedMs: draft.source.lockedMs,
    suspended: draft.source.suspended,
    cachedImage: draft.cachedImage,
    ...(draft.populatedCache === null ? {} : { populatedCache: draft.populatedCache }),
    chunkSize: draft.chunkSize,
    bytes: bytesOf(draft, targets),
    requests: { ...head.requests },
    expectedRequests: sumOfRequests(targets.map((target) => target.expectedRequests)),
    targets,
  };
}

/** Bytes a second to the slowest of the registries; null where one was never measured, and where there is none. */
function slowestLink(targets: readonly PlanTarget[], { linkTo }: TransferRates): number | null {
  // Into a folder it is quick, next to any link.
  const remote = targets.filter(({ place }) => place === 'registry');
  const links = remote.map(({ registry }) => linkTo(registry));
  const known = links.filter((rate) => rate !== null);
  return known.length === 0 || known.length < links.length ? null : Math.min(...known);
}
