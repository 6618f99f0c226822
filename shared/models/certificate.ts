import { z } from 'zod';

/** One certificate as a server shows it. */
export const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  /** SHA-256, 64 lower-case hexadecimal digits. */
  fingerprint: z.string(),
  serial: z.string(),
  /** ms since the epoch. */
  validFrom: z.number(),
  /** ms since the epoch. */
  validTo: z.number(),
  /** Hosts and addresses that it is for. */
  names: z.array(z.string()),
});

/** What a registry shows of itself before anything is sent. */
export const certificateChainSchema = z.object({
  host: z.string(),
  /** Its own first, then who vouches for it. */
  chain: z.array(certificateSchema),
  /**
   * `usual` = by the authorities of this computer; `ownAuthority` = by those that were chosen for the host; `exception` =
   * exactly this one was accepted; `none` = not at all.
   */
  trust: z.enum(['usual', 'ownAuthority', 'exception', 'none']),
  /** Why the usual authorities do not vouch for it: a code of OpenSSL or Node; null = they do. */
  reason: z.string().nullable(),
});

/** One certificate as a server shows it. */
export type Certificate = z.infer<typeof certificateSchema>;
/** What a registry shows of itself. */
export type CertificateChain = z.infer<typeof certificateChainSchema>;
