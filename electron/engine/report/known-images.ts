import type { Registry, Repository } from '../../../shared/models/registry.ts';
import type { SharingImage } from '../../../shared/models/sharing.ts';
import type { SeenManifest } from '../digests/seen-manifests.ts';
import type { ImageContents } from './image-contents.ts';

/** What is known of a registry without a request. */
export type ListedRegistry = Pick<Registry, 'host' | 'thisComputer' | 'repositories'>;

/** An image with its distinct blobs by number. Sizes in bytes. */
export interface KnownImage extends Omit<SharingImage, 'unique'> {
  readonly blobs: Uint32Array;
  /** There were too many blobs to give them numbers: `blobs` is empty. */
  readonly uncounted: boolean;
}

/** Known images of one repository. */
export interface KnownRepository {
  readonly repository: string;
  readonly readMs: number | null;
  readonly images: readonly KnownImage[];
  /** Images of which a manifest is not known. */
  readonly unread: number;
  /** Packed bytes of its distinct blobs at the last look at it; null where that is not known. */
  readonly storedSize: number | null;
}

/** Known images of one registry. */
export interface KnownRegistry {
  readonly host: string;
  readonly thisComputer: boolean;
  readonly repositories: readonly KnownRepository[];
}

/** An image before its manifest was looked at. */
interface Candidate {
  readonly digest: string;
  readonly tags: readonly string[];
}

/**
 * The images of a repository: tagged digests of the last look at its tags, and what was seen there since; of one that was
 * never read, whatever was seen there.
 */
function candidatesOf({ readMs, groups }: Repository, seen: readonly SeenManifest[]): Candidate[] {
  const tagged = new Map(groups.map(({ digest, tags }) => [digest, tags]));
  const since = seen.filter(({ digest, seenMs }) => !tagged.has(digest) && (readMs === null || seenMs > readMs));
  return [
    ...[...tagged].map(([digest, tags]) => ({ digest, tags })),
    ...since.map(({ digest }) => ({ digest, tags: [] })),
  ];
}

function knownRepository(
  host: string,
  { repository, readMs, storedSize }: Repository,
  candidates: readonly Candidate[],
  contents: ImageContents,
): KnownRepository {
  // What an index names belongs to it, unless it has a tag of its own.
  const named = new Set(candidates.flatMap(({ digest }) => contents.childrenOf(digest)));
  const images: KnownImage[] = [];
  let unread = 0;
  for (const { digest, tags } of candidates) {
    if (tags.length === 0 && named.has(digest)) continue;
    const content = contents.of(digest);
    if (content === null) unread += 1;
    else {
      const { kind, uploadTime, packed, blobs, uncounted } = content;
      images.push({
        registry: host,
        repository,
        digest,
        tags: [...tags].sort(),
        kind,
        uploadTime,
        packed,
        blobs,
        uncounted,
      });
    }
  }
  images.sort((one, other) => other.packed - one.packed || one.digest.localeCompare(other.digest));
  return { repository, readMs, images, unread, storedSize };
}

/** The known images of registries; reads the manifests that are not read yet. */
export async function knownImages(
  listed: readonly ListedRegistry[],
  seen: readonly SeenManifest[],
  contents: ImageContents,
  signal: AbortSignal,
): Promise<KnownRegistry[]> {
  const seenIn = new Map<string, SeenManifest[]>();
  for (const manifest of seen) {
    const place = `${manifest.registry}/${manifest.repository}`;
    const there = seenIn.get(place);
    if (there === undefined) seenIn.set(place, [manifest]);
    else there.push(manifest);
  }
  const found = listed.map(({ host, thisComputer, repositories }) => ({
    host,
    thisComputer,
    repositories: repositories.map((repository) => ({
      repository,
      candidates: candidatesOf(repository, seenIn.get(`${host}/${repository.repository}`) ?? []),
    })),
  }));
  const digests = found.flatMap(({ repositories }) =>
    repositories.flatMap(({ candidates }) => candidates.map(({ digest }) => digest)),
  );
  await contents.read(digests, signal);
  return found.map(({ host, thisComputer, repositories }) => ({
    host,
    thisComputer,
    repositories: repositories
      .map(({ repository, candidates }) => knownRepository(host, repository, candidates, contents))
      .filter(({ images, unread }) => images.length + unread > 0),
  }));
}

/** All images of registries. */
export function imagesOf(registries: readonly KnownRegistry[]): KnownImage[] {
  return registries.flatMap(({ repositories }) => repositories.flatMap(({ images }) => images));
}
