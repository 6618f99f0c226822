import { z } from 'zod';

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

/** Whether the embedded registry is on. */
export const serveStateSchema = z.discriminatedUnion('on', [
  z.object({ on: z.literal(false) }),
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
