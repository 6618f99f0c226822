import { z } from 'zod';
import { planBytesSchema, planLayerSchema, planTargetSchema, requestCountsSchema } from './plan.ts';

const reference = z.string().min(1).max(1024);

/** How a copy is made, beside what goes where. */
export const copyOptionsSchema = z.object({
  /** Plain http for the hosts of the references. */
  insecure: z.boolean(),
  /** Blobs at once with each registry; null = the setting. */
  concurrency: z.number().int().min(1).max(16).nullable(),
  /** Move a tag even if it moved since it was looked at. */
  force: z.boolean(),
  /** What becomes of a tag of the target that has another image: it moves, or stays where it is. */
  existing: z.enum(['overwrite', 'skip']),
  /** Signatures, attestations and whatever else refers to the images comes along. */
  referrers: z.boolean(),
});

/** What is copied, and where to. */
export const copyRequestSchema = copyOptionsSchema.extend({
  /** Single images: `host[:port]/repository[:tag|@digest]`, or `oci:DIR[:tag|@digest]`; targets without a digest. */
  images: z
    .array(z.object({ source: reference, targets: z.array(reference).min(1).max(64) }))
    .max(2000)
    .default([]),
  /** Whole repositories, each tag of them: `host[:port]/repository`, or `oci:DIR[:repository]`. */
  repositories: z
    .array(z.object({ source: reference, targets: z.array(reference).min(1).max(64) }))
    .max(64)
    .default([]),
  /** What the person was shown of each target: its digest then, null = no such tag. A difference is `tag.conflict`. */
  expectedTags: z.record(reference, z.string().max(256).nullable()).optional(),
  /** What happens when, in the middle, a network, a sign-in or a limit is in the way: wait (the default) or fail. */
  whenStuck: z.enum(['wait', 'fail']).optional(),
});

/** A blob or manifest of a copied image. Sizes in bytes; raw members as far as the manifest says them. */
export const copyLayerSchema = planLayerSchema.extend({ mediaType: z.string() });

/** One target of a copy: blobs in the order of the images, each followed by its manifests, the image's own last. */
export const copyTargetSchema = planTargetSchema.omit({ sendSeconds: true, expectedRequests: true }).extend({
  /** Bytes of `bytes.mounted` that are sent after all where the registry, which was not seen to mount, does not. */
  untriedBytes: z.number(),
  /** Bytes of `bytes.uploaded` that this computer has, in its store or encoded from a disk: the source is not read for them. */
  hereBytes: z.number(),
  layers: z.array(copyLayerSchema),
});

/** An image that is copied: as it was named, and what it was then. */
export const copiedImageSchema = z.object({ reference: z.string(), digest: z.string(), mediaType: z.string() });

/** What a copy would do, or did. `bytes.raw`, `read` and `encoded` are 0 where packed bytes are taken as they are. */
export const copyDocumentSchema = z.object({
  jobId: z.string(),
  sources: z.array(copiedImageSchema),
  /** Seconds that it took; in a plan, that planning took. */
  seconds: z.number(),
  /** Expected seconds of the transfer; null while no rate is known. */
  estimatedSeconds: z.number().nullable(),
  bytes: planBytesSchema,
  requests: requestCountsSchema,
  targets: z.array(copyTargetSchema),
});

/** How a copy is made. */
export type CopyOptions = z.infer<typeof copyOptionsSchema>;
/** What is copied, and where to. */
export type CopyRequest = z.infer<typeof copyRequestSchema>;
/** A blob or manifest of a copied image. */
export type CopyLayer = z.infer<typeof copyLayerSchema>;
/** One target of a copy. */
export type CopyTarget = z.infer<typeof copyTargetSchema>;
/** What a copy would do, or did. */
export type CopyDocument = z.infer<typeof copyDocumentSchema>;

/** A copy of which nothing else was asked. */
export const PLAIN_COPY: CopyOptions = {
  insecure: false,
  concurrency: null,
  force: false,
  existing: 'overwrite',
  referrers: false,
};
