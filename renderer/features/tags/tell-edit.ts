import type { TFunction } from 'i18next';
import type { TagEdit } from '../../../shared/models/tag-edit.ts';
import { showToast } from '../../state/toasts.ts';
import { undoEdit } from './undo-store.ts';

/** Says which changes were made, with the way to take them back. What failed is told where it was asked for. */
export function tellEdit(edit: TagEdit, undone: boolean, t: TFunction<'tags'>): void {
  const { id, host, repository, changes } = edit;
  const done = changes.filter(({ state }) => state === 'done').length;
  if (done === 0 && !undone) return;
  const part = done < changes.filter(({ state }) => state !== 'same').length;
  showToast({
    title: part ? t('appliedPartly', { done, all: changes.length }) : t(undone ? 'undone' : 'applied', { count: done }),
    more: `${host}/${repository}`,
    action: id === null || undone ? null : { label: t('undo'), act: () => undoEdit({ host, repository, id }) },
  });
}
