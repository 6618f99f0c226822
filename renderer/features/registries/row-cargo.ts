import { groupCargo, type ImageCargo, repositoryCargo } from '../drag/cargo.ts';
import type { RegistryRow } from './tree-rows.ts';

/** What a row is when it is picked up, all or (with `tag`) one of the tags of a digest; null for one that cannot be. */
export function cargoOfRow(row: RegistryRow, tag: string | null = null): ImageCargo | null {
  const { host } = row.registry;
  if (row.kind === 'repository') return repositoryCargo(host, row.repository);
  if (row.kind !== 'group') return null;
  return groupCargo(host, row.repository.repository, row.group, tag === null ? row.tags : [tag]);
}
