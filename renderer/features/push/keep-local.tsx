import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { PlanTarget } from '../../../shared/models/plan.ts';
import { costWords } from './cost-words.ts';
import { OptionBox } from './push-options.tsx';

interface KeepLocalProps {
  readonly selected: boolean;
  readonly onChange: (selected: boolean) => void;
  /** The copies of a plan that is not stale: one for each repository. */
  readonly planned: readonly PlanTarget[];
  /** Shows the layers of the copy. */
  readonly onShow: () => void;
}

/** Keeps a copy in the local store: the choice, and what the copy costs, which leads to its layers. */
export function KeepLocal({ selected, onChange, planned, onShow }: KeepLocalProps): ReactElement {
  const { t } = useTranslation('push');
  return (
    <span className="keep-local">
      <OptionBox selected={selected} onChange={onChange}>
        {t('keepLocal')}
      </OptionBox>
      {planned.length > 0 && (
        <Button className="link-button" onPress={onShow}>
          {planned.map((target) => costWords(t, target)).join(t('comma'))}
        </Button>
      )}
    </span>
  );
}
