import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';
import { showToast } from '../../state/toasts.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { CertificateFacts } from './certificate-facts.tsx';
import { exceptionFor, useCertificate } from './use-certificate.ts';
import './registry-page.css';
import { ErrorLine } from '../push/error-line.tsx';

/** Shows the certificate of a registry, and accepts it for that registry alone where nobody vouches for it. */
export function CertificateDialog(props: { readonly host: string; readonly onClose: () => void }): ReactElement {
  const { host, onClose } = props;
  const { t } = useTranslation('registry');
  const client = useClient();
  const { shown, error: unread } = useCertificate(host);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<ErrorData | null>(null);
  const error = refused ?? unread;

  async function accept(): Promise<void> {
    if (shown === null) return;
    setAsking(true);
    setRefused(null);
    try {
      await client.call('registries.edit', { host, choices: { exception: exceptionFor(shown) } });
      showToast({ title: t('accepted', { host }), more: t('acceptedMore'), action: null });
      onClose();
      // What it lists now stands in its row.
      void client.call('registries.read', { host }).catch(toAppError);
    } catch (thrown) {
      setRefused(toAppError(thrown).toData());
      setAsking(false);
    }
  }

  return (
    <DialogFrame title={t('certificateOf', { host })} onClose={onClose}>
      {shown === null && error === null && <p className="dialog-text">{t('reading')}</p>}
      {shown !== null && <CertificateFacts shown={shown} />}
      <ErrorLine error={error} />
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t('close')}
        </Button>
        {shown?.trust === 'none' && (
          <Button className="button button-danger" isPending={asking} onPress={() => void accept()}>
            {t('accept')}
          </Button>
        )}
      </div>
    </DialogFrame>
  );
}
