import { ArrowRight } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { isTag } from '../../../shared/models/reference.ts';
import type { CopiedTag } from './copy-wish.ts';

/** See {@link CopiedTagList}. */
export interface CopiedTagListProps {
  readonly tags: readonly CopiedTag[];
  /** Names that are typed here: of those that were taken, or of the only tag. */
  readonly editable: (tag: CopiedTag) => boolean;
  readonly onRename: (tag: string, to: string) => void;
}

/** Rows that are drawn; more are counted. A list of thousands is read in the repository, not in a dialog. */
const MOST = 200;

/** The tags of a copy: their names here and there, and what happens to each. */
export function CopiedTagList({ tags, editable, onRename }: CopiedTagListProps): ReactElement {
  const { t } = useTranslation('copy');
  // What needs a look first.
  const sorted = [...tags].sort((one, other) => weight(one) - weight(other));
  return (
    <div className="copied-tags">
      <table className="table" aria-label={t('tags')}>
        <thead className="for-readers">
          <tr>
            <th>{t('tag')}</th>
            <th>{t('becomes')}</th>
            <th>{t('state')}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, MOST).map((tag) => (
            <tr key={`${tag.tag ?? ''} ${tag.to}`}>
              <td>
                <span className="tag-token">{tag.tag ?? tag.to}</span>
              </td>
              <td>
                <NewName tag={tag} editable={editable(tag)} onRename={onRename} />
              </td>
              <td className="copied-tag-state" data-state={tag.state ?? undefined}>
                <StateWords tag={tag} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {tags.length > MOST && <p className="copied-tags-more">{t('moreTags', { count: tags.length - MOST })}</p>}
    </div>
  );
}

function weight({ state }: CopiedTag): number {
  if (state === 'moves' || state === 'conflict' || state === 'kept') return 0;
  return state === 'same' ? 2 : 1;
}

function NewName(props: {
  readonly tag: CopiedTag;
  readonly editable: boolean;
  readonly onRename: (tag: string, to: string) => void;
}): ReactElement | null {
  const { tag, editable, onRename } = props;
  const { t } = useTranslation('copy');
  const own = tag.tag;
  if (!editable || own === null) {
    if (own === null || own === tag.to) return null;
    return (
      <span className="copied-tag-name">
        <ArrowRight size={12} strokeWidth={1.75} aria-hidden="true" />
        <span className="tag-token">{tag.to}</span>
      </span>
    );
  }
  return (
    <span className="copied-tag-name">
      <ArrowRight size={12} strokeWidth={1.75} aria-hidden="true" />
      <input
        className="input"
        aria-label={t('newNameOf', { tag: own })}
        aria-invalid={!isTag(tag.to)}
        spellCheck={false}
        value={tag.to}
        onChange={(event) => onRename(own, event.target.value)}
      />
    </span>
  );
}

function StateWords({ tag }: { readonly tag: CopiedTag }): ReactElement | null {
  const { t } = useTranslation('copy');
  if (!isTag(tag.to)) return <>{t('noTag')}</>;
  switch (tag.state) {
    case null:
      return null;
    case 'new':
    case 'same':
    case 'written':
    case 'failed':
      return <>{t(`states.${tag.state}`)}</>;
    case 'moves':
    case 'kept':
    case 'conflict':
      return <>{t(`states.${tag.state}`, { digest: shortDigest(tag.previousDigest ?? '') })}</>;
  }
}
