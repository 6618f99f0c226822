import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StoreImage } from '../../../shared/models/store.ts';
import { useClient } from '../../state/client.ts';
import { AlertQuestion } from '../push/alert-question.tsx';

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
  const name = `${image.repository ?? ''}:${image.tag ?? ''}`;
  const others = images.filter((other) => other.digest === image.digest && other.name !== image.name);
  const names = others.map((other) => other.name ?? t('noName'));
  const told = [...names.slice(0, MOST_NAMES), ...(names.length > MOST_NAMES ? ['…'] : [])].join(', ');
  return (
    <AlertQuestion
      title={t('untagTitle', { name })}
      cancel={t('cancel')}
      act={t('untagAct')}
      onAct={() => client.call('store.untag', { name })}
      onClose={onClose}
    >
      {others.length === 0 ? t('untagLast') : t('untagOthers', { count: others.length, names: told })}
    </AlertQuestion>
  );
}
