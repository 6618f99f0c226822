import { Move, Plus, X } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { PlanTarget, ReferenceState } from '../../../shared/models/plan.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import {
  editName,
  editTag,
  readTarget,
  removeTag,
  settleText,
  type TargetDraft,
  type TargetProblem,
  takeBack,
  typeText,
} from './target-draft.ts';
import './target-field.css';

export interface TargetFieldProps {
  readonly target: TargetDraft;
  /** What the plan says of this repository; null while it says nothing. */
  readonly planned: PlanTarget | null;
  /** What the push costs here, in words. */
  readonly result: string;
  readonly health: Registry['health'];
  readonly label: string;
  readonly autoFocus: boolean;
  readonly onChange: (target: TargetDraft) => void;
  readonly onFocus: () => void;
  /** Absent for the only field. */
  readonly onRemove?: (() => void) | undefined;
}

/** One repository with its tags: host, repository, tokens, and the text at the caret. Enter adds a tag, Tab leaves. */
export function TargetField(props: TargetFieldProps): ReactElement {
  const { target, planned, result, health, label, autoFocus, onChange, onFocus, onRemove } = props;
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

  function pressInInput(event: KeyboardEvent<HTMLInputElement>): void {
    const atStart = event.currentTarget.selectionStart === 0 && event.currentTarget.selectionEnd === 0;
    if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) onChange(settleText(target));
    else if (event.key === 'Backspace' && atStart) onChange(takeBack(target));
    else if (event.key === 'ArrowLeft' && atStart) tokensOf(field.current).at(-1)?.focus();
    else return;
    event.preventDefault();
  }

  const tokens = target.tags.map((tag) => (
    <TagToken
      key={tag}
      tag={tag}
      state={planned?.references.find((reference) => reference.tag === tag)?.state ?? null}
      onRemove={() => {
        onChange(removeTag(target, tag));
        toInput();
      }}
      onEdit={() => {
        onChange(editTag(target, tag));
        toInput();
      }}
      onMove={(step) => {
        const all = tokensOf(field.current);
        const next = target.tags.indexOf(tag) + step;
        (next >= all.length ? input.current : all[Math.max(0, next)])?.focus();
      }}
    />
  ));

  return (
    <div className="target">
      {/* A click beside the text goes to the text, as in any field. */}
      <div ref={field} className="target-field" data-invalid={invalid || undefined} onPointerUp={toInput}>
        <span className={`target-health target-health-${health}`} role="img" aria-label={t(`health.${health}`)} />
        {target.name !== null && (
          <TargetName
            name={target.name}
            label={t('editRepository')}
            onEdit={() => {
              onChange(editName(target));
              toInput();
            }}
          />
        )}
        {target.name !== null && tokens}
        <input
          ref={input}
          // The sheet was opened to be filled in here.
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
          autoFocus={autoFocus}
          className="target-input"
          aria-label={label}
          aria-invalid={invalid}
          aria-describedby={told === null ? undefined : problemId}
          placeholder={target.name === null && target.tags.length === 0 ? t('placeholder') : ''}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          autoComplete="off"
          value={target.text}
          onChange={(event) => {
            setLeft(false);
            onChange(typeText(target, event.currentTarget.value));
          }}
          onKeyDown={pressInInput}
          onFocus={() => {
            setLeft(false);
            onFocus();
          }}
          onBlur={() => {
            setLeft(true);
            if (!invalid) onChange(settleText(target));
          }}
        />
        {target.name === null && tokens}
        <span className="target-result">{result}</span>
      </div>
      {onRemove !== undefined && (
        <Button className="icon-button target-remove" aria-label={t('removeTarget')} onPress={onRemove}>
          <X size={14} strokeWidth={1.75} aria-hidden="true" />
        </Button>
      )}
      {told !== null && (
        <div id={problemId} className="target-problem" data-quiet={told.kind === 'missing' || undefined}>
          <ProblemWords
            problem={told}
            onUse={(text) => {
              onChange({ ...target, text });
            }}
          />
        </div>
      )}
    </div>
  );
}

function tokensOf(field: HTMLElement | null): readonly HTMLElement[] {
  return field === null ? [] : [...field.querySelectorAll<HTMLElement>('.target-token')];
}

function TargetName(props: { name: string; label: string; onEdit: () => void }): ReactElement {
  const slash = props.name.indexOf('/') + 1;
  return (
    <button type="button" className="target-name" tabIndex={-1} title={props.label} onClick={props.onEdit}>
      <span className="target-host">{props.name.slice(0, slash)}</span>
      {props.name.slice(slash)}
      <span className="target-host"> :</span>
    </button>
  );
}

interface TagTokenProps {
  readonly tag: string;
  readonly state: ReferenceState | null;
  readonly onRemove: () => void;
  readonly onEdit: () => void;
  readonly onMove: (step: -1 | 1) => void;
}

function TagToken({ tag, state, onRemove, onEdit, onMove }: TagTokenProps): ReactElement {
  const { t } = useTranslation('push');
  const words = state === null ? tag : `${tag}, ${t(`tagState.${state}`)}`;
  return (
    <button
      type="button"
      tabIndex={-1}
      className="target-token"
      data-state={state ?? undefined}
      aria-label={words}
      title={t('tokenKeys')}
      onDoubleClick={onEdit}
      onKeyDown={(event) => {
        if (event.key === 'Backspace' || event.key === 'Delete') onRemove();
        else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) onEdit();
        else if (event.key === 'ArrowLeft') onMove(-1);
        else if (event.key === 'ArrowRight') onMove(1);
        else return;
        event.preventDefault();
      }}
      onPointerUp={(event) => {
        event.stopPropagation();
        event.currentTarget.focus();
      }}
    >
      {state === 'new' && <Plus size={11} strokeWidth={1.75} aria-hidden="true" />}
      {(state === 'moves' || state === 'conflict') && <Move size={11} strokeWidth={1.75} aria-hidden="true" />}
      {tag}
    </button>
  );
}

function ProblemWords(props: { problem: TargetProblem; onUse: (text: string) => void }): ReactNode {
  const { problem, onUse } = props;
  const { t } = useTranslation('push');
  if (problem.kind === 'missing') return t(`missing.${problem.part}`);
  const { text, position, suggestion } = problem;
  const wrong = text.slice(position, position + 1);
  return (
    <>
      {t(`invalid.${problem.expected}`)}{' '}
      <span className="target-problem-place">
        {wrong === '' ? t('invalidAtEnd') : t('invalidAt', { position: position + 1, character: wrong })}
      </span>
      {suggestion !== null && (
        <button
          type="button"
          className="link-button"
          onClick={() => {
            onUse(suggestion);
          }}
        >
          {t('useInstead', { text: suggestion })}
        </button>
      )}
    </>
  );
}
