import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseReference } from '../../../shared/models/reference.ts';
import { AskText } from '../../ui/ask-text.tsx';
import type { StoreTasks } from './use-store-tasks.ts';

function isRepository(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** Asks where what is damaged may be had, and starts the repair. */
export function RepairStore(props: { readonly tasks: StoreTasks; readonly onClose: () => void }): ReactElement {
  const { tasks, onClose } = props;
  const { t } = useTranslation('store');
  const [text, setText] = useState('');
  const typed = text.trim();
  const valid = typed === '' || isRepository(typed);
  return (
    <AskText
      title={t('repairTitle')}
      lead={t('repairMore')}
      label={t('repairFrom')}
      value={text}
      placeholder="ghcr.io/acme/sonoma"
      wrong={!valid}
      says={valid ? <p>{t('repairFromHint')}</p> : <p className="field-error">{t('repairFromWrong')}</p>}
      cancel={t('cancel')}
      act={t('repair')}
      ready={valid}
      onText={setText}
      onAct={() => {
        tasks.repair(typed === '' ? [] : [typed]);
        onClose();
      }}
      onClose={onClose}
    />
  );
}
