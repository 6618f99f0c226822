import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { TagChange, TagMatch, TagPattern } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import { CheckBox } from '../../ui/check-box.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import './tags.css';
import { ErrorLine } from '../push/error-line.tsx';

const DAY_MS = 86_400_000;
/** Tags of a preview that are told one by one. */
const MOST_TOLD = 60;

interface Fields {
  readonly name: string;
  readonly expression: boolean;
  readonly keep: string;
  readonly days: string;
  readonly keepShared: boolean;
}

const EMPTY: Fields = { name: '', expression: false, keep: '', days: '', keepShared: true };

function numberOf(text: string): number | null {
  return /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** The pattern of the fields; null = nothing is asked for, or a number is none. */
function patternOf({ name, expression, keep, days, keepShared }: Fields, nowMs: number): TagPattern | null {
  const keepNewest = numberOf(keep);
  const age = numberOf(days);
  const wrong = (keep.trim() !== '' && keepNewest === null) || (days.trim() !== '' && age === null);
  const nothing = name.trim() === '' && keepNewest === null && age === null;
  if (wrong || nothing) return null;
  return {
    name: name.trim() === '' ? null : { kind: expression ? 'expression' : 'glob', text: name.trim() },
    keepNewest,
    olderThanMs: age === null ? null : Math.max(0, nowMs - age * DAY_MS),
    keepShared,
  };
}

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
  const id = useId();
  const [fields, setFields] = useState(EMPTY);
  const [match, setMatch] = useState<TagMatch | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const [asking, setAsking] = useState(false);
  const change = (part: Partial<Fields>): void => {
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
        <div className="form-row">
          <label htmlFor={`${id}-name`}>{t('pickName')}</label>
          <input
            id={`${id}-name`}
            // The dialog was opened to be filled in here.
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={fields.name}
            placeholder={fields.expression ? '^nightly-\\d+$' : 'nightly-*'}
            spellCheck={false}
            onChange={(event) => change({ name: event.target.value })}
          />
        </div>
        <div className="form-inset">
          <CheckBox selected={fields.expression} onChange={(expression) => change({ expression })}>
            {t('pickExpression')}
          </CheckBox>
        </div>
        <NumberField
          id={`${id}-keep`}
          label={t('pickKeep')}
          unit={t('pickKeepUnit')}
          value={fields.keep}
          onChange={(keep) => change({ keep })}
        />
        <NumberField
          id={`${id}-days`}
          label={t('pickOlder')}
          unit={t('pickOlderUnit')}
          value={fields.days}
          onChange={(days) => change({ days })}
        />
        <div className="form-inset">
          <CheckBox selected={fields.keepShared} onChange={(keepShared) => change({ keepShared })}>
            {t('pickKeepShared')}
          </CheckBox>
        </div>
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

function NumberField(props: {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const { id, label, unit, value, onChange } = props;
  return (
    <div className="form-row">
      <label htmlFor={id}>{label}</label>
      <span className="pick-number">
        <input
          id={id}
          className="input"
          inputMode="numeric"
          value={value}
          aria-invalid={value.trim() !== '' && numberOf(value) === null}
          aria-describedby={`${id}-unit`}
          onChange={(event) => onChange(event.target.value)}
        />
        <span id={`${id}-unit`}>{unit}</span>
      </span>
    </div>
  );
}

/** What a pattern picks, and what it leaves and why. */
function MatchPreview({ match }: { readonly match: TagMatch }): ReactElement {
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
