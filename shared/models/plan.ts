import { z } from 'zod';
import { errorDataSchema } from './error-data.ts';

/** What the target needs of a layer. */
export const verdictSchema = z.enum(['present', 'mount', 'duplicate', 'upload']);

/**
 * How a layer's digest became known, cheapest first; of a copy where its bytes come from: `remote` = its source, `store` = the
 * local store, `encoded` = a disk of this computer.
 */
export const originSchema = z.enum([
  'cache',
  'extents',
  'zero',
  'index',
  'encoded',
  'unknown',
  'direct',
  'store',
  'remote',
]);

/** What a layer holds. */
export const layerKindSchema = z.enum(['config', 'disk', 'nvram', 'overlay', 'layer', 'manifest']);

/** Why a layer has its verdict, as a code; the hosts turn it into words. */
export const layerReasonSchema = z.enum([
  'inRepository',
  'sameDigestEarlier',
  'allZeros',
  'mountable',
  /** It lies in the registry, which was not seen to mount yet. */
  'mountUntried',
  'notInRegistry',
  'changed',
  'newRepository',
  'notReadYet',
  'notEncodedYet',
  'sentByAnotherTarget',
  /** Asked for: whatever the registry says. */
  'sentAgain',
]);

/** State of one reference of a target: `moves` names the digest that the tag leaves, `kept` the one that it keeps. */
export const referenceStateSchema = z.enum(['new', 'same', 'moves', 'kept', 'conflict', 'written', 'failed']);

/** Bytes by what happens to them. All packed but `raw`, `read` and `encoded`, which are disk bytes. */
export const planBytesSchema = z.object({
  /** Raw disk size. */
  raw: z.number(),
  /** Packed size of the layers; layers whose size is unknown count with their estimate. */
  packed: z.number(),
  /** Disk bytes read in this job. */
  read: z.number(),
  /** Raw bytes encoded in this job. */
  encoded: z.number(),
  uploaded: z.number(),
  mounted: z.number(),
  present: z.number(),
  duplicate: z.number(),
});

/** Requests made in this job, by kind. */
export const requestCountsSchema = z.object({
  head: z.number(),
  mount: z.number(),
  upload: z.number(),
  manifest: z.number(),
});

/** What is expected of the transfer that a plan describes, by what was measured. Seconds; null = never measured here. */
export const transferEstimateSchema = z.object({
  /** Reading and hashing the chunks that have not been read yet. */
  readSeconds: z.number().nullable(),
  /** Encoding what is uploaded: each layer once, however many targets. */
  encodeSeconds: z.number().nullable(),
  /** Sending it: registries at once, the repositories of one registry share its link. */
  sendSeconds: z.number().nullable(),
  /**
   * What the whole waits for: the link, or this computer's reading or encoding, which share its processors; null while
   * a part of it is not known, or nothing is to be done.
   */
  bound: z.enum(['read', 'encode', 'send']).nullable(),
});

/** A file of this computer that nobody writes, whose blocks a chunk shares. */
export const layerBaseSchema = z.object({
  kind: z.enum(['snapshot', 'image']),
  /** The VM of the snapshot, or the cached image as `host/repository:tag`. */
  name: z.string(),
  /** When the snapshot was made, or the image's disk was written; ms since the epoch. */
  madeMs: z.number(),
});

/** Where a layer is known from: the newest manifest that was seen to name it. */
export const layerSourceSchema = z.object({
  registry: z.string(),
  repository: z.string(),
  /** A tag that pointed at that manifest when its repository was last read; null where none is known. */
  tag: z.string().nullable(),
});

/** One layer as a plan shows it for one target. Sizes in bytes. */
export const planLayerSchema = z.object({
  /** Place in the manifest: 0 is the VM config, then the chunks in disk order, last the NVRAM. */
  index: z.number(),
  kind: layerKindSchema,
  /** First raw byte on the disk; null for config and NVRAM. */
  rawOffset: z.number().nullable(),
  rawDigest: z.string().nullable(),
  rawSize: z.number(),
  digest: z.string().nullable(),
  size: z.number().nullable(),
  /** Expected packed bytes while `size` is unknown. */
  estimatedSize: z.number().nullable(),
  /** Null while the chunk has not been read. */
  verdict: verdictSchema.nullable(),
  origin: originSchema,
  /** All raw bytes are zero. */
  zero: z.boolean(),
  reason: layerReasonSchema,
  /** Repository of the same registry that a mount takes the layer from. */
  mountedFrom: z.string().nullable(),
  /** Origin `extents`: the file that the chunk shares its blocks with. */
  base: layerBaseSchema.nullable().default(null),
  /** Origin `index`: where the layer is known from. */
  knownFrom: layerSourceSchema.nullable().default(null),
  /** The chunk is not what the last push of this VM sent, or what a newer base of it has, at this time; ms since the epoch. */
  changedSinceMs: z.number().nullable().default(null),
  /** The base that `changedSinceMs` is about; null = the last push. */
  changedFrom: layerBaseSchema.nullable().default(null),
  /** The chunk is what the last push of this VM sent, at this time; ms since the epoch. */
  unchangedSinceMs: z.number().nullable().default(null),
});

/** One reference of a target, and what the push does to its tag. */
export const planReferenceSchema = z.object({
  reference: z.string(),
  tag: z.string(),
  state: referenceStateSchema,
  /** Digest that the tag had when it was asked; null for a new tag. */
  previousDigest: z.string().nullable(),
});

/** What a target is: a registry's repository, an OCI image layout, or the local store, which keeps a copy. */
export const targetPlaceSchema = z.enum(['registry', 'layout', 'store']);

/** One repository that the push writes to. */
export const planTargetSchema = z.object({
  place: targetPlaceSchema.default('registry'),
  /** `host[:port]`, or `oci:` and the folder of an image layout. */
  registry: z.string(),
  repository: z.string(),
  /** Null unless a known manifest is pushed again (planning), or once it is written (push). */
  manifestDigest: z.string().nullable(),
  /** Upload time of the manifest that is pushed again, ISO 8601; null when a new one is written. */
  knownUploadTime: z.string().nullable(),
  /** Most layers that the registry takes in one manifest; null = no known limit. A push of more is `registry.layerLimit`. */
  layerLimit: z.number().nullable().default(null),
  /** Bytes that the budget of the local store leaves, where the target is the registry of this computer; null = no bound. */
  storeRoom: z.number().nullable().default(null),
  references: z.array(planReferenceSchema),
  bytes: planBytesSchema,
  /** Seconds that sending to this target takes by itself; null where the link was never measured. */
  sendSeconds: z.number().nullable().default(null),
  /** Requests that the transfer makes of this target when nothing goes wrong, as far as its layers are known. */
  expectedRequests: requestCountsSchema.default({ head: 0, mount: 0, upload: 0, manifest: 0 }),
  layers: z.array(planLayerSchema),
});

/** How a cached image is pushed. */
export const cachedImagePlanSchema = z.object({
  /** Manifest digest of the image: the name of its folder. */
  digest: z.string(),
  /**
   * `asIs` = with the very bytes of its manifest; `new` = with a new manifest, whose digest is another; `newNeeded` = only
   * a new manifest would do, and the request does not agree to it (`newManifest`): the push would be refused.
   */
  manifest: z.enum(['asIs', 'new', 'newNeeded']),
  /** Why not as it is: its manifest was not kept, or a layer can neither be made from the disk nor be had from a registry. */
  reason: z.enum(['manifestMissing', 'layerMissing']).nullable(),
});

/** What became of Tart's cache after a push that was to populate it: the image is there, or why not. */
export const populatedCacheSchema = z.object({ error: errorDataSchema.nullable() });

/** What a push would do, layer by layer. Also the document of `tartan plan --json`. */
export const planSchema = z.object({
  jobId: z.string(),
  /** The VM or cached image: `vm.id`. */
  vmId: z.string(),
  vmName: z.string(),
  /** Seconds that planning (or, in a push document, the push) took. */
  seconds: z.number(),
  /** Expected seconds of the transfer; null while no rate is known. */
  estimatedSeconds: z.number().nullable(),
  /** Measured bytes a second that the estimate rests on. */
  rate: z.number().nullable(),
  /** What `estimatedSeconds` is made of. */
  estimate: transferEstimateSchema.default({ readSeconds: null, encodeSeconds: null, sendSeconds: null, bound: null }),
  /** ms since the epoch. */
  madeMs: z.number(),
  /** Every chunk has a verdict. */
  complete: z.boolean(),
  /** How the source is protected while it is read. */
  source: z.enum(['lock', 'snapshot', 'image', 'unlocked']),
  /** ms that Tart's lock was held for the snapshot; null while it is held, and where there was none. */
  lockedMs: z.number().nullable().default(null),
  suspended: z.boolean(),
  /** Null for a local VM. */
  cachedImage: cachedImagePlanSchema.nullable(),
  /** Absent in a plan, and where the push was not asked to populate Tart's cache. */
  populatedCache: populatedCacheSchema.optional(),
  chunkSize: z.number(),
  /** Over all targets but the local store, whose copy costs nothing on any link, unless that is the only one. */
  bytes: planBytesSchema,
  requests: requestCountsSchema,
  /** Requests that the transfer is expected to make, over all targets. */
  expectedRequests: requestCountsSchema.default({ head: 0, mount: 0, upload: 0, manifest: 0 }),
  targets: z.array(planTargetSchema),
});

/** A layer of which nothing is told but its verdict. */
export const UNTRACED = {
  base: null,
  knownFrom: null,
  changedSinceMs: null,
  changedFrom: null,
  unchangedSinceMs: null,
} as const;

/** What became of Tart's cache. */
export type PopulatedCache = z.infer<typeof populatedCacheSchema>;
/** What a target is. */
export type TargetPlace = z.infer<typeof targetPlaceSchema>;
/** What the target needs of a layer. */
export type Verdict = z.infer<typeof verdictSchema>;
/** How a layer's digest became known. */
export type Origin = z.infer<typeof originSchema>;
/** What a layer holds. */
export type LayerKind = z.infer<typeof layerKindSchema>;
/** Why a layer has its verdict. */
export type LayerReason = z.infer<typeof layerReasonSchema>;
/** What becomes of a tag. */
export type ReferenceState = z.infer<typeof referenceStateSchema>;
/** Bytes by what happens to them. */
export type PlanBytes = z.infer<typeof planBytesSchema>;
/** Requests by kind. */
export type RequestCounts = z.infer<typeof requestCountsSchema>;
/** What is expected of a transfer. */
export type TransferEstimate = z.infer<typeof transferEstimateSchema>;
/** A file that a chunk shares its blocks with. */
export type LayerBase = z.infer<typeof layerBaseSchema>;
/** Where a layer is known from. */
export type LayerSource = z.infer<typeof layerSourceSchema>;
/** One layer of a plan. */
export type PlanLayer = z.infer<typeof planLayerSchema>;
/** One reference of a plan. */
export type PlanReference = z.infer<typeof planReferenceSchema>;
/** One target of a plan. */
export type PlanTarget = z.infer<typeof planTargetSchema>;
/** How a cached image is pushed. */
export type CachedImagePlan = z.infer<typeof cachedImagePlanSchema>;
/** What a push would do, or did. */
export type Plan = z.infer<typeof planSchema>;
