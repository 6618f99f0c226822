import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import type { ContentIndex } from '../digests/content-index.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { groupSizes } from './group-sizes.ts';
import { tagDigests } from './tag-digests.ts';

/** What reading a repository takes. */
export interface ReadingParts {
  readonly client: RegistryClient;
  readonly index: ContentIndex;
  readonly nowMs: () => number;
  readonly onRead: (read: number, total: number) => void;
  /** Told of the tags as soon as they are grouped, before manifests are read for their sizes. */
  readonly onGrouped: (repository: Repository) => Promise<void>;
}

/** Manifests of one repository that are read for their sizes at one look; the next look goes on. */
const MOST_MANIFESTS_READ = 500;
/** Names that are no tags of which a list keeps record. */
const MOST_INVALID = 100;

/**
 * Reads a repository's tags, grouped by digest, the newest first. What a digest is does not change: what was known of it at
 * the last look stays, manifests are read for the others, and the content index learns what they claim.
 *
 * @param before the last look at it
 * @throws AppError `registry.*`, `auth.*`, `repository.notFound`
 */
export async function readRepository(
  parts: ReadingParts,
  before: Repository,
  signal: AbortSignal,
): Promise<Repository> {
  const { client, onRead } = parts;
  const { repository } = before;
  const { tags, invalid } = await client.listTags(repository, { signal });
  onRead(0, tags.length);
  const digests = await tagDigests(client, repository, tags, signal, (asked) => onRead(asked, tags.length));
  const named = new Map<string, string[]>();
  for (const [tag, digest] of digests) {
    const names = named.get(digest);
    if (names === undefined) named.set(digest, [tag]);
    else names.push(tag);
  }
  const known = new Map(before.groups.map((group) => [group.digest, group]));
  const groups = [...named].map(([digest, names]): TagGroup => {
    const { size, uploadTime, kind, mediaType } = known.get(digest) ?? NOTHING_KNOWN;
    return { digest, tags: names.sort(), size, uploadTime, kind, mediaType, onlyHere: null };
  });
  const grouped: Repository = {
    ...before,
    readMs: parts.nowMs(),
    tagCount: digests.size,
    invalidTags: invalid.slice(0, MOST_INVALID),
    groups: newestFirst(groups),
  };
  const unchanged = groups.length === before.groups.length && groups.every(({ digest }) => known.has(digest));
  if (unchanged && before.groups.every(({ onlyHere }) => onlyHere !== null)) {
    return {
      ...grouped,
      groups: grouped.groups.map((group) => ({ ...group, onlyHere: known.get(group.digest)?.onlyHere ?? null })),
    };
  }
  await parts.onGrouped(grouped);
  const source = {
    client,
    index: parts.index,
    place: { registry: client.host, repository },
    budget: MOST_MANIFESTS_READ,
  };
  const facts = await groupSizes(source, wantedFirst(groups), signal);
  const filled = grouped.groups.map((group) => ({ ...group, ...facts.get(group.digest) }));
  return { ...grouped, groups: newestFirst(filled) };
}

const NOTHING_KNOWN = { size: null, uploadTime: null, kind: null, mediaType: null } as const;

function newestFirst(groups: readonly TagGroup[]): TagGroup[] {
  return [...groups].sort((one, other) => {
    const [first, second] = [one.uploadTime ?? '', other.uploadTime ?? ''];
    return first === second ? 0 : first < second ? 1 : -1;
  });
}

/** Digests of which nothing is known come first, so that each look gets further than the last one. */
function wantedFirst(groups: readonly TagGroup[]): string[] {
  const unknown = groups.filter(({ kind }) => kind === null);
  const known = groups.filter(({ kind }) => kind !== null);
  return [...unknown, ...known].map(({ digest }) => digest);
}
