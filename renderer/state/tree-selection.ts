import type { Registry, Repository, TagGroup } from '../../shared/models/registry.ts';

/** What is selected in the window: a VM or cached image, or a row of the tree of registries. */
export type Selection =
  | { readonly kind: 'vm'; readonly key: string }
  | { readonly kind: 'registry'; readonly key: string }
  | null;

/** What a key of the tree names. */
export interface TreeSelection {
  readonly registry: Registry;
  readonly repository: Repository | null;
  readonly group: TagGroup | null;
}

/** Registry, repository and digest group that a key of the tree names; null for one that is gone. */
export function findInTree(registries: readonly Registry[], key: string): TreeSelection | null {
  const registry = registries.find(({ host }) => key === host || key.startsWith(`${host}/`));
  if (registry === undefined) return null;
  if (key === registry.host) return { registry, repository: null, group: null };
  const [path = '', digest] = key.slice(registry.host.length + 1).split('@');
  const repository = registry.repositories.find((entry) => entry.repository === path);
  if (repository === undefined) return null;
  const group = repository.groups.find((entry) => entry.digest === digest) ?? null;
  return digest !== undefined && group === null ? null : { registry, repository, group };
}
