import { useTranslation } from 'react-i18next';
import { useClient } from './client.ts';
import { showToast } from './toasts.ts';

/** Puts a text on the clipboard and says so. */
export function useCopy(): (text: string) => void {
  const client = useClient();
  const { t } = useTranslation('panes');
  return (text) => {
    client.call('app.copyText', { text }).then(
      () => showToast({ title: t('copied'), more: text.split('\n')[0] ?? '', action: null }),
      // Nothing was copied and nothing is said: the text is still there to be copied again.
      () => undefined,
    );
  };
}
