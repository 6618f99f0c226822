import { type Repository, type TagGroup, tagGroupSchema } from '../../../shared/models/registry.ts';
import type { TagEntry } from './tag-journal.ts';

/** A repository as it was last read, with an edit's tags where they are now; what it says of images stays. */
export function editGroups(repository: Repository, tags: TagEntry['tags']): Repository {
  const now = new Map(tags.map(({ tag, after }) => [tag, after]));
  const groups = new Map<string, TagGroup>();
  for (const group of repository.groups)
    groups.set(group.digest, { ...group, tags: group.tags.filter((tag) => !now.has(tag)) });
  for (const [tag, digest] of now) {
    if (digest === null) continue;
    const group = groups.get(digest) ?? tagGroupSchema.parse({ digest, tags: [], size: null, uploadTime: null });
    groups.set(digest, { ...group, tags: [...group.tags, tag].sort() });
  }
  const tagged = [...groups.values()].filter((group) => group.tags.length > 0);
  const same = tagged.length === repository.groups.length && groups.size === tagged.length;
  // Another digest that came or went changes which bytes only one needs; the next look counts anew.
  const left = same ? tagged : tagged.map((group) => ({ ...group, onlyHere: null }));
  return { ...repository, groups: left, tagCount: left.reduce((sum, group) => sum + group.tags.length, 0) };
}
