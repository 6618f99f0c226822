import { Copy, FileArchive, FolderInput, Power, RefreshCw, Settings, ShieldCheck, Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuGroups } from '../../ui/context-menu.tsx';
import type { StoreTasks } from './use-store-tasks.ts';
import type { ThisComputer } from './use-this-computer.ts';

/** What the commands of the registry of this computer act on. */
export interface StoreCommandParts {
  readonly own: ThisComputer;
  readonly tasks: StoreTasks;
  readonly onCollect: () => void;
  readonly onSettings: () => void;
}

/** The commands of the row of this computer. Long ones are left out while one runs. */
export function useStoreCommands({ own, tasks, onCollect, onSettings }: StoreCommandParts): () => MenuGroups {
  const { t } = useTranslation('store');
  const copy = useCopy();
  return () => {
    const { serving } = own;
    const imports =
      tasks.task === null
        ? [
            {
              id: 'importFolder',
              label: t('importFolder'),
              icon: FolderInput,
              act: () => tasks.importFrom('folder'),
            },
            {
              id: 'importArchive',
              label: t('importArchive'),
              icon: FileArchive,
              act: () => tasks.importFrom('archive'),
            },
          ]
        : [];
    const care = [
      ...(tasks.task === null ? [{ id: 'check', label: t('check'), icon: ShieldCheck, act: () => tasks.check() }] : []),
      { id: 'collect', label: t('collect'), icon: Sparkles, act: onCollect },
    ];
    return [
      [
        {
          id: 'switch',
          label: t(serving.on ? 'switchOff' : 'switchOn'),
          icon: Power,
          act: () => own.switchTo(!serving.on),
        },
        ...(serving.on ? [{ id: 'copy', label: t('copyAddress'), icon: Copy, act: () => copy(serving.address) }] : []),
        { id: 'look', label: t('lookAgain'), icon: RefreshCw, act: () => own.reload() },
      ],
      imports,
      care,
      [{ id: 'settings', label: t('storeSettings'), icon: Settings, act: onSettings }],
    ];
  };
}
