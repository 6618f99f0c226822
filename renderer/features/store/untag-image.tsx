import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { StoreImage } from '../../../shared/models/store.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { useErrorWords } from '../push/use-error-words.ts';

/** Other names that are told one by one. */
const MOST_NAMES = 5;

/** Asks before a tag goes, and says what becomes of its image. */
export function UntagImage(props: {
  readonly image: StoreImage;
  readonly images: readonly StoreImage[];
  readonly onClose: () => void;
}): ReactElement {
  const { image, images, onClose } = props;
  const { t } = useTranslation('store');
  const client = useClient();
  const words = useErrorWords();
  const [error, setError] = useState<ErrorData | null>(null);
  const name = `${image.repository ?? ''}:${image.tag ?? ''}`;
  const others = images.filter((other) => other.digest === image.digest && other.name !== image.name);
  const names = others.map((other) => other.name ?? t('noName'));
  const told = [...names.slice(0, MOST_NAMES), ...(names.length > MOST_NAMES ? ['…'] : [])].join(', ');
  return (
    <DialogFrame title={t('untagTitle', { name })} role="alertdialog" onClose={onClose}>
      <p className="dialog-text">
        {others.length === 0 ? t('untagLast') : t('untagOthers', { count: others.length, names: told })}
      </p>
      {error !== null && (
        <p className="field-error" role="alert">
          {words(error).what} {words(error).means}
        </p>
      )}
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button
          className="button button-danger"
          onPress={() => {
            client
              .call('store.untag', { name })
              .then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()));
          }}
        >
          {t('untagAct')}
        </Button>
      </div>
    </DialogFrame>
  );
}
