import { z } from 'zod';
import { imageKindSchema } from './image-kind.ts';

/** An image of a registry, by its manifest. */
export const imageNameSchema = z.object({
  /** `host[:port]`. */
  registry: z.string().min(1).max(255),
  repository: z.string().min(1).max(255),
  digest: z.string().min(1).max(256),
});

/**
 * An image whose manifest is known. Bytes are packed bytes of distinct blobs, the config among them, of an index those of
 * its children; the few kilobytes of manifests are not counted.
 */
export const sharingImageSchema = imageNameSchema.extend({
  /** Tags that pointed at it when the repository was last read, sorted; none for one that was seen since, or lost them. */
  tags: z.array(z.string()),
  kind: imageKindSchema,
  /** When it was pushed, as it says itself, ISO 8601; null where it does not. */
  uploadTime: z.string().nullable(),
  packed: z.number(),
  /** Of `packed`, what no other known image of the same registry needs; null where there are too many blobs to be counted. */
  unique: z.number().nullable(),
});

/** Images of one repository. */
export const sharingRepositorySchema = z.object({
  repository: z.string(),
  /** When its tags were last read, ms since the epoch; null = never: then its images are those that were seen there. */
  readMs: z.number().nullable(),
  /** The largest first. */
  images: z.array(sharingImageSchema),
  /** Images whose manifest, or that of a child, is not known: they count nowhere. */
  unread: z.number(),
  /** Packed bytes of its images, each counted for itself. */
  counted: z.number(),
  /** Packed bytes of its distinct blobs; `counted - stored` is saved by sharing. Null where there are too many to be counted. */
  stored: z.number().nullable(),
});

/** Images of one registry. Repositories share with each other: their `stored` can add up to more than the registry's. */
export const sharingRegistrySchema = z.object({
  host: z.string(),
  /** The registry of this computer. */
  thisComputer: z.boolean(),
  /** Number of images in all repositories. */
  images: z.number(),
  unread: z.number(),
  counted: z.number(),
  stored: z.number().nullable(),
  /** The one that counts the most first; those without a known image are left out. */
  repositories: z.array(sharingRepositorySchema),
});

/**
 * What fills the registries, by known manifests; no request is made. An image is a tagged digest of the last look at a
 * repository's tags, or a manifest that was seen there since (a push of this app, most of the time). Of a repository whose
 * tags were never read, it is every manifest that was seen there.
 */
export const registryImagesSchema = z.object({
  /** The one that counts the most first; those without a known image are left out. */
  registries: z.array(sharingRegistrySchema),
  images: z.number(),
  unread: z.number(),
  counted: z.number(),
  /** Sum of what each registry stores: registries share nothing. */
  stored: z.number().nullable(),
});

/** A layer of an image, or its config. */
export const sharedLayerSchema = z.object({
  digest: z.string(),
  size: z.number(),
  /** Images of the registry that need it, this one among them. */
  usedBy: z.number(),
});

/** One image with its distinct blobs, in the order of its manifest; the config first. Of an index those of its children. */
export const imageLayersSchema = sharingImageSchema.extend({ layers: z.array(sharedLayerSchema) });

/** An image that needs a layer. */
export const layerUserSchema = sharingImageSchema.pick({
  registry: true,
  repository: true,
  digest: true,
  tags: true,
  packed: true,
});

/** Who needs a layer. */
export const layerUsersSchema = z.object({
  digest: z.string(),
  /** Bytes; null where no known image names it. */
  size: z.number().nullable(),
  /** By registry and repository, at most 200. */
  users: z.array(layerUserSchema),
  /** All of them. */
  count: z.number(),
});

/** Which images share how much: by digest, wherever they are. */
export const imageSharingSchema = z.object({
  images: z.array(sharingImageSchema),
  /** Pairs that share anything; `a` and `b` are places in `images`, `a` before `b`. */
  pairs: z.array(
    z.object({
      a: z.number(),
      b: z.number(),
      /** Packed bytes of the blobs that both need. */
      bytes: z.number(),
      /** Number of these blobs. */
      layers: z.number(),
    }),
  ),
});

/** Bytes that a removal would free, and that it would not. */
export const imageRemovalSchema = z.object({
  /** Packed bytes of the distinct blobs of these images, registry by registry. */
  packed: z.number(),
  /**
   * Of `packed`, what no other known image of the same registry needs; null where there are too many blobs to be counted.
   * When it is really freed is up to the registry's own clean-up.
   */
  freed: z.number().nullable(),
  registries: z.array(
    z.object({
      host: z.string(),
      packed: z.number(),
      freed: z.number().nullable(),
      /** Repositories may share what is freed: their `freed` can add up to more than the registry's. */
      repositories: z.array(
        z.object({ repository: z.string(), images: z.number(), packed: z.number(), freed: z.number().nullable() }),
      ),
      /** Images that keep some of it: the one that keeps the most first, at most 50. They may keep the same bytes. */
      keptBy: z.array(layerUserSchema.extend({ bytes: z.number(), layers: z.number() })),
      /** All of them. */
      keepers: z.number(),
      /** Images of the registry whose manifests are not known: they may keep more. */
      unread: z.number(),
    }),
  ),
});

/** See {@link imageNameSchema}. */
export type ImageName = z.infer<typeof imageNameSchema>;
/** See {@link sharingImageSchema}. */
export type SharingImage = z.infer<typeof sharingImageSchema>;
/** See {@link sharingRepositorySchema}. */
export type SharingRepository = z.infer<typeof sharingRepositorySchema>;
/** See {@link sharingRegistrySchema}. */
export type SharingRegistry = z.infer<typeof sharingRegistrySchema>;
/** See {@link registryImagesSchema}. */
export type RegistryImages = z.infer<typeof registryImagesSchema>;
/** See {@link imageLayersSchema}. */
export type ImageLayers = z.infer<typeof imageLayersSchema>;
/** See {@link layerUserSchema}. */
export type LayerUser = z.infer<typeof layerUserSchema>;
/** See {@link layerUsersSchema}. */
export type LayerUsers = z.infer<typeof layerUsersSchema>;
/** See {@link imageSharingSchema}. */
export type ImageSharing = z.infer<typeof imageSharingSchema>;
/** See {@link imageRemovalSchema}. */
export type ImageRemoval = z.infer<typeof imageRemovalSchema>;
