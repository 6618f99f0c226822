import { Download, Hash, RefreshCw, Server, Tag, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../state/client.ts';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuGroups } from '../../ui/context-menu.tsx';
import { pullCommand } from './pull-command.ts';
import { type RegistryRow, repositoryKey } from './tree-rows.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** Tags of one digest that get a menu row of their own. */
const MOST_TAGS = 8;

/** The commands of a row of the Registries pane. */
export function useRegistryCommands(
  readings: TagReadings,
  ownCommands: () => MenuGroups,
  onRemove: (host: string) => void,
): (row: RegistryRow) => MenuGroups {
  const { t } = useTranslation('panes');
  const client = useClient();
  const copy = useCopy();
  return (row) => {
    const { host } = row.registry;
    switch (row.kind) {
      case 'registry':
        if (row.registry.thisComputer) return ownCommands();
        return [
          [
            {
              id: 'list',
              label: t('listRepositories'),
              icon: RefreshCw,
              // The row shows what came of it.
              act: () => void client.call('registries.read', { host }).catch(() => undefined),
            },
          ],
          [{ id: 'copyHost', label: t('copyHost'), icon: Server, act: () => copy(host) }],
          [{ id: 'remove', label: t('removeDots'), icon: Trash2, act: () => onRemove(host) }],
        ];
      case 'repository': {
        const { repository } = row.repository;
        return [
          [{ id: 'read', label: t('readTags'), icon: RefreshCw, act: () => readings.read(host, repository) }],
          [
            {
              id: 'copy',
              label: t('copyReference'),
              icon: Tag,
              act: () => copy(repositoryKey(host, repository)),
            },
          ],
        ];
      }
      case 'group': {
        const name = repositoryKey(host, row.repository.repository);
        const { digest } = row.group;
        const [first] = row.tags;
        return [
          row.tags.slice(0, MOST_TAGS).map((tag) => ({
            id: `copy ${tag}`,
            label: row.tags.length === 1 ? t('copyReference') : t('copyReferenceOf', { tag }),
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
              act: () =>
                copy(pullCommand(row.registry, first === undefined ? `${name}@${digest}` : `${name}:${first}`)),
            },
          ],
          [
            {
              id: 'read',
              label: t('readTags'),
              icon: RefreshCw,
              act: () => readings.read(host, row.repository.repository),
            },
          ],
        ];
      }
      case 'reading':
      case 'noTags':
      case 'noRepositories':
        return [];
    }
  };
}
