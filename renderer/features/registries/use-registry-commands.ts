import { KeyRound, Plus, RefreshCw, Server, Tag, Trash2, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../state/client.ts';
import { askForRepository } from '../../state/repository-request.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { showToast } from '../../state/toasts.ts';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuGroups } from '../../ui/context-menu.tsx';
import { useCargoCommands } from '../copy/use-cargo-commands.ts';
import { repositoryCargo } from '../drag/cargo.ts';
import { type RegistryRow, repositoryKey } from './tree-rows.ts';
import { useGroupCommands } from './use-group-commands.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** The commands of a row of the Registries pane. */
export function useRegistryCommands(
  readings: TagReadings,
  ownCommands: () => MenuGroups,
  onRemove: (host: string) => void,
): (row: RegistryRow) => MenuGroups {
  const { t } = useTranslation('panes');
  const client = useClient();
  const copy = useCopy();
  const ofGroup = useGroupCommands(readings);
  const carry = useCargoCommands();
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
            { id: 'pin', label: t('browse:pinDots'), icon: Plus, act: () => askForRepository(host) },
            { id: 'signIn', label: t('signIn:signInDots'), icon: KeyRound, act: () => askForSignIn(host) },
          ],
          [{ id: 'copyHost', label: t('copyHost'), icon: Server, act: () => copy(host) }],
          [{ id: 'remove', label: t('removeDots'), icon: Trash2, act: () => onRemove(host) }],
        ];
      case 'repository': {
        const { repository } = row.repository;
        return [
          carry(repositoryCargo(host, row.repository)),
          [{ id: 'read', label: t('readTags'), icon: RefreshCw, act: () => readings.read(host, repository) }],
          [
            {
              id: 'copy',
              label: t('copyReference'),
              icon: Tag,
              act: () => copy(repositoryKey(host, repository)),
            },
          ],
          row.registry.thisComputer
            ? []
            : [
                {
                  id: 'unpin',
                  label: t('browse:unpin'),
                  icon: X,
                  act: () => {
                    void client.call('repositories.unpin', { host, repository }).then(() => {
                      showToast({
                        title: t('browse:unpinned', { name: repositoryKey(host, repository) }),
                        more: t('browse:unpinnedMore'),
                        action: {
                          label: t('browse:putBack'),
                          act: () => {
                            void client.call('repositories.pin', { host, repository });
                          },
                        },
                      });
                    });
                  },
                },
              ],
        ];
      }
      case 'group':
        return ofGroup(row.registry, row.repository, row.group, row.tags);
      case 'reading':
      case 'noTags':
      case 'noRepositories':
      case 'newRepository':
        return [];
    }
  };
}
