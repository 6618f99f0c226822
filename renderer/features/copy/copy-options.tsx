import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckBox } from '../../ui/check-box.tsx';
import { RemovalChoice } from './removal-choice.tsx';
import type { RemovalPlan } from './use-removal-plan.ts';
import type { TypedCopy } from './use-typed-copy.ts';
import './copy-dialog.css';

/** See {@link CopyOptions}. */
export interface CopyOptionsProps {
  readonly typed: TypedCopy;
  /** `host/repository` */
  readonly source: string;
  readonly removal: RemovalPlan;
  /** What is carried has tags that can go from the source. */
  readonly movable: boolean;
}

/** What goes along, and whether the tags go from the source. */
export function CopyOptions({ typed, source, removal, movable }: CopyOptionsProps): ReactElement {
  const { t } = useTranslation('copy');
  return (
    <div className="copy-options">
      <CheckBox selected={typed.referrers} onChange={typed.setReferrers}>
        {t('referrers')}
      </CheckBox>
      {movable && (
        <CheckBox selected={typed.moving} onChange={typed.setMoving}>
          {t('move', { name: source })}
        </CheckBox>
      )}
      {typed.moving && <RemovalChoice removal={removal} name={source} way={typed.way} onWay={typed.setWay} />}
    </div>
  );
}
