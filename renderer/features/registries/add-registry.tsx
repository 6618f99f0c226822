import { type ReactElement, useState } from 'react';
import { Button, CheckboxButton, CheckboxField, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';
import { useErrorWords } from '../push/use-error-words.ts';

/** Asks for a registry's host, tests it, and adds it. */
export function AddRegistry({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t } = useTranslation('app');
  const client = useClient();
  const words = useErrorWords();
  const [host, setHost] = useState('');
  const [insecure, setInsecure] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const add = (): void => {
    setAsking(true);
    setError(null);
    client
      .call('registries.add', { host: host.trim(), insecure })
      .then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()))
      .finally(() => setAsking(false));
  };
  return (
    <ModalOverlay
      className="dialog-backdrop"
      isOpen
      isDismissable
      onOpenChange={(open) => (open ? undefined : onClose())}
    >
      <Modal className="dialog">
        <Dialog>
          <Heading slot="title">{t('addRegistry')}</Heading>
          <div className="form-row">
            <label htmlFor="registry-host">{t('host')}</label>
            <input
              id="registry-host"
              className="input"
              value={host}
              placeholder="ghcr.io"
              onChange={(event) => setHost(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && host.trim() !== '') add();
              }}
            />
          </div>
          <CheckboxField isSelected={insecure} onChange={setInsecure}>
            <CheckboxButton className="checkbox">
              <span className="checkbox-box" aria-hidden="true" />
              {t('plainHttp')}
            </CheckboxButton>
          </CheckboxField>
          {error !== null && (
            <p className="field-error" role="alert">
              {words(error).what} {words(error).means}
            </p>
          )}
          <div className="dialog-foot">
            <Button className="button" onPress={onClose}>
              {t('cancel')}
            </Button>
            <Button className="button button-primary" isDisabled={host.trim() === '' || asking} onPress={add}>
              {asking ? t('testing', { host: host.trim() }) : t('testAndAdd')}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
