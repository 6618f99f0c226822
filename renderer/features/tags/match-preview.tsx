import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TagMatch } from '../../../shared/models/tag-edit.ts';

/** Tags of a preview that are told one by one. */
const MOST_TOLD = 60;

/** What a pattern picks, and what it leaves and why. */
export function MatchPreview({ match }: { readonly match: TagMatch }): ReactElement {
  const { t } = useTranslation('tags');
  const { changes, kept, tagCount } = match;
  const reasons = [...new Set(kept.map(({ why }) => why))];
  return (
    <div className="pick-preview" role="status">
      <p>{t('picked', { count: changes.length, all: tagCount })}</p>
      <span className="tag-tokens">
        {changes.slice(0, MOST_TOLD).map(({ tag }) => (
          <span key={tag} className="tag-token" data-state="goes">
            {tag}
          </span>
        ))}
        {changes.length > MOST_TOLD && <span className="tag-token tag-token-more">+{changes.length - MOST_TOLD}</span>}
      </span>
      {reasons.map((why) => {
        const tags = kept.filter((one) => one.why === why).map(({ tag }) => tag);
        return (
          <p key={why} data-tip={tags.slice(0, 20).join('\n')}>
            {t(`kept.${why}`, { count: tags.length })}
          </p>
        );
      })}
    </div>
  );
}
