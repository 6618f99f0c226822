import { type ReactElement, useId, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { isTag } from '../../../shared/models/reference.ts';
import type { Repository } from '../../../shared/models/registry.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { putChanges } from './change-lines.ts';
import './tags.css';

/** Asks for more tags of an image: new ones are added, ones that are elsewhere move to it. */
export function AddTags(props: {
  readonly repository: Repository;
  readonly digest: string;
  readonly onAdd: (changes: readonly TagChange[]) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { repository, digest, onAdd, onClose } = props;
  const { t } = useTranslation('tags');
  const id = useId();
  const [text, setText] = useState('');
  const names = useMemo(() => text.split(/[\s,]+/).filter((name) => name !== ''), [text]);
  const wrong = names.find((name) => !isTag(name));
  const changes = useMemo(
    () => (wrong === undefined ? putChanges(repository, digest, names) : []),
    [repository, digest, names, wrong],
  );
  return (
    <DialogFrame title={t('addTitle', { digest: shortDigest(digest) })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (changes.length > 0) onAdd(changes);
        }}
      >
        <div className="form-row">
          <label htmlFor={id}>{t('names')}</label>
          <input
            id={id}
            // The dialog was opened to be filled in here.
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={text}
            spellCheck={false}
            aria-invalid={wrong !== undefined}
            aria-describedby={`${id}-says`}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <div id={`${id}-says`} className="form-inset add-tags-says" aria-live="polite">
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
        </div>
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={changes.length === 0}>
            {t('addAct', { count: changes.length })}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
