import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { StoreImage } from '../../../shared/models/store.ts';
import { useClient } from '../../state/client.ts';
import { AskText } from '../../ui/ask-text.tsx';
import { ErrorLine } from '../push/error-line.tsx';

/** Asks for another `repository:tag` of an image. */
export function AddTag(props: { readonly image: StoreImage; readonly onClose: () => void }): ReactElement {
  const { image, onClose } = props;
  const { t } = useTranslation('store');
  const client = useClient();
  const from = `${image.repository ?? ''}:${image.tag ?? ''}`;
  const [text, setText] = useState(`${image.repository ?? ''}:`);
  const [error, setError] = useState<ErrorData | null>(null);
  return (
    <AskText
      title={t('tagTitle', { name: from })}
      label={t('newName')}
      value={text}
      wrong={error !== null}
      says={<p>{t('newNameHint')}</p>}
      error={<ErrorLine error={error} inset />}
      cancel={t('cancel')}
      act={t('addTagAct')}
      ready={text.trim() !== ''}
      onText={(next) => {
        setText(next);
        setError(null);
      }}
      onAct={() => {
        client
          .call('store.tag', { from, to: text.trim() })
          .then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()));
      }}
      onClose={onClose}
    />
  );
}
