import { z } from 'zod';

/** A layer of a remote manifest. */
export const imageLayerSchema = z.object({
  index: z.number(),
  kind: z.enum(['config', 'disk', 'nvram', 'overlay', 'layer']),
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  rawDigest: z.string().nullable(),
  rawSize: z.number().nullable(),
});

/** What `tartan inspect` and the detail pane show of a remote image. */
export const imageSchema = z.object({
  reference: z.string(),
  registry: z.string(),
  repository: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  /** Bytes of the manifest. */
  manifestSize: z.number(),
  /** Packed bytes of all distinct layers and the config. */
  packedSize: z.number(),
  /** Raw disk size; null when the image does not say. */
  diskSize: z.number().nullable(),
  uploadTime: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  layers: z.array(imageLayerSchema),
  /** Tags of the repository that point at this digest (asked tag by tag, at most 100). */
  tagsWithDigest: z.array(z.string()),
  /** What Tart's pull would refuse; null = it pulls. */
  pullProblem: z.object({ old: z.string().nullable(), new: z.string().nullable() }),
});

/** Outcome of `tartan verify`. */
export const verificationSchema = z.object({
  reference: z.string(),
  digest: z.string(),
  deep: z.boolean(),
  ok: z.boolean(),
  blobs: z.array(
    z.object({
      digest: z.string(),
      size: z.number(),
      state: z.enum(['ok', 'missing', 'wrongSize', 'wrongDigest', 'unreadable']),
    }),
  ),
});

/** A remote image. */
export type Image = z.infer<typeof imageSchema>;
/** A layer of a remote image. */
export type ImageLayer = z.infer<typeof imageLayerSchema>;
/** What a verification found, blob by blob. */
export type Verification = z.infer<typeof verificationSchema>;
