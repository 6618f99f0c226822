import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shownName } from '../../../shared/format/shown-name.ts';
import { useRetryWords } from '../weave/retry-words.ts';
import type { PlanView } from './use-plan.ts';

/** What stands where a plan will: what to type, or who is asked, and why one is asked again. */
export function PlanPlaceholder(props: { readonly view: PlanView; readonly vmName: string }): ReactElement {
  const { view, vmName } = props;
  const { t } = useTranslation('push');
  const retry = useRetryWords(view.retry);
  if (view.phase === 'none') return <p className="push-plan-hint">{t('hint', { name: shownName(vmName) })}</p>;
  return (
    <div className="push-plan-hint">
      <span role="status">
        {t('asking')}
        {/* The line below counts down, and is not read out each second. */}
        {retry !== null && <span className="for-readers">{retry.what}</span>}
      </span>
      {retry !== null && <p className="push-plan-retry">{retry.line}</p>}
      <div className="push-plan-shapes" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}
