import { z } from 'zod';
import { planBytesSchema, planLayerSchema, planTargetSchema, requestCountsSchema } from './plan.ts';

/** A blob or manifest of a copied image. Sizes in bytes; raw members as far as the manifest says them. */
export const copyLayerSchema = planLayerSchema.extend({ mediaType: z.string() });

/** One target of a copy: blobs in the order of the image, then its manifests, the image's own last. */
export const copyTargetSchema = planTargetSchema.extend({ layers: z.array(copyLayerSchema) });

/** What a copy did. `bytes.raw`, `read` and `encoded` are 0: a copy takes packed bytes as they are. */
export const copyDocumentSchema = z.object({
  jobId: z.string(),
  /** The reference as it was asked for, and the digest that it had. */
  source: z.object({ reference: z.string(), digest: z.string(), mediaType: z.string() }),
  /** Seconds that it took. */
  seconds: z.number(),
  bytes: planBytesSchema,
  requests: requestCountsSchema,
  targets: z.array(copyTargetSchema),
});

/** How far a copy is. Packed bytes. */
export const copyProgressSchema = z.object({
  copyId: z.string(),
  /** Of this target, the first being 0, of so many. */
  target: z.number(),
  targets: z.number(),
  /** Bytes that went out so far, to all targets. */
  sent: z.number(),
  /** Bytes of this target that go out. */
  toSend: z.number(),
});

/** A blob or manifest of a copied image. */
export type CopyLayer = z.infer<typeof copyLayerSchema>;
/** One target of a copy. */
export type CopyTarget = z.infer<typeof copyTargetSchema>;
/** What a copy did. */
export type CopyDocument = z.infer<typeof copyDocumentSchema>;
/** How far a copy is. */
export type CopyProgress = z.infer<typeof copyProgressSchema>;
