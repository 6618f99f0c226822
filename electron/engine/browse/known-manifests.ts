import type { ContentIndex, KnownManifest, RepositoryName } from '../digests/content-index.ts';
import { claimedPairs } from '../plan/learn-target-manifests.ts';
import { limited } from '../plan/limited.ts';
import { accountName } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { REQUESTS_AT_ONCE } from './tag-digests.ts';

/** Manifests that are in memory at once, known or read: bounds it at about 8 MB for images of 200 layers. */
const BATCH = 50;

/** Where manifests come from. */
export interface ManifestSource {
  readonly client: RegistryClient;
  readonly index: ContentIndex;
  readonly place: RepositoryName;
  /** Manifests that may still be asked for at this look; counted down. */
  budget: number;
}

/**
 * Hands over the manifests of these digests in batches: from the content index where they are known, else from the
 * registry as far as the budget goes. What was read is learned. A manifest that is gone is not handed over.
 *
 * @returns digests that were not asked for: beyond the budget
 */
export async function eachManifest(
  source: ManifestSource,
  digests: readonly string[],
  signal: AbortSignal,
  take: (found: KnownManifest) => void,
): Promise<string[]> {
  const unread: string[] = [];
  for (let from = 0; from < digests.length; from += BATCH) {
    const wanted = digests.slice(from, from + BATCH);
    const known = await source.index.manifestsNamed(wanted);
    for (const found of known) take(found);
    const has = new Set(known.map(({ digest }) => digest));
    const seen = await source.index.manifestsSeenIn(source.place, [...has]);
    const elsewhere = known.filter(({ digest }) => !seen.has(digest));
    const unknown = wanted.filter((digest) => !has.has(digest));
    const asked = unknown.slice(0, Math.max(0, source.budget));
    source.budget -= asked.length;
    unread.push(...unknown.slice(asked.length));
    const read = await readManifests(source, asked, signal);
    for (const found of read) take(found);
    await source.index.learnManifests(
      source.place,
      [...elsewhere, ...read].map((manifest) => ({ manifest, pairs: claimedPairs(manifest.bytes) })),
      accountName(source.client),
    );
    await source.index.sawManifests(source.place, [...seen]);
  }
  return unread;
}

async function readManifests(
  source: ManifestSource,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<KnownManifest[]> {
  const read: KnownManifest[] = [];
  await limited(
    digests,
    () => source.client.atOnce(REQUESTS_AT_ONCE),
    signal,
    async (digest, stopped) => {
      const found = await source.client.getManifest(source.place.repository, digest, {
        signal: stopped,
        access: 'pull',
      });
      if (found !== null) read.push(found);
    },
  );
  return read;
}
