import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { CheckBox } from '../../ui/check-box.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorLine } from '../push/error-line.tsx';
import { CertificateFacts } from '../registry-page/certificate-facts.tsx';
import { ChooseAuthority } from '../registry-page/choose-authority.tsx';
import { exceptionFor, useCertificate } from '../registry-page/use-certificate.ts';
import { type AddingRegistry, useAddRegistry } from './use-add-registry.ts';

/** Asks for a registry's host and how it is reached, tests it, and adds it. */
export function AddRegistry(props: {
  readonly onClose: () => void;
  readonly onAdded: (host: string) => void;
}): ReactElement {
  const { onClose, onAdded } = props;
  const { t } = useTranslation('panes');
  const id = useId();
  const adding = useAddRegistry((host) => {
    onAdded(host);
    onClose();
  });
  const { text, insecure, writes, asking, error, untrusted } = adding;
  // What nobody vouches for is shown at once: that is the next question.
  const { shown } = useCertificate(untrusted);
  const acceptable = shown?.trust === 'none' ? exceptionFor(shown) : null;
  return (
    <DialogFrame title={t('addRegistry')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          adding.add();
        }}
      >
        <div className="form-row">
          <label htmlFor={id}>{t('host')}</label>
          <input
            id={id}
            // The dialog was opened to be filled in here.
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={text}
            placeholder="ghcr.io"
            spellCheck={false}
            aria-invalid={error !== null}
            aria-describedby={`${id}-hint`}
            onChange={(event) => adding.setText(event.target.value)}
          />
        </div>
        <p id={`${id}-hint`} className="add-registry-hint form-inset">
          {t('hostHint')}
        </p>
        <div className="form-inset">
          <CheckBox selected={insecure} onChange={adding.setInsecure}>
            {t('plainHttp')}
          </CheckBox>
          <p className="add-registry-hint">{t('plainHttpHint')}</p>
          {!insecure && <OwnAuthority adding={adding} />}
          <CheckBox selected={writes} onChange={adding.setWrites}>
            {t('registry:testWrites')}
          </CheckBox>
          <p className="add-registry-hint">{t('registry:testWritesHint')}</p>
          {shown === null && <ErrorLine error={error} />}
        </div>
        {shown !== null && <CertificateFacts shown={shown} />}
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          {acceptable !== null && (
            <Button className="button button-danger" isPending={asking} onPress={() => adding.add(acceptable)}>
              {t('registry:acceptAndAdd')}
            </Button>
          )}
          <Button
            type="submit"
            className={acceptable === null ? 'button button-primary' : 'button'}
            isDisabled={text.trim() === ''}
            isPending={asking}
          >
            {asking ? t('asking') : t('testAndAdd')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}

/** The authority that a registry has of its own: as text, or from a file. */
function OwnAuthority({ adding }: { readonly adding: AddingRegistry }): ReactElement {
  const { t } = useTranslation('registry');
  const id = useId();
  const { ca, setCa } = adding;
  const [file, setFile] = useState<string | null>(null);
  return (
    <>
      <CheckBox selected={ca !== null} onChange={(on) => setCa(on ? '' : null)}>
        {t('ownAuthorityAdd')}
      </CheckBox>
      {ca === null ? (
        <p className="add-registry-hint">{t('ownAuthorityHint')}</p>
      ) : (
        <div className="add-registry-authority">
          <textarea
            id={id}
            className="input authority-text"
            aria-label={t('authorityLabel')}
            rows={4}
            value={ca}
            spellCheck={false}
            placeholder="-----BEGIN CERTIFICATE-----"
            onChange={(event) => {
              setCa(event.target.value);
              setFile(null);
            }}
          />
          <span className="add-registry-file">
            <ChooseAuthority
              onTake={(text, name) => {
                setCa(text);
                setFile(name);
              }}
            />
            {file !== null && <span className="add-registry-hint">{t('fileTaken', { name: file })}</span>}
          </span>
        </div>
      )}
    </>
  );
}
