import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { isTag } from '../../../shared/models/reference.ts';
import type { Repository } from '../../../shared/models/registry.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';
import { digestsOf } from './change-lines.ts';
import './tags.css';
import { AskText } from '../../ui/ask-text.tsx';

/** Asks for a tag's new name. */
export function RenameTag(props: {
  readonly repository: Repository;
  readonly tag: string;
  readonly onRename: (change: TagChange) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { repository, tag, onRename, onClose } = props;
  const { t } = useTranslation('tags');
  const [text, setText] = useState(tag);
  const name = text.trim();
  const digests = digestsOf(repository);
  const there = name === tag ? undefined : digests.get(name);
  const wrong = name !== '' && !isTag(name);
  const expected = digests.get(tag) ?? null;
  return (
    <AskText
      title={t('renameDialog', { tag })}
      label={t('newName')}
      value={text}
      wrong={wrong}
      selects
      says={
        <>
          {wrong && <p className="field-error">{t('noTag', { name })}</p>}
          {there !== undefined && <p>{t('movesFrom', { digest: shortDigest(there) })}</p>}
        </>
      }
      cancel={t('cancel')}
      act={t('renameAct')}
      ready={isTag(name) && name !== tag}
      onText={setText}
      onAct={() => onRename({ kind: 'rename', tag, digest: null, to: name, expected, expectedTo: there ?? null })}
      onClose={onClose}
    />
  );
}
