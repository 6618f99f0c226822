import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import { BlobShares } from '../browse/blob-shares.ts';
import { chunksOf } from '../browse/manifest-summary.ts';
import { imageKindOf, uploadTimeIn } from '../oci/image-kind.ts';
import { imageParts } from './list-images.ts';
import type { OciStore } from './oci-store.ts';
import type { RepositoryView } from './repository-views.ts';

async function contentOf(
  store: OciStore,
  { tags, manifests }: RepositoryView,
): Promise<Pick<Repository, 'groups' | 'storedSize'>> {
  const named = new Map<string, string[]>();
  for (const [tag, digest] of tags) named.set(digest, [...(named.get(digest) ?? []), tag]);
  const shares = new BlobShares();
  const groups: Omit<TagGroup, 'onlyHere' | 'thread'>[] = [];
  for (const [digest, names] of named) {
    const { blobs } = await imageParts((current) => store.manifests.facts(current, null), digest);
    const facts = manifests.get(digest);
    shares.add(digest, blobs);
    if (facts?.parsed.kind === 'image') shares.addChunks(digest, chunksOf(facts.parsed));
    groups.push({
      digest,
      tags: names.sort(),
      size: [...blobs.values()].reduce((sum, size) => sum + size, 0),
      uploadTime: facts === undefined ? null : uploadTimeIn(facts.annotations),
      kind: facts === undefined ? null : imageKindOf(facts.parsed),
      mediaType: facts?.mediaType ?? null,
    });
  }
  const onlyHere = shares.onlyHere();
  const complete = groups.map((group) => ({
    ...group,
    onlyHere: onlyHere === null ? null : (onlyHere.get(group.digest) ?? 0),
    thread: shares.threadOf(group.digest),
  }));
  complete.sort((left, right) => (right.uploadTime ?? '').localeCompare(left.uploadTime ?? ''));
  return { groups: complete, storedSize: shares.total() };
}

/** The repositories of a store as a registry shows them: tags by digest, the newest first. Sizes in bytes; reads no blob. */
export async function storedRepositories(store: OciStore): Promise<Repository[]> {
  const found: Repository[] = [];
  for (const repository of await store.repositories()) {
    const view = await store.repository(repository);
    if (view === null) continue;
    found.push({
      repository,
      readMs: store.clock.now(),
      tagCount: view.tags.size,
      ...(await contentOf(store, view)),
      invalidTags: [],
      incomplete: false,
      pinned: false,
    });
  }
  return found;
}
