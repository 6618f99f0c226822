import type { Repository } from '../../../shared/models/registry.ts';
import { TART } from '../oci/media-types.ts';
import { imageParts } from './list-images.ts';
import type { OciStore } from './oci-store.ts';
import type { RepositoryView } from './repository-views.ts';

async function groupsOf(store: OciStore, { tags, manifests }: RepositoryView): Promise<Repository['groups']> {
  const named = new Map<string, string[]>();
  for (const [tag, digest] of tags) named.set(digest, [...(named.get(digest) ?? []), tag]);
  const groups: Repository['groups'] = [];
  for (const [digest, names] of named) {
    const { blobs } = await imageParts((current) => store.manifests.facts(current, null), digest);
    groups.push({
      digest,
      tags: names.sort(),
      size: [...blobs.values()].reduce((sum, size) => sum + size, 0),
      uploadTime: manifests.get(digest)?.annotations[TART.uploadTime] ?? null,
    });
  }
  return groups.sort((left, right) => (right.uploadTime ?? '').localeCompare(left.uploadTime ?? ''));
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
      groups: await groupsOf(store, view),
    });
  }
  return found;
}
