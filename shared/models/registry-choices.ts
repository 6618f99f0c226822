import { z } from 'zod';

/** Most of a PEM text: some hundred certificates. */
const MOST_PEM = 1_000_000;
/** The last moment that a date can name; ms since the epoch. */
const LAST_MS = 8_640_000_000_000_000;

/** A certificate that is accepted for one host although nobody vouches for it. */
const certificateExceptionSchema = z.object({
  /** SHA-256 of the certificate, 64 lower-case hexadecimal digits: exactly this one is accepted. */
  fingerprint: z.string().length(64),
  /** For the person, as the certificate said when it was accepted. */
  subject: z.string().max(1000),
  issuer: z.string().max(1000),
  /** ms since the epoch. */
  validTo: z.number().int().min(0).max(LAST_MS),
});

/** What a person chooses for one registry. */
export const registryChoicesSchema = z.object({
  /** Its name in lists; null = its host. */
  name: z.string().trim().min(1).max(100).nullable(),
  /** Plain http. */
  insecure: z.boolean(),
  /** PEM certificates of authorities that are trusted for it beside the usual ones; null = none. */
  ca: z.string().max(MOST_PEM).nullable(),
  exception: certificateExceptionSchema.nullable(),
  /** Most layers in flight to and from it at once, over all jobs; null = as many as the settings say. */
  concurrency: z.number().int().min(1).max(16).nullable(),
  /** Bytes a second that are sent to it, over all jobs; null = as the settings say. */
  bandwidth: z.number().int().min(65_536).nullable(),
});

/** What a person chooses for one registry. */
export type RegistryChoices = z.infer<typeof registryChoicesSchema>;

/** What holds where nothing was chosen. */
export const DEFAULT_CHOICES: RegistryChoices = {
  name: null,
  insecure: false,
  ca: null,
  exception: null,
  concurrency: null,
  bandwidth: null,
};
