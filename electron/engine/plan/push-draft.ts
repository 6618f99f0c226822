import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  CachedImagePlan,
  LayerBase,
  LayerKind,
  LayerReason,
  LayerSource,
  Origin,
  Plan,
  PlanBytes,
  PlanLayer,
  PlanReference,
  PlanTarget,
  PopulatedCache,
  RequestCounts,
  Verdict,
} from '../../../shared/models/plan.ts';
import type { SendAgain } from '../../../shared/models/push-options.ts';
import type { LayerPair, RepositoryName } from '../digests/content-index.ts';
import type { PushedDisk } from '../digests/pushed-chunks.ts';
import { chunksOf } from '../disk/chunks.ts';
import { dataWithin } from '../disk/holes.ts';
import type { DataRange } from '../native/seek-data.ts';
import { profileOf } from '../registry/hosts/host-profile.ts';
import { type ComparedDisk, sinceKnown } from './changed-since.ts';
import { estimateTransfer, NOTHING_MEASURED, type TransferRates } from './estimate-transfer.ts';
import { expectedRequests, sumOfRequests } from './expected-requests.ts';
import type { PushSource } from './push-source.ts';
import type { PushTarget } from './push-targets.ts';
import { sizeEstimates } from './size-estimates.ts';

/** What one target needs of a layer digest. */
export interface Presence {
  readonly verdict: Exclude<Verdict, 'duplicate'>;
  readonly reason: LayerReason;
  readonly mountedFrom: string | null;
}

/** The target's repository has it. */
export const PRESENT: Presence = { verdict: 'present', reason: 'inRepository', mountedFrom: null };

/** The target's repository lacks it. */
export const ABSENT: Presence = { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null };

/** Asked for: the target gets it whatever it says. */
export const SENT_AGAIN: Presence = { verdict: 'upload', reason: 'sentAgain', mountedFrom: null };

/** A layer of the image under way: filled in as its digests become known. */
export interface DraftLayer {
  readonly index: number;
  readonly kind: Extract<LayerKind, 'config' | 'disk' | 'nvram'>;
  /** First raw byte on the disk; null for config and NVRAM. */
  readonly rawOffset: number | null;
  rawSize: number;
  /** Raw bytes outside the holes of the disk; all of them where the file system does not tell. */
  readonly dataSize: number;
  rawDigest: string | null;
  zero: boolean;
  digest: string | null;
  size: number | null;
  estimatedSize: number | null;
  origin: Origin;
  /** Nothing can be known of it before it is sent: hashed, encoded and sent in one pass. */
  streamed: boolean;
  /** Encoding the raw bytes is known to give the digest. */
  proven: boolean;
  /** Only a cached image tells of the digest: our encoder may make another layer. */
  local: boolean;
  /** The file that the chunk shares its blocks with. */
  base: LayerBase | null;
  /** The raw digest, too, is what an image's manifest says of the bytes, and nobody has hashed them: no fact for others. */
  claimed: boolean;
  /** Layers that manifests of cached images name for the blocks that the chunk shares with them. */
  claims: readonly LayerClaim[];
  /** The repository that the packed bytes are copied from, where they cannot be made from the disk. */
  copyFrom: RepositoryName | null;
  /** What was read and encoded for it. */
  readonly work: DraftWork;
  /** Where the layer is known from. */
  knownFrom: LayerSource | null;
}

/** What the manifest of a cached image says of a chunk whose blocks are the image's. */
export interface LayerClaim extends LayerPair {
  /** The repository whose manifest states it. */
  readonly home: RepositoryName;
  readonly base: LayerBase;
}

/** A target under way. */
export interface DraftTarget extends PushTarget {
  readonly states: PlanReference[];
  manifestDigest: string | null;
  knownUploadTime: string | null;
  /** By layer digest, as far as it is known. */
  readonly presence: Map<string, Presence>;
}

/** Work done so far: disk bytes read, raw bytes encoded. */
export interface DraftWork {
  read: number;
  encoded: number;
}

/** A push before and while it happens: the one mutable structure from which plans and jobs are drawn. */
export interface PushDraft {
  readonly source: PushSource;
  readonly chunkSize: number;
  readonly targets: DraftTarget[];
  /** Config, chunks in disk order, NVRAM. */
  readonly layers: DraftLayer[];
  readonly work: DraftWork;
  /** Bytes of the VM config layer: ours, or those of a known manifest that spells the same settings in another way. */
  configBytes: Uint8Array;
  /** The OCI config that a cached image's own manifest names; null while no target was found to lack it. */
  ociConfig: Uint8Array | null;
  /** Whether the repository that a cached image came from has a blob, of those that were asked for. */
  readonly homeHas: Map<string, boolean>;
  /** Repositories that layers of cached images can be mounted from, by layer digest: for a local VM that holds their chunks. */
  readonly offers: Map<string, RepositoryName>;
  /** Other repositories that answered that they have a blob, by registry and digest; null = none of those asked. */
  readonly neighbours: Map<string, string | null>;
  /** Blobs that every target gets whatever it says: by packed digest, or all. */
  readonly sendAgain: SendAgain;
  /** Every blob of the image is read back before its manifest is put. */
  readonly verify: boolean;
  /** Layer digests that targets are being asked for. */
  readonly asking: Map<string, Promise<void>>;
  /** What the last push of this VM sent; null while it was not looked for, and where there was none. */
  lastPush: PushedDisk | null;
  /** Bases that the disk was compared with and may have been made of, those that are most likely first. */
  readonly compared: ComparedDisk[];
  /** How a cached image is pushed; null for a local VM. */
  cachedImage: CachedImagePlan | null;
  /** What became of Tart's cache; null while it was not populated. */
  populatedCache: PopulatedCache | null;
  /** The blob for whose sake a cached image cannot be pushed as it is. */
  lacking: string | null;
}

/** What was asked for beyond a plain push. */
export interface DraftOptions {
  readonly sendAgain?: SendAgain | undefined;
  readonly verify?: boolean;
}

/** An empty draft: all that is known without reading or asking. */
export function createDraft(
  source: PushSource,
  targets: readonly PushTarget[],
  chunkSize: number,
  { sendAgain = [], verify = false }: DraftOptions = {},
): PushDraft {
  const blank = {
    rawDigest: null,
    zero: false,
    digest: null,
    size: null,
    estimatedSize: null,
    streamed: false,
    proven: false,
    local: false,
    base: null,
    claimed: false,
    claims: [],
    copyFrom: null,
    knownFrom: null,
  };
  const layers: DraftLayer[] = [];
  layers.push({
    ...blank,
    work: { read: 0, encoded: 0 },
    index: 0,
    kind: 'config',
    rawOffset: null,
    rawSize: source.configBytes.length,
    dataSize: source.configBytes.length,
    origin: 'direct',
  });
  for (const chunk of chunksOfSource(source, chunkSize)) {
    layers.push({
      ...blank,
      work: { read: 0, encoded: 0 },
      index: layers.length,
      kind: 'disk',
      rawOffset: chunk.offset,
      rawSize: chunk.length,
      dataSize: dataBytes(source, chunk),
      origin: 'unknown',
    });
  }
  layers.push({
    ...blank,
    work: { read: 0, encoded: 0 },
    index: layers.length,
    kind: 'nvram',
    rawOffset: null,
    rawSize: source.nvramSize,
    dataSize: source.nvramSize,
    origin: 'direct',
  });
  return {
    source,
    chunkSize,
    targets: targets.map((target) => ({
      ...target,
      states: [],
      manifestDigest: null,
      knownUploadTime: null,
      presence: new Map(),
    })),
    layers,
    work: { read: 0, encoded: 0 },
    configBytes: source.configBytes,
    ociConfig: null,
    homeHas: new Map(),
    offers: new Map(),
    neighbours: new Map(),
    sendAgain,
    verify,
    asking: new Map(),
    lastPush: null,
    compared: [],
    cachedImage:
      source.image === null
        ? null
        : {
            digest: source.image.digest,
            manifest: source.verbatim === null ? 'new' : 'asIs',
            reason: source.newBecause,
          },
    populatedCache: null,
    lacking: null,
  };
}

/** Counts bytes that were read and encoded for a layer. */
export function countWork(draft: PushDraft, layer: DraftLayer, { read = 0, encoded = 0 }: Partial<DraftWork>): void {
  for (const work of [draft.work, layer.work]) {
    work.read += read;
    work.encoded += encoded;
  }
}

/** Whether a blob is sent to every target whatever it says. */
export function isSentAgain({ sendAgain }: Pick<PushDraft, 'sendAgain'>, digest: string): boolean {
  return sendAgain === 'all' || sendAgain.includes(digest);
}

/** Bytes of a chunk that lie outside the holes of the disk. */
function dataBytes({ dataRanges }: PushSource, { offset, length }: DataRange): number {
  return dataRanges === null ? length : dataWithin(dataRanges, offset, length);
}

/** Cuts of the disk; a cached image keeps the cuts that its manifest names, whatever their length. */
function chunksOfSource(source: PushSource, chunkSize: number): { offset: number; length: number }[] {
  const lengths: number[] = [];
  if (source.verbatim === null) return chunksOf(source.diskSize, chunkSize);
  for (const layer of source.verbatim.disk) lengths.push(layer.rawSize);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== source.diskSize) throw new AppError('image.manifestMissing', { name: source.vmName });
  let offset = 0;
  return lengths.map((length) => {
    const chunk = { offset, length };
    offset += length;
    return chunk;
  });
}

/** The packed bytes of a layer, or what they are expected to be: ratio of the layers known so far, else raw size. */
function packedSize(layer: DraftLayer): number {
  return layer.size ?? layer.estimatedSize ?? 0;
}

/** Fills `estimatedSize` of layers whose packed size is not known. */
export function estimateSizes({ layers }: PushDraft): void {
  const estimate = sizeEstimates(layers.filter(({ kind }) => kind === 'disk'));
  for (const layer of layers) layer.estimatedSize = estimate(layer);
}

/** A layer's verdict for one target, with the reason. */
export interface LayerVerdict {
  readonly verdict: Verdict | null;
  readonly reason: LayerReason;
  readonly mountedFrom: string | null;
}

/**
 * The verdict of every layer for one target, derived from what is known: a layer is a duplicate of an earlier one with its
 * digest, or with its raw digest unless both are known to be packed differently. What only encoding can name goes to the
 * first target of a registry and is mounted from there in the others, unless all is sent to each of them.
 */
export function verdictsOf(draft: PushDraft, target: DraftTarget): LayerVerdict[] {
  const packed = new Set<string>();
  const packedAs = new Map<string, string | null>();
  const sender = draft.targets.find(({ registry }) => registry === target.registry);
  return draft.layers.map((layer) => {
    const { digest } = layer;
    const rawDigest = layer.claimed ? null : layer.rawDigest;
    const twin = rawDigest === null ? undefined : packedAs.get(rawDigest);
    const sameRaw = twin !== undefined && (twin === null || digest === null || twin === digest);
    const earlier = sameRaw || (digest !== null && packed.has(digest));
    if (digest !== null) packed.add(digest);
    if (rawDigest !== null) packedAs.set(rawDigest, digest ?? twin ?? null);
    if (earlier) {
      return { verdict: 'duplicate', reason: layer.zero ? 'allZeros' : 'sameDigestEarlier', mountedFrom: null };
    }
    if (digest !== null) {
      return target.presence.get(digest) ?? { verdict: null, reason: 'notReadYet', mountedFrom: null };
    }
    if (rawDigest !== null || layer.streamed) {
      return sender === undefined || sender === target || draft.sendAgain === 'all'
        ? { verdict: 'upload', reason: 'notEncodedYet', mountedFrom: null }
        : { verdict: 'mount', reason: 'sentByAnotherTarget', mountedFrom: sender.repository };
    }
    return { verdict: null, reason: 'notReadYet', mountedFrom: null };
  });
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
function reasonOf(draft: PushDraft, layer: DraftLayer, own: LayerVerdict, firstHere: boolean): LayerReason {
  if (own.verdict !== 'upload' || layer.kind !== 'disk' || layer.knownFrom !== null) return own.reason;
  if (sinceOf(draft, layer).changedSinceMs !== null) return 'changed';
  return layer.digest !== null && firstHere ? 'newRepository' : own.reason;
}

/** One layer as a plan shows it for one target. `firstHere`: the target's repository was found to hold nothing of the image. */
function planLayer(draft: PushDraft, layer: DraftLayer, own: LayerVerdict | undefined, firstHere: boolean): PlanLayer {
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
    reason: own === undefined ? 'notReadYet' : reasonOf(draft, layer, own, firstHere),
    mountedFrom: own?.mountedFrom ?? null,
    base: layer.base,
    knownFrom: layer.knownFrom,
    ...sinceOf(draft, layer),
  };
}

/** One target with its layers. */
function planTarget(
  draft: PushDraft,
  target: DraftTarget,
  verdicts: readonly LayerVerdict[],
  sendSeconds: number | null,
): PlanTarget {
  const firstHere = verdicts.every(({ verdict }) => verdict !== 'present');
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
    layers: draft.layers.map((layer) => planLayer(draft, layer, verdicts[layer.index], firstHere)),
  };
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
  const targets = draft.targets.map((target, at) =>
    planTarget(draft, target, verdicts[at] ?? [], ofTargets[at] ?? null),
  );
  const bytes = totalBytes(
    draft,
    countedTargets(targets).map((target) => target.bytes),
  );
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
    bytes,
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
