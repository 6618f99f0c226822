import { z } from 'zod';
import { errorDataSchema } from './error-data.ts';

/** One image of the local store. Sizes in bytes. */
export const storeImageSchema = z.object({
  /** `repository:tag`, or another text that some tool gave it; null = it has no name. */
  name: z.string().nullable(),
  /** Where the embedded registry serves it; null = by no tag. */
  repository: z.string().nullable(),
  tag: z.string().nullable(),
  digest: z.string(),
  mediaType: z.string(),
  /** Distinct blobs of it, its manifests among them. */
  size: z.number(),
  /** Raw disk size; null when it is no Tart image. */
  diskSize: z.number().nullable(),
  /** Every blob is there in the right size. */
  complete: z.boolean(),
});

/** What `tartan store list` shows. */
export const storeListSchema = z.object({
  folder: z.string(),
  /** Most bytes of blobs; null = no limit. */
  budget: z.number().nullable(),
  /** Bytes of all blobs, those that no image needs among them. */
  usedBytes: z.number(),
  images: z.array(storeImageSchema),
});

const filesSchema = z.object({ files: z.number(), bytes: z.number() });

/** What a collection freed, or as a preview would free. */
export const collectionSchema = z.object({
  preview: z.boolean(),
  /** Manifests without a tag that go out of their repository. */
  images: z.array(z.object({ repository: z.string(), digest: z.string(), diskSize: z.number().nullable() })),
  /** Blobs that nothing names. */
  blobs: filesSchema,
  /** Uploads and half-made files that nobody goes on with. */
  leftovers: filesSchema,
  /** Blobs that nothing names, but younger than a day: somebody may be about to name them. */
  spared: filesSchema,
});

/** A blob that is not as it should be. */
export const storeProblemSchema = z.object({
  digest: z.string(),
  /** `wrongSize` = the bytes are right, and an image names them in another size. */
  problem: z.enum(['missing', 'damaged', 'wrongSize']),
  /** Names of the images that need it. */
  images: z.array(z.string()),
  repaired: z.boolean(),
  /** Why it could not be repaired: an error code; null = repaired, or not tried. */
  reason: z.string().nullable(),
});

/** What `tartan store check` found. Bytes were all read. */
export const storeCheckSchema = z.object({
  /** Nothing is wrong any more. */
  ok: z.boolean(),
  blobs: z.number(),
  bytes: z.number(),
  problems: z.array(storeProblemSchema),
});

/** What an import or export moved. */
export const storeTransferSchema = z.object({
  images: z.array(
    z.object({
      name: z.string().nullable(),
      digest: z.string(),
      /** Digest of another image of the store that had this name before; null = none. */
      replaced: z.string().nullable(),
    }),
  ),
  /** Blobs that were copied; the others were there. */
  copied: filesSchema,
});

/** How far a long task of the store is: an import, an export, a check. */
export const storeProgressSchema = z.object({
  /** As the request named it. */
  taskId: z.string(),
  /** Bytes. */
  done: z.number(),
  /** Bytes of all. Of an import from an archive: of the archive. */
  total: z.number(),
});

/** Whether the embedded registry is on. */
export const serveStateSchema = z.discriminatedUnion('on', [
  z.object({
    on: z.literal(false),
    /** It is being switched on. */
    starting: z.boolean(),
    /** Why it is not on although it was asked for; null = it was switched off, or never on. */
    error: errorDataSchema.nullable(),
  }),
  z.object({
    on: z.literal(true),
    /** `127.0.0.1:PORT`, the host part of references. */
    address: z.string(),
    readOnly: z.boolean(),
    /** It asks for a token. */
    closed: z.boolean(),
  }),
]);

/** One image of the local store. */
export type StoreImage = z.infer<typeof storeImageSchema>;
/** Whether the embedded registry is on. */
export type ServeState = z.infer<typeof serveStateSchema>;
/** How far a long task of the store is. */
export type StoreProgress = z.infer<typeof storeProgressSchema>;
/** What `tartan store list` shows. */
export type StoreList = z.infer<typeof storeListSchema>;
/** What a collection freed, or would free. */
export type Collection = z.infer<typeof collectionSchema>;
/** A blob that is not as it should be. */
export type StoreProblem = z.infer<typeof storeProblemSchema>;
/** What a check found. */
export type StoreCheck = z.infer<typeof storeCheckSchema>;
/** What an import or export moved. */
export type StoreTransfer = z.infer<typeof storeTransferSchema>;
