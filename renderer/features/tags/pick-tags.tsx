import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { TagChange, TagMatch } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import './tags.css';
import { ErrorLine } from '../push/error-line.tsx';
import { MatchPreview } from './match-preview.tsx';
import { PickFields } from './pick-fields.tsx';
import { NOTHING_PICKED, type PickedBy, patternOf } from './pick-pattern.ts';

/** Picks tags for removal by name, number and age: first what that is, then into the pending changes. */
export function PickTags(props: {
  readonly host: string;
  readonly repository: string;
  readonly onPick: (changes: readonly TagChange[]) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { host, repository, onPick, onClose } = props;
  const { t } = useTranslation('tags');
  const client = useClient();
  const [fields, setFields] = useState(NOTHING_PICKED);
  const [match, setMatch] = useState<TagMatch | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const [asking, setAsking] = useState(false);
  const change = (part: Partial<PickedBy>): void => {
    setFields((before) => ({ ...before, ...part }));
    setMatch(null);
    setError(null);
  };
  const complete = patternOf(fields, 0) !== null;
  const look = (): void => {
    const pattern = patternOf(fields, Date.now());
    if (pattern === null || asking) return;
    setAsking(true);
    client
      .call('tags.match', { host, repository, insecure: false, pattern })
      .then(setMatch, (thrown: unknown) => setError(toAppError(thrown).toData()))
      .finally(() => setAsking(false));
  };
  return (
    <DialogFrame title={t('pickTitle')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (match === null) look();
          else onPick(match.changes);
        }}
      >
        <PickFields fields={fields} onChange={change} />
        <ErrorLine error={error} inset />
        {match !== null && <MatchPreview match={match} />}
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button
            type="submit"
            className="button button-primary"
            isDisabled={!complete || asking || match?.changes.length === 0}
          >
            {match === null ? t('pickLook') : t('pickAct', { count: match.changes.length })}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
