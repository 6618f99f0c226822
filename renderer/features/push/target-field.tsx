import { X } from 'lucide-react';
import { type ReactElement, useId, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { PlanTarget } from '../../../shared/models/plan.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { SuggestionList } from './suggestion-list.tsx';
import { TagToken } from './tag-token.tsx';
import {
  editName,
  editTag,
  readTarget,
  referenceElsewhere,
  removeTag,
  settleText,
  type TargetDraft,
  takeSuggestion,
} from './target-draft.ts';
import { TargetInput } from './target-input.tsx';
import { TargetProblemLine } from './target-problem-line.tsx';
import type { TargetSuggestion } from './target-suggestions.ts';
import { usePicking } from './use-picking.ts';
import './target-field.css';

/** One target as it is typed, and what is known of it. */
export interface TargetFieldProps {
  readonly target: TargetDraft;
  /** What the plan says of this repository; null while it says nothing. */
  readonly planned: PlanTarget | null;
  /** What the push costs here, in words. */
  readonly result: string;
  readonly health: Registry['health'];
  readonly label: string;
  readonly autoFocus: boolean;
  readonly suggestions: readonly TargetSuggestion[];
  readonly onChange: (target: TargetDraft) => void;
  /** Whole references that were typed or pasted here; those of other repositories get fields of their own. `left` = the field was left for something else. */
  readonly onReferences: (from: TargetDraft, references: readonly string[], left: boolean) => void;
  readonly onFocus: () => void;
  /** Absent for the only field. */
  readonly onRemove?: (() => void) | undefined;
}

/** One repository with its tags: host, repository, tokens, and the text at the caret. Enter adds a tag, Tab leaves. */
export function TargetField(props: TargetFieldProps): ReactElement {
  const { target, planned, result, health, label, suggestions, onChange, onReferences, onFocus, onRemove } = props;
  const { t } = useTranslation('push');
  const problemId = useId();
  const field = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [left, setLeft] = useState(false);
  const { problem } = readTarget(target);
  const invalid = problem?.kind === 'invalid';
  const told = problem !== null && (invalid || left) ? problem : null;
  function toInput(): void {
    input.current?.focus();
  }
  /** What is changed beside the text goes on at the text. */
  function change(next: TargetDraft): void {
    onChange(next);
    toInput();
  }

  const picking = usePicking(suggestions, (suggestion) => change(takeSuggestion(target, suggestion.text)));

  function settle(left: boolean): void {
    const elsewhere = referenceElsewhere(target);
    if (elsewhere !== null) onReferences(target, [elsewhere], left);
    else if (target.text !== '') onChange(settleText(target));
  }

  const tokens = (
    <TargetTokens
      target={target}
      planned={planned}
      onChange={change}
      onStep={(to) => {
        const all = tokensOf(field.current);
        (to >= all.length ? input.current : all[Math.max(0, to)])?.focus();
      }}
    />
  );

  return (
    <div className="target">
      {/* A click beside the text goes to the text, as in any field. */}
      <div ref={field} className="target-field" data-invalid={invalid || undefined} onPointerUp={toInput}>
        <span
          className={`target-health target-health-${health}`}
          role="img"
          aria-label={t(`health.${health}`)}
          data-tip={t(`health.${health}`)}
        />
        {target.name !== null && (
          <TargetName name={target.name} label={t('editRepository')} onEdit={() => change(editName(target))} />
        )}
        {target.name !== null && tokens}
        <TargetInput
          ref={input}
          target={target}
          label={label}
          autoFocus={props.autoFocus}
          invalid={invalid}
          describedBy={told === null ? undefined : problemId}
          picking={picking}
          onChange={onChange}
          onPasted={(references) => onReferences(target, references, false)}
          onSettle={() => settle(false)}
          onLeave={() => settle(true)}
          onStepBack={() => tokensOf(field.current).at(-1)?.focus()}
          onEditing={(editing) => setLeft(!editing)}
          onFocus={onFocus}
        />
        {target.name === null && tokens}
        <span className="target-result">{result}</span>
      </div>
      <SuggestionList field={field} suggestions={suggestions} picking={picking} />
      {onRemove !== undefined && (
        <Button className="icon-button target-remove" aria-label={t('removeTarget')} onPress={onRemove}>
          <X size={14} strokeWidth={1.75} aria-hidden="true" />
        </Button>
      )}
      <TargetProblemLine id={problemId} target={target} problem={told} onUse={(text) => change({ ...target, text })} />
    </div>
  );
}

/** The tags of a target: each can be removed, edited, and left for its neighbour (`onStep`, the place of a token). */
function TargetTokens(props: {
  readonly target: TargetDraft;
  readonly planned: PlanTarget | null;
  readonly onChange: (target: TargetDraft) => void;
  readonly onStep: (to: number) => void;
}): ReactElement[] {
  const { target, planned, onChange, onStep } = props;
  return target.tags.map((tag, at) => (
    <TagToken
      key={tag}
      tag={tag}
      planned={planned?.references.find((reference) => reference.tag === tag) ?? null}
      onRemove={() => onChange(removeTag(target, tag))}
      onEdit={() => onChange(editTag(target, tag))}
      onMove={(step) => onStep(at + step)}
    />
  ));
}

function tokensOf(field: HTMLElement | null): readonly HTMLElement[] {
  return field === null ? [] : [...field.querySelectorAll<HTMLElement>('.target-token')];
}

function TargetName(props: { name: string; label: string; onEdit: () => void }): ReactElement {
  const slash = props.name.indexOf('/') + 1;
  return (
    <button type="button" className="target-name" tabIndex={-1} data-tip={props.label} onClick={props.onEdit}>
      <span className="target-host">{props.name.slice(0, slash)}</span>
      {props.name.slice(slash)}
      <span className="target-host"> :</span>
    </button>
  );
}
