import type { Registry, Repository, TagGroup } from '../../shared/models/registry.ts';

/** What is selected in the window: a VM or cached image, or a row of the tree of registries. */
export type Selection =
  | { readonly kind: 'vm'; readonly key: string }
  | { readonly kind: 'registry'; readonly key: string }
  | null;

/** The key of the registry of this computer: its address can change. */
export const THIS_COMPUTER = 'this computer';

/** The key of a registry's row. */
export function registryKey({ host, thisComputer }: Registry): string {
  return thisComputer ? THIS_COMPUTER : host;
}

/** What a key of the tree names. */
export interface TreeSelection {
  readonly registry: Registry;
  readonly repository: Repository | null;
  readonly group: TagGroup | null;
}

/** Registry, repository and digest group that a key of the tree names; null for one that is gone. */
export function findInTree(registries: readonly Registry[], key: string): TreeSelection | null {
  const registry = registries.find((one) => key === registryKey(one) || key.startsWith(`${one.host}/`));
  if (registry === undefined) return null;
  const whole = { registry, repository: null, group: null };
  if (key === registryKey(registry)) return whole;
  const [path = '', digest] = key.slice(registry.host.length + 1).split('@');
  const repository = registry.repositories.find((entry) => entry.repository === path);
  // What was selected below it is out of sight while it is off.
  if (repository === undefined) return registry.thisComputer ? whole : null;
  const group = repository.groups.find((entry) => entry.digest === digest) ?? null;
  return digest !== undefined && group === null ? null : { registry, repository, group };
}
