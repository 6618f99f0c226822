import { z } from 'zod';

/** What is to be copied: one image, or with null every image of the repository that is known by a tag. */
export const pricedSourceSchema = z.object({
  /** `host[:port]`. */
  registry: z.string().min(1).max(255),
  repository: z.string().min(1).max(255),
  /** A tag or digest. */
  reference: z.string().min(1).max(256).nullable(),
});

/** Where it would go; a repository of null is a new one, or one that nobody has named yet. */
export const pricedTargetSchema = z.object({
  registry: z.string().min(1).max(255),
  repository: z.string().min(1).max(255).nullable(),
});

/** Why a price is not known, why it is impossible, or what may stand in the way of a copy that has one. */
export const priceReasonSchema = z.enum([
  /** The tag was not read yet: its digest is not known. */
  'tagNotRead',
  /** The manifest was not read yet: its layers are not known. */
  'manifestNotRead',
  /** The images come from this very repository: a copy is another tag. */
  'sameRepository',
  /** The registry of this computer is off. */
  'off',
  /** The registry takes fewer layers in one manifest than an image has. */
  'layerLimit',
  /** The registry asked for a sign-in, or refused it, when it was asked last. */
  'signIn',
  /** The registry was not reached when it was asked last. */
  'offline',
]);

/**
 * What a copy to one target costs, by what is known without asking anybody:
 * `present` = every blob is there; `mount` = the rest is mounted inside the registry, which was seen to do so; `mountOrStream` =
 * it lies in that registry, whose mounting was not seen yet; `stream` = it goes through this computer; `unknown`, `impossible` =
 * see the reason.
 */
export const copyPriceSchema = pricedTargetSchema.extend({
  kind: z.enum(['present', 'mount', 'mountOrStream', 'stream', 'unknown', 'impossible']),
  /** Packed bytes that go through this computer at most; 0 where the price is unknown or impossible. */
  bytes: z.number(),
  /** Packed bytes that go through this computer even if every blob is mounted that may be. */
  leastBytes: z.number(),
  /** Packed bytes that the target repository is known to have. */
  presentBytes: z.number(),
  /** Null = nothing to say. */
  reason: priceReasonSchema.nullable(),
});

/** See {@link pricedSourceSchema}. */
export type PricedSource = z.infer<typeof pricedSourceSchema>;
/** See {@link pricedTargetSchema}. */
export type PricedTarget = z.infer<typeof pricedTargetSchema>;
/** See {@link priceReasonSchema}. */
export type PriceReason = z.infer<typeof priceReasonSchema>;
/** See {@link copyPriceSchema}. */
export type CopyPrice = z.infer<typeof copyPriceSchema>;
