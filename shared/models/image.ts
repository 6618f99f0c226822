import { z } from 'zod';
import { imageKindSchema } from './image-kind.ts';

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

/** A manifest that an index names. */
export const imageChildSchema = z.object({
  digest: z.string(),
  mediaType: z.string(),
  /** Bytes of the manifest. */
  size: z.number(),
  /** `os/architecture[/variant]`; null where the index does not say. */
  platform: z.string().nullable(),
  /** Null where its manifest was not read. */
  kind: imageKindSchema.nullable(),
  /** Packed bytes of its distinct blobs; null where its manifest was not read, or is an index itself. */
  packedSize: z.number().nullable(),
  /** The child that this one only says things about (BuildKit's attestations); null = an image of its own. */
  attests: z.string().nullable(),
});

/** A manifest that belongs to an image: a signature, an attestation, a bill of materials. */
export const imageReferrerSchema = z.object({
  digest: z.string(),
  mediaType: z.string(),
  /** Bytes of the manifest. */
  size: z.number(),
  artifactType: z.string().nullable(),
  /** By the referrers API, in the index under the fallback tag, or under a tag of cosign. */
  found: z.enum(['api', 'fallbackTag', 'cosign']),
  tag: z.string().nullable(),
  annotations: z.record(z.string(), z.string()),
});

/** What `tartan inspect` and the detail pane show of a remote image. */
export const imageSchema = z.object({
  reference: z.string(),
  registry: z.string(),
  repository: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  kind: imageKindSchema,
  /** What an artifact says that it is; null = it does not. */
  artifactType: z.string().nullable(),
  annotations: z.record(z.string(), z.string()),
  /** Digest of the manifest that this one belongs to; null = none. */
  subject: z.string().nullable(),
  /** Bytes of the manifest. */
  manifestSize: z.number(),
  /** Packed bytes of all distinct layers and the config, of an index those of its children; null where a child is not known. */
  packedSize: z.number().nullable(),
  /** Raw disk size; null when the image does not say. */
  diskSize: z.number().nullable(),
  /** When it was pushed or made, as it says itself, ISO 8601. */
  uploadTime: z.string().nullable(),
  /** The config and what it says; null for an index, its members null where it does not say. */
  config: z
    .object({
      digest: z.string(),
      mediaType: z.string(),
      size: z.number(),
      os: z.string().nullable(),
      architecture: z.string().nullable(),
      created: z.string().nullable(),
    })
    .nullable(),
  labels: z.record(z.string(), z.string()),
  layers: z.array(imageLayerSchema),
  /** Manifests of an index; none for an image. */
  children: z.array(imageChildSchema),
  /** What belongs to it; null where it was not asked for, or the registry did not tell. */
  referrers: z.array(imageReferrerSchema).nullable(),
  /** Whether the registry has the referrers API; null where it was not asked. */
  referrersApi: z.boolean().nullable(),
  /** Tags of the repository that point at this digest (asked tag by tag, at most 1,000). */
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
      /** `wrongContent`: it is what its digest says, but does not decode to the raw bytes that the manifest claims. */
      state: z.enum(['ok', 'missing', 'wrongSize', 'wrongDigest', 'wrongContent', 'unreadable']),
    }),
  ),
});

/** A remote image. */
export type Image = z.infer<typeof imageSchema>;
/** A manifest of an index. */
export type ImageChild = z.infer<typeof imageChildSchema>;
/** A manifest that belongs to an image. */
export type ImageReferrer = z.infer<typeof imageReferrerSchema>;
/** A layer of a remote image. */
export type ImageLayer = z.infer<typeof imageLayerSchema>;
/** What a verification found, blob by blob. */
export type Verification = z.infer<typeof verificationSchema>;
