import { Undo2 } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { TagRecord } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { momentWords } from '../../ui/moment.ts';
import './tags.css';

/** Tags of an edit that are told one by one. */
const MOST_TAGS = 8;

/** The tag edits of a repository that the journal keeps, the newest first, each with the way to take it back. */
export function EditHistory(props: {
  readonly host: string;
  readonly repository: string;
  readonly onUndo: (id: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { host, repository, onUndo, onClose } = props;
  const { t } = useTranslation('tags');
  const client = useClient();
  const [records, setRecords] = useState<readonly TagRecord[] | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    client.call('tags.journal', { host, repository }, { signal: ended.signal }).then(setRecords, () => setRecords([]));
    return () => {
      ended.abort();
    };
  }, [client, host, repository]);
  return (
    <DialogFrame title={t('historyTitle')} onClose={onClose}>
      {records?.length === 0 && <p className="dialog-text">{t('historyEmpty')}</p>}
      {records !== null && records.length > 0 && (
        <ul className="edit-history">
          {records.map((record) => (
            <HistoryRow key={record.id} record={record} onUndo={() => onUndo(record.id)} />
          ))}
        </ul>
      )}
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t('close')}
        </Button>
      </div>
    </DialogFrame>
  );
}

function HistoryRow({ record, onUndo }: { readonly record: TagRecord; readonly onUndo: () => void }): ReactElement {
  const { t, i18n } = useTranslation('tags');
  const { atMs, state, undoes, undoable } = record;
  const tags = record.tags.filter(({ before, after }) => before !== after);
  const when = momentWords(atMs, i18n.language);
  const place = (digest: string | null): string => (digest === null ? t('nowhere') : shortDigest(digest));
  return (
    <li>
      <div>
        <b>{when}</b>
        <span>{t(undoes === null ? `recordState.${state}` : 'wasUndo')}</span>
      </div>
      <p>
        {tags.slice(0, MOST_TAGS).map(({ tag, before, after }) => (
          <span key={tag} className="tag-token" data-tip={t('fromTo', { from: place(before), to: place(after) })}>
            {tag}
          </span>
        ))}
        {tags.length > MOST_TAGS && <span className="tag-token tag-token-more">+{tags.length - MOST_TAGS}</span>}
      </p>
      {undoable && (
        <Button className="button button-small" aria-label={t('undoOf', { when })} onPress={onUndo}>
          <Undo2 size={13} strokeWidth={1.75} aria-hidden="true" />
          {t('undo')}
        </Button>
      )}
    </li>
  );
}
