import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { StoreImage } from '../../../shared/models/store.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { useErrorWords } from '../push/use-error-words.ts';

/** Asks for another `repository:tag` of an image. */
export function AddTag(props: { readonly image: StoreImage; readonly onClose: () => void }): ReactElement {
  const { image, onClose } = props;
  const { t } = useTranslation('store');
  const client = useClient();
  const words = useErrorWords();
  const id = useId();
  const from = `${image.repository ?? ''}:${image.tag ?? ''}`;
  const [text, setText] = useState(`${image.repository ?? ''}:`);
  const [error, setError] = useState<ErrorData | null>(null);
  return (
    <DialogFrame title={t('tagTitle', { name: from })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          client
            .call('store.tag', { from, to: text.trim() })
            .then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()));
        }}
      >
        <div className="form-row">
          <label htmlFor={id}>{t('newName')}</label>
          <input
            id={id}
            // The dialog was opened to be filled in here.
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={text}
            spellCheck={false}
            aria-invalid={error !== null}
            aria-describedby={`${id}-hint`}
            onChange={(event) => {
              setText(event.target.value);
              setError(null);
            }}
          />
        </div>
        <p id={`${id}-hint`} className="add-registry-hint form-inset">
          {t('newNameHint')}
        </p>
        {error !== null && (
          <p className="field-error form-inset" role="alert">
            {words(error).what} {words(error).means}
          </p>
        )}
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={text.trim() === ''}>
            {t('addTagAct')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
