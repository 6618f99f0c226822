import { Download, Hash, RefreshCw, Tag } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuGroups } from '../../ui/context-menu.tsx';
import { useCargoCommands } from '../copy/use-cargo-commands.ts';
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
  const copy = useCopy();
  const carry = useCargoCommands();
  return (registry, remote, group, tags) => {
    const { repository } = remote;
    const { digest } = group;
    const name = repositoryKey(registry.host, repository);
    const [first] = tags;
    return [
      carry(cargoAround(registry.host, remote, group, tags)),
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
