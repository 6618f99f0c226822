import { isReferrerTag } from '../../../shared/models/referrer-tag.ts';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { registryKey, type TreeSelection } from '../../state/tree-selection.ts';
import { orderTags } from '../../ui/tag-order.ts';
import type { TreeRow } from '../../ui/tree-list.tsx';

/** A visible row: a registry, a repository, the tags of one digest, or what stands in the place of tags. */
export type RegistryRow = TreeRow &
  (
    | { readonly kind: 'registry'; readonly registry: Registry }
    | { readonly kind: 'repository'; readonly registry: Registry; readonly repository: Repository }
    | {
        readonly kind: 'group';
        readonly registry: Registry;
        readonly repository: Repository;
        readonly group: TagGroup;
        readonly tags: readonly string[];
      }
    | {
        /** `newRepository`: only while something is carried that can be dropped there. */
        readonly kind: 'reading' | 'noTags' | 'noRepositories' | 'newRepository';
        readonly registry: Registry;
        readonly of: string;
      }
  );

/** What the person opened and closed, by key; what is not named is as it is by itself. */
export type OpenRows = Readonly<Record<string, boolean>>;

/** Repositories with more digests than this are closed until they are opened. */
const MOST_OPEN = 12;

/** `host/repository`: the key of a repository's row, and of the reading of its tags. */
export function repositoryKey(host: string, repository: string): string {
  return `${host}/${repository}`;
}

function isOpen(open: OpenRows, key: string, byItself: boolean): boolean {
  return open[key] ?? byItself;
}

/**
 * Packed bytes of a repository's distinct blobs; until all manifests are known the sum of its digests, in which layers that
 * they share count in each; null while the size of one is not known.
 */
export function packedSum(repository: Repository): number | null {
  if (repository.storedSize !== null) return repository.storedSize;
  if (repository.readMs === null || repository.groups.some(({ size }) => size === null)) return null;
  return repository.groups.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

const orders = new WeakMap<TagGroup, readonly string[]>();

/** The tags of a group in the order of its tokens; sorted once. */
export function tagsOf(group: TagGroup): readonly string[] {
  const known = orders.get(group);
  if (known !== undefined) return known;
  const sorted = orderTags(group.tags);
  orders.set(group, sorted);
  return sorted;
}

const plain = new WeakMap<Repository, readonly TagGroup[]>();

/** The tags of a group without those of signatures and other referrers. */
export function plainTags(group: TagGroup): readonly string[] {
  const tags = tagsOf(group);
  return tags.some(isReferrerTag) ? tags.filter((tag) => !isReferrerTag(tag)) : tags;
}

/** The groups of a repository that have a tag which is none of a referrer; found once. */
export function plainGroups(repository: Repository): readonly TagGroup[] {
  const known = plain.get(repository);
  if (known !== undefined) return known;
  const found = repository.groups.filter(({ tags }) => !tags.every(isReferrerTag));
  plain.set(repository, found);
  return found;
}

/** How many tags a repository has, those of referrers left out. */
export function plainTagCount(repository: Repository): number {
  return plainGroups(repository).reduce((sum, group) => sum + plainTags(group).length, 0);
}

/** The groups that a filter leaves: all of a repository whose name it matches, else those with a matching tag. */
function shownGroups(host: string, repository: Repository, filter: string): readonly TagGroup[] | null {
  if (filter === '' || repositoryKey(host, repository.repository).toLowerCase().includes(filter)) {
    return plainGroups(repository);
  }
  const found = repository.groups.filter(
    ({ tags, digest }) => tags.some((tag) => tag.toLowerCase().includes(filter)) || digest.includes(filter),
  );
  return found.length === 0 ? null : found;
}

function repositoryRows(
  registry: Registry,
  repository: Repository,
  options: { readonly filter: string; readonly open: OpenRows; readonly reading: ReadonlySet<string> },
): RegistryRow[] {
  const { filter, open, reading } = options;
  const groups = shownGroups(registry.host, repository, filter);
  if (groups === null) return [];
  const key = repositoryKey(registry.host, repository.repository);
  const all = plainGroups(repository);
  const byItself = repository.readMs !== null && all.length <= MOST_OPEN;
  const narrowed = filter !== '' && groups !== all;
  const opened = narrowed || isOpen(open, key, byItself);
  const row: RegistryRow = {
    kind: 'repository',
    registry,
    repository,
    key,
    level: 2,
    open: opened,
    name: repository.repository,
    selectable: true,
  };
  if (!opened) return [row];
  const below = { registry, level: 3, open: null, selectable: false, of: key } as const;
  if (groups.length === 0) {
    const kind = reading.has(key) || repository.readMs === null ? 'reading' : 'noTags';
    return [row, { ...below, kind, key: `${key} ${kind}`, name: '' }];
  }
  return [
    row,
    ...groups.map((group): RegistryRow => {
      // What only belongs to another image is found by its name alone.
      const tags = plainTags(group).length > 0 ? plainTags(group) : tagsOf(group);
      return {
        kind: 'group',
        registry,
        repository,
        group,
        tags,
        key: `${key}@${group.digest}`,
        level: 3,
        open: null,
        name: tags.join(' '),
        selectable: true,
      };
    }),
  ];
}

/** The rows of the Registries pane. */
export function registryRows(
  registries: readonly Registry[],
  options: {
    readonly filter: string;
    readonly open: OpenRows;
    /** Keys of repositories whose tags are being read. */
    readonly reading: ReadonlySet<string>;
    /** What the registry of this computer is called. */
    readonly ownName: string;
    /** Something is carried: each registry offers a new repository. */
    readonly carrying?: boolean;
  },
): RegistryRow[] {
  const filter = options.filter.trim().toLowerCase();
  return registries.flatMap((registry) => {
    const key = registryKey(registry);
    const name = registry.thisComputer ? options.ownName : registry.host;
    // Off, it has nothing to open.
    const closed = registry.thisComputer && registry.health === 'offline';
    const opened = !closed && (filter !== '' || isOpen(options.open, key, true));
    const head: RegistryRow = {
      kind: 'registry',
      registry,
      key,
      level: 1,
      open: closed ? null : opened,
      name,
      selectable: true,
    };
    const rows = opened
      ? registry.repositories.flatMap((repository) => repositoryRows(registry, repository, { ...options, filter }))
      : [];
    if (filter !== '' && rows.length === 0 && !`${registry.host} ${name}`.toLowerCase().includes(filter)) return [];
    const below = { registry, level: 2, open: null, selectable: false, of: registry.host, name: '' } as const;
    if (opened && options.carrying === true) {
      rows.push({ ...below, kind: 'newRepository', key: `${key} newRepository` });
    } else if (opened && registry.repositories.length === 0) {
      rows.push({ ...below, kind: 'noRepositories', key: `${key} noRepositories` });
    }
    return [head, ...rows];
  });
}

/** The row of something that is selected, whether it is in sight or not. */
export function rowOfSelection({ registry, repository, group }: TreeSelection): RegistryRow {
  const row = { registry, open: null, selectable: true } as const;
  if (repository === null) {
    return { ...row, kind: 'registry', key: registryKey(registry), level: 1, name: registry.host };
  }
  const key = repositoryKey(registry.host, repository.repository);
  if (group === null) return { ...row, kind: 'repository', repository, key, level: 2, name: key };
  const tags = tagsOf(group);
  return {
    ...row,
    kind: 'group',
    repository,
    group,
    tags,
    key: `${key}@${group.digest}`,
    level: 3,
    name: tags[0] === undefined ? `${key}@${group.digest}` : `${key}:${tags[0]}`,
  };
}

/** Roughly the width of a character of a token, and of its edge, padding and gap. CSS px at 100 % text. */
const CHARACTER = 7.6;
const TOKEN_EDGE = 20;
const MORE_TOKEN = 40;

/** How many tokens fit into a width at 100 % text, at least one; the rest becomes `+n`, which has to fit as well. */
export function tokensThatFit(tags: readonly string[], width: number): number {
  let used = 0;
  for (const [at, tag] of tags.entries()) {
    used += tag.length * CHARACTER + TOKEN_EDGE;
    const rest = at + 1 < tags.length ? MORE_TOKEN : 0;
    if (at > 0 && used + rest > width) return at;
  }
  return tags.length;
}
