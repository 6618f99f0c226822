import { RefreshCw } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, Heading } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useNow } from '../weave/use-now.ts';
import type { PlannedPush } from './use-planned-push.ts';
import './push-sheet.css';

/** What is pushed, and how old the plan of it is. */
export function PushHead({ vm, planned }: { readonly vm: Vm; readonly planned: PlannedPush }): ReactElement {
  const { view, planAgain } = planned;
  const { t } = useTranslation('push');
  const made = view.phase === 'ready' ? view.plan : null;
  const now = useNow(1000, made !== null);
  return (
    <header className="sheet-head">
      <Heading slot="title" level={2}>
        {t('title', { name: shownName(vm.name) })}
      </Heading>
      <span className="sheet-head-note">{t('nothingSent')}</span>
      <span className="sheet-head-age" aria-live="off">
        {made !== null &&
          t('planAge', {
            seconds: Math.max(0, Math.round((now - made.madeMs) / 1000)),
            took: made.seconds.toFixed(1),
          })}
        {view.phase === 'making' && t('planning')}
      </span>
      {view.phase !== 'none' && (
        <Button className="button button-small" onPress={planAgain}>
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('planAgain')}
        </Button>
      )}
    </header>
  );
}
