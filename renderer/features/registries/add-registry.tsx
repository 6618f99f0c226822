import { type ReactElement, useId } from 'react';
import { Button, CheckboxButton, CheckboxField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { useAddRegistry } from './use-add-registry.ts';

/** Asks for a registry's host, tests it, and adds it. */
export function AddRegistry(props: {
  readonly onClose: () => void;
  readonly onAdded: (host: string) => void;
}): ReactElement {
  const { onClose, onAdded } = props;
  const { t } = useTranslation('panes');
  const words = useErrorWords();
  const id = useId();
  const adding = useAddRegistry((host) => {
    onAdded(host);
    onClose();
  });
  const { text, insecure, asking, error } = adding;
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
          <CheckboxField isSelected={insecure} onChange={adding.setInsecure}>
            <CheckboxButton className="checkbox">
              <span className="checkbox-box" aria-hidden="true" />
              {t('plainHttp')}
            </CheckboxButton>
          </CheckboxField>
          <p className="add-registry-hint">{t('plainHttpHint')}</p>
          {error !== null && (
            <p className="field-error" role="alert">
              {words(error).what} {words(error).means}
            </p>
          )}
        </div>
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={text.trim() === ''} isPending={asking}>
            {asking ? t('asking') : t('testAndAdd')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
