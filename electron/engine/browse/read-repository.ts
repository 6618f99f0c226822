import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import type { ContentIndex } from '../digests/content-index.ts';
import { uploadTimeOf } from '../oci/tart-manifest.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { groupSizes } from './group-sizes.ts';
import { tagDigests } from './tag-digests.ts';

/** What reading a repository takes. */
export interface ReadingParts {
  readonly client: RegistryClient;
  readonly index: ContentIndex;
  readonly nowMs: () => number;
  /** Names that a page of a list is asked for. */
  readonly pageSize: number;
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
  const { client, onRead, pageSize } = parts;
  const { repository } = before;
  const list = await client.listTags(repository, { signal, pageSize });
  const { tags, invalid } = list;
  // A registry that names the digests in its list need not be asked tag by tag.
  const listedTags = new Set(tags);
  const digests = new Map([...list.digests].filter(([tag]) => listedTags.has(tag)));
  const unnamed = tags.filter((tag) => !digests.has(tag));
  onRead(digests.size, tags.length);
  const asked = await tagDigests(client, repository, unnamed, signal, (count) =>
    onRead(tags.length - unnamed.length + count, tags.length),
  );
  for (const [tag, digest] of asked) digests.set(tag, digest);
  const named = new Map<string, string[]>();
  for (const [tag, digest] of digests) {
    const names = named.get(digest);
    if (names === undefined) named.set(digest, [tag]);
    else names.push(tag);
  }
  const known = new Map(before.groups.map((group) => [group.digest, group]));
  const groups = [...named].map(([digest, names]): TagGroup => {
    const { size, uploadTime, kind, mediaType } = known.get(digest) ?? NOTHING_KNOWN;
    const pushed = uploadTime ?? listed(list.pushedMs.get(digest));
    return { digest, tags: names.sort(), size, uploadTime: pushed, kind, mediaType, onlyHere: null, thread: null };
  });
  const grouped: Repository = {
    ...before,
    readMs: parts.nowMs(),
    tagCount: digests.size,
    invalidTags: invalid.slice(0, MOST_INVALID),
    incomplete: !list.complete,
    storedSize: null,
    groups: newestFirst(groups),
  };
  const unchanged = groups.length === before.groups.length && groups.every(({ digest }) => known.has(digest));
  const place = { registry: client.host, repository };
  // After the index was made anew a look teaches it again.
  const seen = await parts.index.manifestsSeenIn(
    place,
    groups.map(({ digest }) => digest),
  );
  if (unchanged && seen.size > 0 && before.groups.every(({ onlyHere }) => onlyHere !== null)) {
    // Who shares what is as it was.
    const shared = grouped.groups.map((group): TagGroup => {
      const { onlyHere = null, thread = null } = known.get(group.digest) ?? {};
      return { ...group, onlyHere, thread };
    });
    return { ...grouped, storedSize: before.storedSize, groups: shared };
  }
  await parts.onGrouped(grouped);
  const source = {
    client,
    index: parts.index,
    place,
    budget: MOST_MANIFESTS_READ,
  };
  const { groups: facts, storedSize } = await groupSizes(source, wantedFirst(groups), signal);
  const filled = grouped.groups.map((group): TagGroup => {
    const said = facts.get(group.digest);
    return said === undefined ? group : { ...group, ...said, uploadTime: said.uploadTime ?? group.uploadTime };
  });
  return { ...grouped, storedSize, groups: newestFirst(filled) };
}

/** The time that a list of tags names. */
function listed(ms: number | undefined): string | null {
  return ms === undefined ? null : uploadTimeOf(ms);
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

/**
 * Kind, size and age of some digests of a repository, for the rows that somebody looks at before all manifests were read.
 *
 * @throws AppError `registry.*`, `auth.*`
 */
export async function describeDigests(
  { client, index }: Pick<ReadingParts, 'client' | 'index'>,
  repository: string,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Pick<TagGroup, 'kind' | 'mediaType' | 'size'> & Partial<TagGroup>>> {
  const place = { registry: client.host, repository };
  const { groups } = await groupSizes({ client, index, place, budget: MOST_MANIFESTS_READ }, digests, signal);
  // Who shares what with the others is known only when all are.
  return new Map(
    [...groups].map(([digest, { kind, mediaType, size, uploadTime }]) => [
      digest,
      { kind, mediaType, size, ...(uploadTime === null ? {} : { uploadTime }) },
    ]),
  );
}
