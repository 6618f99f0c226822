import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { isTag } from '../../../shared/models/reference.ts';
import type { Repository } from '../../../shared/models/registry.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';
import { putChanges } from './change-lines.ts';
import './tags.css';
import { AskText } from '../../ui/ask-text.tsx';

/** Asks for more tags of an image: new ones are added, ones that are elsewhere move to it. */
export function AddTags(props: {
  readonly repository: Repository;
  readonly digest: string;
  readonly onAdd: (changes: readonly TagChange[]) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { repository, digest, onAdd, onClose } = props;
  const { t } = useTranslation('tags');
  const [text, setText] = useState('');
  const names = useMemo(() => text.split(/[\s,]+/).filter((name) => name !== ''), [text]);
  const wrong = names.find((name) => !isTag(name));
  const changes = useMemo(
    () => (wrong === undefined ? putChanges(repository, digest, names) : []),
    [repository, digest, names, wrong],
  );
  return (
    <AskText
      title={t('addTitle', { digest: shortDigest(digest) })}
      label={t('names')}
      value={text}
      wrong={wrong !== undefined}
      says={
        <>
          {wrong !== undefined && <p className="field-error">{t('noTag', { name: wrong })}</p>}
          {names.length === 0 && <p>{t('namesHint')}</p>}
          {names.length > 0 && wrong === undefined && changes.length === 0 && <p>{t('thereAlready')}</p>}
          {changes.map(({ kind, tag, expected }) => (
            <p key={tag}>
              <span className="tag-token" data-state={kind === 'add' ? 'new' : 'moves'}>
                {tag}
              </span>
              {kind === 'add' ? t('isNew') : t('movesFrom', { digest: shortDigest(expected ?? '') })}
            </p>
          ))}
        </>
      }
      cancel={t('cancel')}
      act={t('addAct', { count: changes.length })}
      ready={changes.length > 0}
      onText={setText}
      onAct={() => onAdd(changes)}
      onClose={onClose}
    />
  );
}
