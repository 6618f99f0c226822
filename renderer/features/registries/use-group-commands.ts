import type { TFunction } from 'i18next';
import { Download, GitCompare, Hash, RefreshCw, Tag } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuCommand, MenuGroups } from '../../ui/context-menu.tsx';
import { compareImages, imageName } from '../compare/compare-start.ts';
import { useCargoCommands } from '../copy/use-cargo-commands.ts';
import type { ImageCargo } from '../drag/cargo.ts';
import { cargoAround } from '../drag/selected-cargo.ts';
import { pullCommand } from './pull-command.ts';
import { repositoryKey } from './tree-rows.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** Tags of one digest that get a menu row of their own. */
const MOST_TAGS = 8;

/** The commands of the tags of one digest, in the tree and in the table of a repository. */
export function useGroupCommands(
  readings: TagReadings,
): (registry: Registry, repository: Repository, group: TagGroup, tags: readonly string[]) => MenuGroups {
  const { t } = useTranslation('panes');
  const { t: compare } = useTranslation('compare');
  const copy = useCopy();
  const carry = useCargoCommands();
  return (registry, remote, group, tags) => {
    const { repository } = remote;
    const { digest } = group;
    const name = repositoryKey(registry.host, repository);
    const [first] = tags;
    const cargo = cargoAround(registry.host, remote, group, tags);
    // Only Tart's disks are compared; what an image is may not be known yet.
    const compared = group.kind === null || group.kind === 'tart' ? [compareCommand(cargo, compare)] : [];
    return [
      carry(cargo),
      compared,
      tags.slice(0, MOST_TAGS).map((tag) => ({
        id: `copy ${tag}`,
        label: tags.length === 1 ? t('copyReference') : t('copyReferenceOf', { tag }),
        icon: Tag,
        act: () => copy(`${name}:${tag}`),
      })),
      [
        { id: 'copyDigest', label: t('copyDigest'), icon: Hash, act: () => copy(digest) },
        { id: 'copyPinned', label: t('copyPinned'), icon: Hash, act: () => copy(`${name}@${digest}`) },
        {
          id: 'copyPull',
          label: t('copyPull'),
          icon: Download,
          act: () => copy(pullCommand(registry, first === undefined ? `${name}@${digest}` : `${name}:${first}`)),
        },
      ],
      [
        {
          id: 'read',
          label: t('readTags'),
          icon: RefreshCw,
          act: () => readings.read(registry.host, repository),
        },
      ],
    ];
  };
}

/** Compares the two images that are selected, or this one with another. */
function compareCommand({ host, repository, images }: ImageCargo, t: TFunction<'compare'>): MenuCommand {
  const [a, b] = images.map((image) => imageName(host, repository, image));
  const two = images.length === 2;
  return {
    id: 'compare',
    label: t(two ? 'compareTwo' : 'compareWith'),
    icon: GitCompare,
    act: () => compareImages(a ?? null, two ? (b ?? null) : null),
  };
}
