import type { Cargo } from '../drag/cargo.ts';
import type { DropPlace } from '../drag/drag-store.ts';
import { type RegistryRow, repositoryKey } from './tree-rows.ts';

/**
 * What a row stands for when something is dropped on it. Images go to a repository, whichever of its rows they are dropped
 * on; on a registry they keep the name of their repository. A VM takes the tags of the digest it is dropped on, or the one
 * tag that is aimed at.
 */
export function placeOfRow(row: RegistryRow, cargo: Cargo, tag: string | null = null): DropPlace {
  const { host } = row.registry;
  const fresh = { rowKey: row.key, target: { host, repository: null, tags: [] } };
  switch (row.kind) {
    case 'registry':
      if (cargo.kind === 'vm') return fresh;
      return { rowKey: row.key, target: { host, repository: cargo.repository, tags: [] } };
    case 'repository':
      return { rowKey: row.key, target: { host, repository: row.repository.repository, tags: [] } };
    case 'group': {
      const { repository } = row.repository;
      if (cargo.kind === 'images') {
        return { rowKey: repositoryKey(host, repository), target: { host, repository, tags: [] } };
      }
      return { rowKey: row.key, target: { host, repository, tags: tag === null ? row.tags : [tag] } };
    }
    case 'reading':
    case 'noTags':
      return { rowKey: row.of, target: { host, repository: row.of.slice(host.length + 1), tags: [] } };
    case 'noRepositories':
    case 'newRepository':
      return fresh;
  }
}
