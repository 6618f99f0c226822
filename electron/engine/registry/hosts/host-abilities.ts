import { z } from 'zod';
import { knownRegistry, REGISTRY_SOFTWARE, type RegistrySoftware } from './known-registries.ts';

/** Whether a registry can do a thing. */
export type Known = 'yes' | 'no' | 'unknown';

/**
 * How one tag of many on a digest goes: `tag` = DELETE of the tag; `digest` = only with its digest and all tags of that;
 * `harborApi`, `hubApi`, `acrApi` = by the vendor's own API; `refused` = not at all.
 */
export const TAG_DELETES = ['tag', 'digest', 'harborApi', 'hubApi', 'acrApi', 'refused', 'unknown'] as const;

/** See {@link TAG_DELETES}. */
export type TagDelete = (typeof TAG_DELETES)[number];

/** What was found out about a host while working with it, one finding a row; the newest wins. */
export const hostFindingSchemas = {
  software: z.enum(REGISTRY_SOFTWARE),
  mount: z.enum(['yes', 'no']),
  anonymousMount: z.enum(['yes', 'no']),
  tagDelete: z.enum(TAG_DELETES),
  digestDelete: z.enum(['yes', 'no']),
  referrers: z.enum(['yes', 'no']),
  catalog: z.enum(['yes', 'no']),
} as const;

/** Names of findings. */
export type HostFinding = keyof typeof hostFindingSchemas;

/** What was found out about one host. */
export type HostFindings = { readonly [Name in HostFinding]?: z.infer<(typeof hostFindingSchemas)[Name]> };

/** What a registry can do, as far as it is known without asking it. */
export interface HostAbilities {
  readonly tagDelete: TagDelete;
  /** A digest, with all of its tags. */
  readonly digestDelete: Known;
  /** `yes` only where a blob was mounted on this very host. */
  readonly mount: Known;
  /** Whether a blob is mounted without naming the repository that has it. */
  readonly anonymousMount: Known;
  /** The referrers API; without it referrers are found by fallback tags. */
  readonly referrers: Known;
  /** Whether it lists its repositories. */
  readonly catalog: Known;
  /** Most names that a page of a list is asked for. */
  readonly pageSize: number;
}

const UNKNOWN: HostAbilities = {
  tagDelete: 'unknown',
  digestDelete: 'unknown',
  mount: 'unknown',
  anonymousMount: 'unknown',
  referrers: 'unknown',
  catalog: 'unknown',
  // More is refused by ECR and by distribution.
  pageSize: 1000,
};

/**
 * What a host can do: the table of known registries, and over it what was found out there. That a tag is not deleted
 * through the registry's own API leaves the vendor's API as it is.
 */
export function abilitiesOf(host: string, found: HostFindings = {}): HostAbilities {
  const { software, ...findings } = found;
  const table = knownRegistry(host, software ?? null)?.abilities ?? {};
  const byVendor = table.tagDelete?.endsWith('Api') === true && findings.tagDelete !== 'tag';
  return { ...UNKNOWN, ...table, ...findings, ...(byVendor ? { tagDelete: table.tagDelete ?? 'unknown' } : {}) };
}

/**
 * The product behind a registry, told by its answer to `/v2/`; null where that fits many.
 *
 * @param headers in lower case
 */
export function softwareOf(headers: Readonly<Record<string, string>>): RegistrySoftware | null {
  const challenge = headers['www-authenticate'] ?? '';
  if (headers['x-jfrog-version'] !== undefined || headers['x-artifactory-id'] !== undefined) return 'artifactory';
  if (/^Nexus\//i.test(headers['server'] ?? '')) return 'nexus';
  if (/service="?harbor-registry"?/i.test(challenge)) return 'harbor';
  if (/realm="[^"]*\/jwt\/auth"/i.test(challenge) && /service="?container_registry"?/i.test(challenge)) return 'gitlab';
  if (/realm="[^"]*\/v2\/auth"/i.test(challenge)) return 'quay';
  // Two challenges, of which the first names neither service nor scope.
  if (/realm="[^"]*\/v2\/token"/i.test(challenge) && /\bBasic\b/i.test(challenge) && !/service=/i.test(challenge))
    return 'gitea';
  return null;
}
