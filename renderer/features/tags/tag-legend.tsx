import { Move, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import './tags.css';

/** What the tokens of pending changes look like. */
export function TagLegend(): ReactElement {
  const { t } = useTranslation('tags');
  return (
    <span className="tag-legend">
      <span>
        <span className="tag-token" data-state="new" aria-hidden="true">
          <Plus size={11} strokeWidth={1.75} aria-hidden="true" />
          {t('tag')}
        </span>
        {t('legendNew')}
      </span>
      <span>
        <span className="tag-token" data-state="moves" aria-hidden="true">
          <Move size={11} strokeWidth={1.75} aria-hidden="true" />
          {t('tag')}
        </span>
        {t('legendMoves')}
      </span>
      <span>
        <span className="tag-token" data-state="goes" aria-hidden="true">
          {t('tag')}
        </span>
        {t('legendGoes')}
      </span>
    </span>
  );
}
