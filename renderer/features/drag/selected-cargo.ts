import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import { tagSelectionStore } from '../../state/tag-selection.ts';
import type { TreeSelection } from '../../state/tree-selection.ts';
import { groupCargo, type ImageCargo, repositoryCargo } from './cargo.ts';

/** The selected tags of a repository; null where none is. A tag that is gone is left out. */
export function selectedCargo(host: string, { repository, groups }: Repository): ImageCargo | null {
  const { place, tags } = tagSelectionStore.getState();
  if (place !== `${host}/${repository}`) return null;
  const images = groups.flatMap((group) => {
    const own = group.tags.filter((tag) => tags.has(tag));
    return own.length === 0 ? [] : [{ digest: group.digest, tags: own }];
  });
  return images.length === 0 ? null : { kind: 'images', host, repository, images, whole: false };
}

/** What goes along with tags of a digest: all that is selected where they are part of it, else they alone. */
export function cargoAround(
  host: string,
  repository: Repository,
  group: TagGroup,
  tags: readonly string[],
): ImageCargo {
  const selected = selectedCargo(host, repository);
  const among = selected?.images.some((image) => tags.some((tag) => image.tags.includes(tag))) === true;
  return among ? selected : groupCargo(host, repository.repository, group, tags);
}

/** What `Copy to…` takes: the selected tags of the repository that is shown, else the digest or repository itself. */
export function cargoOfSelection(tree: TreeSelection | null): ImageCargo | null {
  if (tree === null || tree.repository === null) return null;
  const { registry, repository, group } = tree;
  if (group !== null) return groupCargo(registry.host, repository.repository, group);
  return selectedCargo(registry.host, repository) ?? repositoryCargo(registry.host, repository);
}
