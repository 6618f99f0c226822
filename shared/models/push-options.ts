import { z } from 'zod';

/** Blobs that are sent whatever the registry says: by packed digest, or all of an image. */
export const sendAgainSchema = z.union([z.enum(['all']), z.array(z.string().max(256)).max(10_000)]);

/** See {@link sendAgainSchema}. */
export type SendAgain = z.infer<typeof sendAgainSchema>;

/** How a push is made, beside what goes where. */
export const pushOptionsSchema = z.object({
  /** Plain http for the hosts of the references. */
  insecure: z.boolean(),
  /** Layers in flight; null = the setting. */
  concurrency: z.number().int().min(1).max(16).nullable(),
  /** Decimal bytes of an upload piece; null = the host profile's. */
  pieceSize: z.number().int().min(1_000_000).max(1_000_000_000).nullable(),
  labels: z.record(z.string().max(256), z.string().max(4096)),
  /** Read the last byte of every blob back before the manifest is written: a blob that is gone or cut off does not give it. */
  verify: z.boolean(),
  /** Move a tag even though it moved since the plan was made. */
  force: z.boolean(),
  /** A cached image that cannot be pushed with its own manifest may be pushed with a new one, which has a new digest. */
  newManifest: z.boolean().optional(),
  /** Put the pushed image into Tart's cache, too, under its digest and tags. */
  populateCache: z.boolean().optional(),
  /** Put the image into the local store, too, under its repository and tags: one target more, in the same pass. */
  keepLocal: z.boolean().optional(),
  /**
   * Sends these blobs (packed digests), or all, even where the registry says that it has them: a registry may say so of bytes
   * that are gone. They are not asked for and not mounted.
   */
  sendAgain: sendAgainSchema.optional(),
});

/** How a push is made. */
export type PushOptions = z.infer<typeof pushOptionsSchema>;

/** A push of which nothing else was asked. */
export const PLAIN_PUSH: PushOptions = {
  insecure: false,
  concurrency: null,
  pieceSize: null,
  labels: {},
  verify: false,
  force: false,
};
