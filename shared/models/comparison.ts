import { z } from 'zod';
import { reportFormatSchema } from './report.ts';
import { imageNameSchema } from './sharing.ts';
import { vmStateSchema } from './vm.ts';

/** What is compared: a VM or cached image by its id, a snapshot by its id, or an image of a registry by its reference. */
export const comparedNameSchema = z.object({
  kind: z.enum(['vm', 'snapshot', 'image']),
  /** Of a VM or cached image the id of `vms.list`, of a snapshot that of `snapshots.list`; of an image `host/repository:tag` or `…@digest`. */
  name: z.string().min(1).max(1024),
});

/**
 * Where an image's own tag names another image: the registry when its tags were last read, for an image of Tart's cache; else
 * Tart's cache.
 */
export const namesakeSchema = z.object({
  place: z.enum(['cache', 'registry']),
  tag: z.string(),
  /** Of the other image's manifest. */
  digest: z.string(),
  /** What compares the other one in place of this. */
  name: comparedNameSchema,
});

/** One side of a comparison. Sizes in bytes. */
export const comparedSideSchema = comparedNameSchema.extend({
  /** The name of a VM, also of the one that a snapshot was made of; or `host/repository`. */
  title: z.string(),
  /** It lies in Tart's cache. */
  cached: z.boolean(),
  /** Another image has its tag elsewhere, the first tag of which that is so; null = none that is known of. */
  namesake: namesakeSchema.nullable(),
  /** When a snapshot was made, ms since the epoch; null for anything else. */
  madeMs: z.number().nullable(),
  /** Null for a VM or snapshot. */
  registry: z.string().nullable(),
  repository: z.string().nullable(),
  digest: z.string().nullable(),
  tags: z.array(z.string()),
  /** Null for anything but a VM. */
  state: vmStateSchema.nullable(),
  /** When it was pushed, as it says itself, ISO 8601; null where it does not, and for a VM or snapshot. */
  uploadTime: z.string().nullable(),
  /** Raw bytes of the disk. */
  diskSize: z.number(),
  /** Packed bytes of its distinct layers, NVRAM among them; of chunks that were never encoded estimates. */
  packed: z.number(),
  /** Some of `packed` is an estimate. */
  estimated: z.boolean(),
  /** Chunks of which nothing is known: nobody read them since they changed. */
  unknown: z.number(),
});

/**
 * How a chunk stands to the other side: `common` = the same bytes at the same place, `moved` = the same bytes at another
 * place, `only` = nowhere on the other side as far as it is known, `zero` = nothing but zeros, `unknown` = it or its
 * counterpart was not read yet.
 */
export const comparedStateSchema = z.enum(['common', 'moved', 'only', 'zero', 'unknown']);

/** A chunk of one side. */
export const comparedCellSchema = z.object({
  rawSize: z.number(),
  rawDigest: z.string().nullable(),
  digest: z.string().nullable(),
  /** Packed; null while it is not known, then `estimatedSize` is not. */
  size: z.number().nullable(),
  estimatedSize: z.number().nullable(),
  state: comparedStateSchema,
  /** Place in `chunks` where the other side has the same bytes, of `moved`; else null. */
  at: z.number().nullable(),
});

/** An image that needs a chunk, besides the two that are compared. */
export const alsoInSchema = z.object({
  count: z.number(),
  /** At most 3 of them. */
  images: z.array(imageNameSchema.extend({ tags: z.array(z.string()) })),
});

/** A place of the disk. */
export const comparedChunkSchema = z.object({
  /** Raw bytes from the start of the disk. */
  offset: z.number(),
  /** Null behind the end of a shorter disk. */
  a: comparedCellSchema.nullable(),
  b: comparedCellSchema.nullable(),
  /** Known images that need a chunk that differs here; null where nothing differs, or no layer is known. */
  alsoIn: alsoInSchema.nullable(),
});

/** Distinct layers of one kind: chunks are places, bytes are packed and count each layer once. */
export const comparedTotalSchema = z.object({ chunks: z.number(), bytes: z.number(), estimated: z.boolean() });

/** Two images, chunk by chunk. */
export const comparisonSchema = z.object({
  a: comparedSideSchema,
  b: comparedSideSchema,
  /** Raw bytes of a full chunk. */
  chunkSize: z.number(),
  /** In disk order. */
  chunks: z.array(comparedChunkSchema),
  totals: z.object({
    /** What both have, wherever it lies, NVRAM among it. */
    common: comparedTotalSchema,
    onlyA: comparedTotalSchema,
    onlyB: comparedTotalSchema,
    /** Of `common`, what lies at another place. */
    moved: comparedTotalSchema,
    /** Places where a side is not known; raw bytes. */
    unknown: comparedTotalSchema,
    /** Places that are zeros in both. */
    zero: z.number(),
  }),
  nvram: z.enum(['same', 'differs', 'unknown']),
  /**
   * What pushing (or copying) A into B's repository would do, by what is known; null where B is no image of a registry, and
   * where A is a snapshot: a push sends the VM as it is.
   */
  pushing: z
    .object({
      registry: z.string(),
      repository: z.string(),
      /** Packed bytes that would be sent. */
      sends: z.number(),
      /** Packed bytes that another repository of the registry has: mounted where it mounts. */
      mounts: z.number(),
      present: z.number(),
      /** Some of it is an estimate. */
      estimated: z.boolean(),
      /** Chunks that are not known: they may add to `sends`. */
      unknown: z.number(),
    })
    .nullable(),
});

/** Which comparison is written down, and how. */
export const comparisonRequestSchema = z.object({
  a: comparedNameSchema,
  b: comparedNameSchema,
  format: reportFormatSchema,
  /** Of the words of an HTML file; the others have none. */
  language: z.enum(['en', 'zh-CN']).default('en'),
});

/** See {@link comparisonRequestSchema}. */
export type ComparisonRequest = z.infer<typeof comparisonRequestSchema>;
/** See {@link comparedNameSchema}. */
export type ComparedName = z.infer<typeof comparedNameSchema>;
/** See {@link namesakeSchema}. */
export type Namesake = z.infer<typeof namesakeSchema>;
/** See {@link comparedSideSchema}. */
export type ComparedSide = z.infer<typeof comparedSideSchema>;
/** See {@link comparedCellSchema}. */
export type ComparedCell = z.infer<typeof comparedCellSchema>;
/** See {@link alsoInSchema}. */
export type AlsoIn = z.infer<typeof alsoInSchema>;
/** See {@link comparedChunkSchema}. */
export type ComparedChunk = z.infer<typeof comparedChunkSchema>;
/** See {@link comparedTotalSchema}. */
export type ComparedTotal = z.infer<typeof comparedTotalSchema>;
/** See {@link comparisonSchema}. */
export type Comparison = z.infer<typeof comparisonSchema>;
