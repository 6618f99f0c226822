import { Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { KeepLocal } from './keep-local.tsx';
import { PushOptions } from './push-options.tsx';
import { emptyTarget } from './target-draft.ts';
import { TargetFields } from './target-fields.tsx';
import type { PlanView } from './use-plan.ts';
import type { PushWish } from './use-push-wish.ts';
import './push-sheet.css';

/** Which target's layers are shown: that of a field, by its place, or the copy in the local store. */
export type TargetInFocus = number | 'store';

/** See {@link PushTargets}. */
export interface PushTargetsProps {
  /** Of the VM that is pushed. */
  readonly vmName: string;
  readonly wish: PushWish;
  readonly view: PlanView;
  readonly registries: readonly Registry[];
  readonly onFocus: (target: TargetInFocus) => void;
}

/** Where a VM is pushed, and how: a field for each repository, the copy that is kept, the options. */
export function PushTargets({ vmName, wish, view, registries, onFocus }: PushTargetsProps): ReactElement {
  const { t } = useTranslation('push');
  const { targets } = wish;
  const kept = view.stale ? [] : (view.plan?.targets.filter(({ place }) => place === 'store') ?? []);
  return (
    <div className="push-targets">
      <span className="push-targets-title">{t('targets')}</span>
      <div className="push-targets-fields">
        <TargetFields
          targets={targets}
          vmName={vmName}
          plan={view.plan}
          stale={view.stale}
          registries={registries}
          onChange={wish.edit}
          onFocus={onFocus}
        />
        <div className="push-targets-foot">
          <Button
            className="link-button"
            onPress={() => wish.edit([...targets, emptyTarget(Math.max(...targets.map(({ id }) => id)) + 1)])}
          >
            <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('addTarget')}
          </Button>
          <span>{t('readOnce')}</span>
          <KeepLocal
            selected={wish.keepLocal}
            planned={kept}
            onShow={() => onFocus('store')}
            onChange={wish.setKeepLocal}
          />
          <PushOptions choices={wish.choices} onChange={wish.setChoices} />
        </div>
      </div>
    </div>
  );
}
