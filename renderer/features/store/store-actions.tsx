import { FileArchive, FolderInput, FolderOutput, ShieldCheck, Sparkles } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { MenuButton } from '../../ui/menu-button.tsx';
import type { StoreTasks } from './use-store-tasks.ts';

/** See {@link StoreActions}. */
export interface StoreActionsProps {
  readonly tasks: StoreTasks;
  /** There is nothing to export or check. */
  readonly empty: boolean;
  readonly onCollect: () => void;
}

/** What can be done with the whole store. One long task at a time: while it runs, others cannot be started. */
export function StoreActions({ tasks, empty, onCollect }: StoreActionsProps): ReactElement {
  const { t } = useTranslation('store');
  const busy = tasks.task !== null;
  return (
    <div className="store-actions">
      <MenuButton
        className="button"
        label={t('importMenu')}
        groups={[
          [
            { id: 'folder', label: t('importFolder'), icon: FolderInput, act: () => tasks.importFrom('folder') },
            { id: 'archive', label: t('importArchive'), icon: FileArchive, act: () => tasks.importFrom('archive') },
          ],
        ]}
        edge="start"
        isDisabled={busy}
      >
        <FolderInput size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('importMenu')}
      </MenuButton>
      {!empty && (
        <MenuButton
          className="button"
          label={t('exportAll')}
          groups={[
            [
              { id: 'folder', label: t('exportFolder'), icon: FolderOutput, act: () => tasks.exportTo('folder', []) },
              { id: 'archive', label: t('exportArchive'), icon: FileArchive, act: () => tasks.exportTo('archive', []) },
            ],
          ]}
          edge="start"
          isDisabled={busy}
        >
          <FolderOutput size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('exportAll')}
        </MenuButton>
      )}
      {!empty && (
        <Button className="button" isDisabled={busy} onPress={tasks.check}>
          <ShieldCheck size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('check')}
        </Button>
      )}
      <Button className="button" onPress={onCollect}>
        <Sparkles size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('collect')}
      </Button>
    </div>
  );
}
