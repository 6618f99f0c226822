import { AppError } from '../../../shared/errors/app-error.ts';
import type { LearnedManifest, RepositoryName } from '../digests/content-index.ts';
import { accountName, type DistributionClient, type RemoteManifest } from '../registry/distribution-client.ts';
import { alikeRepositories } from './alike-repositories.ts';
import { claimedPairs } from './learn-target-manifests.ts';
import { limited } from './limited.ts';
import { newestTags } from './newest-tags.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { PushDraft } from './push-draft.ts';

/** Manifests that are read of a target's repository, and of each that is alike: requests, of 30 to 80 kB each. */
const MOST_OF_TARGET = 8;
const MOST_OF_ALIKE = 4;
const READS_AT_ONCE = 8;
/** Reading a repository takes no longer; a registry that is slow to list its tags holds no push up. */
const MOST_MS = 10_000;
/** A repository that was read within this time is known. */
const KNOWN_FOR_MS = 24 * 3600 * 1000;

/** A repository that is read, and how. */
interface Reading {
  readonly place: RepositoryName;
  readonly most: number;
  /** Tags that are read by others. */
  readonly without: ReadonlySet<string>;
  readonly access: { readonly access?: 'pull' };
}

/**
 * Reads the newest manifests of each target's repository that the index does not know, so that what its images are made of
 * is known before anything is encoded for it. At most nine requests for each. It is a help, never a reason to fail.
 *
 * @returns the places that were not known
 */
export async function learnNewestManifests(
  parts: PlanningParts,
  draft: PushDraft,
  signal: AbortSignal,
): Promise<RepositoryName[]> {
  const unknown: RepositoryName[] = [];
  await Promise.all(
    draft.targets.map(async ({ registry, repository, references }) => {
      const place = { registry, repository };
      if (await isKnown(parts, place)) return;
      unknown.push(place);
      const without = new Set(references.map(({ tag }) => tag));
      await readNewest(parts, { place, most: MOST_OF_TARGET, without, access: {} }, signal);
    }),
  );
  return unknown;
}

/**
 * Reads, for targets that were not known, the newest manifests of the repositories of their registries that are most alike:
 * those that hold most of the image's layers as far as these are known, else those with the most similar names. What they
 * say suggests what can be mounted, and no more.
 */
export async function learnAlikeRepositories(
  parts: PlanningParts,
  draft: PushDraft,
  unknown: readonly RepositoryName[],
  signal: AbortSignal,
): Promise<void> {
  const targets = new Set(draft.targets.map(({ registry, repository }) => `${registry}/${repository}`));
  const found = new Map<string, RepositoryName>();
  for (const target of unknown) {
    if (!parts.clientOf(target.registry).profile.mounts) continue;
    for (const repository of await alikeOf(parts, draft, target)) {
      const key = `${target.registry}/${repository}`;
      if (!targets.has(key)) found.set(key, { registry: target.registry, repository });
    }
  }
  await Promise.all(
    [...found.values()].map(async (place) => {
      if (await isKnown(parts, place)) return;
      const access = { access: 'pull' } as const;
      await readNewest(parts, { place, most: MOST_OF_ALIKE, without: new Set(), access }, signal);
    }),
  );
}

async function isKnown({ contentIndex, clock }: PlanningParts, place: RepositoryName): Promise<boolean> {
  const readMs = await contentIndex.repositoryReadMs(place);
  return readMs !== null && clock.now() - readMs < KNOWN_FOR_MS;
}

async function alikeOf(
  { contentIndex, clientOf }: PlanningParts,
  { layers }: PushDraft,
  { registry, repository }: RepositoryName,
): Promise<string[]> {
  const digests = layers.flatMap(({ digest, kind }) => (digest === null || kind !== 'disk' ? [] : [digest]));
  const holders = digests.length === 0 ? [] : await contentIndex.holdersOf(digests);
  const holding = holders.filter((holder) => holder.registry === registry).map((holder) => holder.repository);
  const readable = await contentIndex.readableRepositories(registry, accountName(clientOf(registry)));
  return alikeRepositories(repository, { holding, readable });
}

async function readNewest(
  parts: PlanningParts,
  { place, most, without, access }: Reading,
  signal: AbortSignal,
): Promise<void> {
  const client = parts.clientOf(place.registry);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]);
  try {
    parts.requests.manifest += 1;
    const list = await client.listTags(place.repository, { signal: bounded });
    const tags = list.tags.filter((tag) => !without.has(tag));
    const manifests = await manifestsOf(parts, client, place, newestTags({ ...list, tags }, most), access, bounded);
    const learned = manifests.map((manifest): LearnedManifest => ({ manifest, pairs: claimedPairs(manifest.bytes) }));
    await parts.contentIndex.learnManifests(place, learned, accountName(client));
  } catch (thrown) {
    signal.throwIfAborted();
    if (bounded.aborted) return;
    if (!(thrown instanceof AppError)) throw thrown;
    // A repository that is not there yet has been read, too; one that does not answer is asked at the next push.
    if (thrown.code !== 'repository.notFound') return;
  }
  await parts.contentIndex.readRepository(place, accountName(client));
}

async function manifestsOf(
  parts: PlanningParts,
  client: DistributionClient,
  { repository }: RepositoryName,
  tags: readonly string[],
  access: Reading['access'],
  signal: AbortSignal,
): Promise<RemoteManifest[]> {
  const found = new Map<string, RemoteManifest>();
  await limited(
    tags,
    () => READS_AT_ONCE,
    signal,
    async (tag, stopped) => {
      parts.requests.manifest += 1;
      const manifest = await client.getManifest(repository, tag, { ...access, signal: stopped });
      if (manifest !== null) found.set(manifest.digest, manifest);
    },
  );
  return [...found.values()];
}
