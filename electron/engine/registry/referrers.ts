import { AppError } from '../../../shared/errors/app-error.ts';
import { type Descriptor, parseManifest } from '../oci/parse-manifest.ts';
import { answerError } from './answer-error.ts';
import { pullScope } from './auth/scopes.ts';
import { checkBlobName } from './checked-names.ts';
import type { DistributionClient } from './distribution-client.ts';
import { nextLink } from './next-link.ts';
import { RegistryClient } from './registry-client.ts';
import type { Answer } from './transport.ts';

const PAGE_LIMIT = 8 * 1024 * 1024;
const MOST_PAGES = 20;
const MOST_REFERRERS = 1000;
/** Suffixes of the tags in which cosign keeps what belongs to a digest. */
const COSIGN_SUFFIXES = ['.sig', '.att', '.sbom'] as const;

/** A manifest that belongs to another one: a signature, an attestation, a bill of materials. */
export interface Referrer extends Descriptor {
  /** As the list says it, or of a cosign tag `cosign.sig` and so on; null where nobody says. */
  readonly artifactType: string | null;
  /** `api` = the referrers API; `fallbackTag` = the index under the fallback tag; `cosign` = a tag of cosign. */
  readonly found: 'api' | 'fallbackTag' | 'cosign';
  /** The tag that holds it; null for what the API tells. */
  readonly tag: string | null;
}

/** What belongs to a manifest. */
export interface FoundReferrers {
  readonly referrers: readonly Referrer[];
  /** Whether the registry has the referrers API. */
  readonly api: boolean;
}

/** `sha256-<hex>`: the tag where referrers are kept for registries without the API, and the stem of cosign's tags. */
export function fallbackTagOf(digest: string): string {
  return digest.replace(':', '-');
}

/**
 * What belongs to a manifest: by the referrers API, else by its fallback tag, and by cosign's tags. Each digest once.
 *
 * @throws AppError `registry.*`, `auth.*`
 */
export async function findReferrers(
  client: DistributionClient,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<FoundReferrers> {
  checkBlobName(repository, digest);
  // An image layout has tags alone.
  const byApi = client instanceof RegistryClient ? await listByApi(client, repository, digest, signal) : null;
  const lists = await Promise.all([
    byApi ?? listByTag(client, repository, digest, signal),
    ...COSIGN_SUFFIXES.map((suffix) => cosignTag(client, repository, digest, suffix, signal)),
  ]);
  const all = new Map<string, Referrer>();
  for (const referrer of lists.flat()) if (!all.has(referrer.digest)) all.set(referrer.digest, referrer);
  return { referrers: [...all.values()].slice(0, MOST_REFERRERS), api: byApi !== null };
}

/**
 * Whether a registry has the referrers API. Ask of a repository that is there: some know no list of one that is not.
 *
 * @throws AppError `registry.*`, `auth.*`
 */
export async function listsReferrers(
  client: DistributionClient,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<boolean> {
  checkBlobName(repository, digest);
  return client instanceof RegistryClient && (await listByApi(client, repository, digest, signal)) !== null;
}

/** The list of the API; null where there is none. Asked without a filter: some registries filter, some say so, some do not. */
async function listByApi(
  client: RegistryClient,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<Referrer[] | null> {
  const found: Referrer[] = [];
  const visited = new Set<string>();
  let to: string | null = `${repository}/referrers/${digest}`;
  while (to !== null && visited.size < MOST_PAGES && found.length < MOST_REFERRERS && !visited.has(to)) {
    visited.add(to);
    const answer: Answer = await client.requester.send(
      { method: 'GET', to, scopes: [pullScope(repository)], repeatable: true, limit: PAGE_LIMIT },
      signal,
    );
    const page = pageOf(answer);
    if (page === null) {
      // A registry without the API answers in every possible way; one that only breaks off says what went wrong.
      if (visited.size === 1 && ABSENT.has(answer.status)) return null;
      throw answerError(client.host, 'GET', answer.url, answer);
    }
    found.push(...page);
    const next = nextLink(answer.headers['link'], answer.url, await client.requester.origin(signal));
    to = next?.kind === 'here' ? next.to : null;
  }
  return found;
}

/** How registries answer that have no referrers API; 200 with something that is no index among them. */
const ABSENT = new Set([200, 400, 404, 405, 406, 415, 501]);

function pageOf(answer: Answer): Referrer[] | null {
  return answer.status === 200 ? descriptorsOf(answer.bytes, 'api', null) : null;
}

/** The descriptors of an index; null for what is none. */
function descriptorsOf(bytes: Uint8Array, found: Referrer['found'], tag: string | null): Referrer[] | null {
  try {
    const manifest = parseManifest(bytes, null);
    if (manifest.kind !== 'index') return null;
    const { manifests } = manifest;
    return manifests.map((descriptor) => ({
      ...descriptor,
      artifactType: descriptor.artifactType ?? null,
      found,
      tag,
    }));
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'manifest.invalid') return null;
    throw thrown;
  }
}

async function listByTag(
  client: DistributionClient,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<Referrer[]> {
  const tag = fallbackTagOf(digest);
  const index = await client.getManifest(repository, tag, { signal, access: 'pull' });
  return index === null ? [] : (descriptorsOf(index.bytes, 'fallbackTag', tag) ?? []);
}

async function cosignTag(
  client: DistributionClient,
  repository: string,
  digest: string,
  suffix: (typeof COSIGN_SUFFIXES)[number],
  signal: AbortSignal,
): Promise<Referrer[]> {
  const tag = `${fallbackTagOf(digest)}${suffix}`;
  const found = await client.getManifest(repository, tag, { signal, access: 'pull' });
  if (found === null) return [];
  const { mediaType, bytes } = found;
  return [
    {
      mediaType,
      digest: found.digest,
      size: bytes.length,
      artifactType: `cosign${suffix}`,
      found: 'cosign',
      tag,
    },
  ];
}
