import type { TFunction } from 'i18next';
import { showToast } from '../../state/toasts.ts';

/** Says that a copy was taken up, with the way to its layers. */
export function tellCopy(t: TFunction<'copy'>, place: string, onShow: () => void): void {
  showToast({ title: t('started', { place }), more: '', action: { label: t('show'), act: onShow } });
}
