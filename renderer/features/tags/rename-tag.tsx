import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import { isTag } from '../../../shared/models/reference.ts';
import type { Repository } from '../../../shared/models/registry.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { digestsOf } from './change-lines.ts';
import './tags.css';

/** Asks for a tag's new name. */
export function RenameTag(props: {
  readonly repository: Repository;
  readonly tag: string;
  readonly onRename: (change: TagChange) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { repository, tag, onRename, onClose } = props;
  const { t } = useTranslation('tags');
  const id = useId();
  const [text, setText] = useState(tag);
  const name = text.trim();
  const digests = digestsOf(repository);
  const there = name === tag ? undefined : digests.get(name);
  const wrong = name !== '' && !isTag(name);
  const expected = digests.get(tag) ?? null;
  return (
    <DialogFrame title={t('renameDialog', { tag })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isTag(name) && name !== tag)
            onRename({ kind: 'rename', tag, digest: null, to: name, expected, expectedTo: there ?? null });
        }}
      >
        <div className="form-row">
          <label htmlFor={id}>{t('newName')}</label>
          <input
            id={id}
            // The dialog was opened to be filled in here.
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={text}
            spellCheck={false}
            aria-invalid={wrong}
            aria-describedby={`${id}-says`}
            onFocus={(event) => event.target.select()}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <div id={`${id}-says`} className="form-inset add-tags-says" aria-live="polite">
          {wrong && <p className="field-error">{t('noTag', { name })}</p>}
          {there !== undefined && <p>{t('movesFrom', { digest: shortDigest(there) })}</p>}
        </div>
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={wrong || name === '' || name === tag}>
            {t('renameAct')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
