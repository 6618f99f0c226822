import { isReferrerTag } from '../../../shared/models/referrer-tag.ts';
import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import { plainTags, tagsOf } from '../registries/tree-rows.ts';

/** How the tags of a repository are drawn: a row for each digest, or one for each tag by name or by age. */
export type TagOrder = 'digest' | 'name' | 'newest';

/** A row of the table of tags. */
export interface TagRow {
  readonly key: string;
  readonly group: TagGroup;
  /** The tags of the row in the order of its tokens. */
  readonly tags: readonly string[];
}

/** See {@link tagRows}. */
export interface TagRowOptions {
  readonly order: TagOrder;
  /** Part of a tag or digest; empty = everything. */
  readonly filter: string;
  /** Tags of signatures and other referrers, too. */
  readonly referrers: boolean;
}

const names = new Intl.Collator('en', { numeric: true });

function byAge(one: TagGroup, other: TagGroup): number {
  const [first, second] = [one.uploadTime ?? '', other.uploadTime ?? ''];
  return first === second ? 0 : first < second ? 1 : -1;
}

/** The rows of the table of tags, in the order in which they are drawn. */
export function tagRows({ groups }: Repository, options: TagRowOptions): TagRow[] {
  const { order, referrers } = options;
  const filter = options.filter.trim().toLowerCase();
  const found = (tag: string): boolean => filter === '' || tag.toLowerCase().includes(filter);
  const rows: TagRow[] = [];
  for (const group of groups) {
    const tags = referrers ? tagsOf(group) : plainTags(group);
    const byDigest = filter !== '' && group.digest.includes(filter);
    if (order === 'digest') {
      if (tags.length > 0 && (byDigest || tags.some(found))) rows.push({ key: group.digest, group, tags });
      continue;
    }
    for (const tag of tags) if (byDigest || found(tag)) rows.push({ key: tag, group, tags: [tag] });
  }
  const byName = (one: TagRow, other: TagRow): number => names.compare(one.key, other.key);
  if (order === 'name') rows.sort(byName);
  if (order === 'newest') rows.sort((one, other) => byAge(one.group, other.group) || byName(one, other));
  return rows;
}

/** Tags that lists leave out unless they are asked for. */
export function referrerTags({ groups }: Repository): number {
  return groups.reduce((count, { tags }) => count + tags.filter(isReferrerTag).length, 0);
}

/** A name from a registry's list that is no tag, with what could disturb the text around it spelled out. */
export function escapedName(name: string): string {
  const spelled = Array.from(name.slice(0, 200)).map((character) =>
    /[\p{C}\p{Z}]/u.test(character) && character !== ' '
      ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
      : character,
  );
  return spelled.join('') + (name.length > 200 ? '…' : '');
}
