import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';

/** Asks before a registry leaves the list. Nothing in the registry is touched. */
export function RemoveRegistry(props: { readonly host: string; readonly onClose: () => void }): ReactElement {
  const { host, onClose } = props;
  const { t } = useTranslation('panes');
  const client = useClient();
  return (
    <DialogFrame title={t('removeQuestion', { host })} role="alertdialog" onClose={onClose}>
      <p className="dialog-text">{t('removeMore')}</p>
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button
          className="button button-danger"
          onPress={() => {
            // The list says what came of it.
            void client.call('registries.remove', { host }).finally(onClose);
          }}
        >
          {t('removeHost')}
        </Button>
      </div>
    </DialogFrame>
  );
}
