import { z } from 'zod';
import { errorDataSchema } from './error-data.ts';

/** How a sign-in is kept: see `VaultPort.kind`. */
export const keepingSchema = z.enum(['system', 'memory', 'file', 'shared']);

/** What one source has for a registry. Never its secret. */
export const credentialSourceSchema = z.object({
  /** `environment`, `vault`, `file`, `docker`, `podman`, `helper:NAME`, `keychain`. */
  source: z.string(),
  /** Account name; null = the source failed. */
  account: z.string().nullable(),
  /** What it is for below the host (`host/namespace` of Podman); null = the whole registry. */
  namespace: z.string().nullable(),
  /** When its file changed last, ms since the epoch; null where no file tells. */
  changedMs: z.number().nullable(),
  /** Used for requests to the registry itself. */
  inUse: z.boolean(),
  /** Signing out takes it away; others belong to other programs. */
  own: z.boolean(),
  /** Why the source could not be asked. */
  error: errorDataSchema.nullable(),
});

/** All that is known of a registry's sign-ins, in the order in which they count. */
export const credentialListSchema = z.object({
  host: z.string(),
  /** The source that the person chose, or `anonymous`; null = the first of the order. */
  chosen: z.string().nullable(),
  sources: z.array(credentialSourceSchema),
  /** How a sign-in that is made now would be kept; null = this host has no place of its own. */
  keeping: keepingSchema.nullable(),
});

/** What came of a sign-in. */
export const signedInSchema = z.object({
  host: z.string(),
  account: z.string(),
  /** Where it is kept: see {@link credentialSourceSchema}. */
  source: z.string(),
  keeping: keepingSchema,
  /** Whether the registry asked for a sign-in. One that asks nobody accepted it, too, but that proves little. */
  asked: z.boolean(),
  /** Origin of the sign-in server that the secret went to; null = the registry itself. */
  realm: z.string().nullable(),
  /** A source that comes before it, and is used in its place: `environment`. */
  overruledBy: z.string().nullable(),
});

/** What came of signing out. */
export const signedOutSchema = z.object({
  host: z.string(),
  /** Sources that it was taken from. */
  removed: z.array(z.string()),
  /** Sources of other programs that have one still: used from now on. */
  left: z.array(z.object({ source: z.string(), account: z.string() })),
});

/** How a sign-in is kept. */
export type Keeping = z.infer<typeof keepingSchema>;
/** One source of a registry's credentials. */
export type CredentialSource = z.infer<typeof credentialSourceSchema>;
/** A registry's credentials. */
export type CredentialList = z.infer<typeof credentialListSchema>;
/** What came of a sign-in. */
export type SignedIn = z.infer<typeof signedInSchema>;
/** What came of signing out. */
export type SignedOut = z.infer<typeof signedOutSchema>;
