import { z } from 'zod';

/** What is found out about a registry, in the order in which it is shown. */
export const CAPABILITIES = [
  'address',
  'certificate',
  'signIn',
  'catalog',
  'referrers',
  'mount',
  'whole',
  'stream',
  'chunks',
  'resume',
  'tagDelete',
  'digestDelete',
] as const;

/**
 * How a result is known, or what it means. `notTested` = only a test that writes would tell; `known` = the table of known
 * registries says so; `earlier` = found while working with it; `notThere` = the repository of the test is not there and is
 * not made by pushing.
 */
export const CAPABILITY_DETAILS = [
  'https',
  'http',
  'trusted',
  'ownAuthority',
  'exception',
  'plainHttp',
  'none',
  'anonymous',
  'basic',
  'bearer',
  'needed',
  'wrong',
  'otherScheme',
  'listed',
  'api',
  'fallback',
  'answered',
  'opened',
  'atByte',
  'fromStart',
  'alone',
  'withDigest',
  'digestOnly',
  'vendorApi',
  'refused',
  'notThere',
  'failed',
  'known',
  'earlier',
  'notTested',
] as const;

/** One thing that a registry can or cannot do. */
export const capabilitySchema = z.object({
  result: z.enum(['yes', 'no', 'unknown']),
  detail: z.enum(CAPABILITY_DETAILS),
  /** Facts of the detail: `ms`, `status`, `count`, `account`, `source`, `rights`, `issuer`, `validTo`, `product`. */
  params: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});

/** What one test of a registry found. */
export const capabilitiesSchema = z.object({
  /** ms since the epoch. */
  testedMs: z.number(),
  /** ms that it took. */
  tookMs: z.number(),
  /** The repository that was written to; null = nothing was written. */
  wroteTo: z.string().nullable(),
  /** What the test made and could not take away again: references. */
  left: z.array(z.string()),
  /** The product, where it can be told; as its vendor writes it. */
  product: z.string().nullable(),
  found: z.record(z.enum(CAPABILITIES), capabilitySchema),
});

/** See {@link CAPABILITIES}. */
export type CapabilityName = (typeof CAPABILITIES)[number];
/** See {@link CAPABILITY_DETAILS}. */
export type CapabilityDetail = (typeof CAPABILITY_DETAILS)[number];
/** One thing that a registry can or cannot do. */
export type Capability = z.infer<typeof capabilitySchema>;
/** What one test of a registry found. */
export type Capabilities = z.infer<typeof capabilitiesSchema>;
