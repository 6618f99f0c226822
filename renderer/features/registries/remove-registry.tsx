import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../state/client.ts';
import { AlertQuestion } from '../push/alert-question.tsx';

/** Asks before a registry leaves the list. Nothing in the registry is touched. */
export function RemoveRegistry(props: { readonly host: string; readonly onClose: () => void }): ReactElement {
  const { host, onClose } = props;
  const { t } = useTranslation('panes');
  const client = useClient();
  return (
    <AlertQuestion
      title={t('removeQuestion', { host })}
      cancel={t('cancel')}
      act={t('removeHost')}
      onAct={() => client.call('registries.remove', { host })}
      onClose={onClose}
    >
      {t('removeMore')}
    </AlertQuestion>
  );
}
