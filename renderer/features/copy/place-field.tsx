import { type ReactElement, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { SuggestionList } from '../push/suggestion-list.tsx';
import { emptyTarget } from '../push/target-draft.ts';
import { TargetProblemLine } from '../push/target-problem-line.tsx';
import { targetSuggestions } from '../push/target-suggestions.ts';
import { usePicking } from '../push/use-picking.ts';
import type { PlaceReading } from './place-draft.ts';

/** See {@link PlaceField}. */
export interface PlaceFieldProps {
  readonly text: string;
  readonly reading: PlaceReading;
  /** `host/repository` of what is copied: not suggested. */
  readonly source: string;
  readonly registries: readonly Registry[];
  readonly onChange: (text: string) => void;
}

/** Where a copy goes: `host/repository`, with what is known below it. */
export function PlaceField({ text, reading, source, registries, onChange }: PlaceFieldProps): ReactElement {
  const { t } = useTranslation('copy');
  const id = useId();
  const field = useRef<HTMLDivElement>(null);
  const [left, setLeft] = useState(false);
  const draft = { ...emptyTarget(0), text };
  const [, usual = ''] = source.split(/\/(.*)/);
  const suggestions = targetSuggestions(draft, registries, usual).filter((suggestion) => suggestion.text !== source);
  const picking = usePicking(suggestions, (suggestion) => onChange(suggestion.text));
  const { problem } = reading;
  const told = problem !== null && (left || problem.kind !== 'missing') ? problem : null;
  return (
    <div className="copy-place">
      <label htmlFor={id}>{t('to')}</label>
      <div ref={field}>
        <input
          id={id}
          // The dialog was opened to be filled in here.
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
          autoFocus
          className="input"
          role="combobox"
          aria-expanded={picking.isOpen}
          {...picking.combobox}
          aria-invalid={told !== null && told.kind !== 'missing'}
          aria-describedby={told === null ? undefined : `${id}-problem`}
          placeholder={t('placeholder')}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setLeft(false);
            picking.open();
            onChange(event.target.value);
          }}
          onKeyDown={(event) => picking.press(event)}
          onFocus={() => {
            if (text === '' || text.endsWith('/')) picking.open();
          }}
          onBlur={() => {
            setLeft(true);
            picking.close();
          }}
        />
      </div>
      <SuggestionList field={field} suggestions={suggestions} picking={picking} />
      <div className="copy-place-problem">
        {told?.kind === 'oneName' || told?.kind === 'noFolder' ? (
          <p id={`${id}-problem`} className="target-problem">
            {t(`problem.${told.kind}`)}
          </p>
        ) : (
          <TargetProblemLine id={`${id}-problem`} target={draft} problem={told} onUse={onChange} />
        )}
      </div>
    </div>
  );
}
