import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  CachedImagePlan,
  LayerBase,
  LayerKind,
  LayerReason,
  LayerSource,
  Origin,
  PlanReference,
  PopulatedCache,
  Verdict,
} from '../../../shared/models/plan.ts';
import type { SendAgain } from '../../../shared/models/push-options.ts';
import type { LayerPair, RepositoryName } from '../digests/content-index.ts';
import type { PushedDisk } from '../digests/pushed-chunks.ts';
import { chunksOf } from '../disk/chunks.ts';
import { dataWithin } from '../disk/holes.ts';
import type { DataRange } from '../native/seek-data.ts';
import { sha256 } from '../oci/digest.ts';
import { tartOciConfig } from '../oci/tart-manifest.ts';
import { type ComparedDisk } from './changed-since.ts';
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
  /** Of the config that the manifest names: a cached image's own, or the one that labels and settings make. */
  readonly ociConfigDigest: string;
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
  readonly labels?: Readonly<Record<string, string>>;
}

/** An empty draft: all that is known without reading or asking. */
export function createDraft(
  source: PushSource,
  targets: readonly PushTarget[],
  chunkSize: number,
  { sendAgain = [], verify = false, labels = {} }: DraftOptions = {},
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
    ociConfigDigest: source.verbatim?.config.digest ?? sha256(tartOciConfig({ ...source, labels })),
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

/** Fills `estimatedSize` of layers whose packed size is not known. */
export function estimateSizes({ layers }: PushDraft): void {
  const estimate = sizeEstimates(layers.filter(({ kind }) => kind === 'disk'));
  for (const layer of layers) layer.estimatedSize = estimate(layer);
}
