import { type KeyboardEvent, type ReactElement, type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useAfterPress } from '../../ui/use-after-press.ts';
import { pastedReferences, type TargetDraft, takeBack, typeText } from './target-draft.ts';
import type { usePicking } from './use-picking.ts';
import './target-field.css';

/** See {@link TargetInput}. */
export interface TargetInputProps {
  readonly ref: RefObject<HTMLInputElement | null>;
  readonly target: TargetDraft;
  readonly label: string;
  readonly autoFocus: boolean;
  readonly invalid: boolean;
  /** Id of what says why it does not stand; absent while nothing is said. */
  readonly describedBy: string | undefined;
  readonly picking: ReturnType<typeof usePicking>;
  readonly onChange: (target: TargetDraft) => void;
  /** Whole references were pasted. */
  readonly onPasted: (references: readonly string[]) => void;
  /** What was typed is complete. */
  readonly onSettle: () => void;
  /** It was left with what was typed, and what was pressed for that has heard it. */
  readonly onLeave: () => void;
  /** ← at the start of the text. */
  readonly onStepBack: () => void;
  /** It is being edited: it has the focus, or was typed into; false = it was left. */
  readonly onEditing: (editing: boolean) => void;
  readonly onFocus: () => void;
}

/** The text at the caret of a target. Enter adds a tag, Backspace at its start takes the one before back into the text. */
export function TargetInput(props: TargetInputProps): ReactElement {
  const { ref, target, invalid, picking, onChange, onPasted, onSettle, onStepBack, onEditing, onFocus } = props;
  const { onLeave } = props;
  const { t } = useTranslation('push');
  const afterPress = useAfterPress();
  // What is pressed may change the target itself.
  const leave = useRef(onLeave);
  useEffect(() => {
    leave.current = onLeave;
  });

  function press(event: KeyboardEvent<HTMLInputElement>): void {
    const atStart = event.currentTarget.selectionStart === 0 && event.currentTarget.selectionEnd === 0;
    const command = event.metaKey || event.ctrlKey;
    if (picking.press(event)) return;
    if (event.key === 'Enter' && !command) onSettle();
    else if (event.key === 'Backspace' && atStart) onChange(takeBack(target));
    else if (event.key === 'ArrowLeft' && atStart) onStepBack();
    else return;
    event.preventDefault();
  }

  function type(text: string): void {
    onEditing(true);
    const next = typeText(target, text);
    // A tag that just became a token is no question: the list opens with the next letter, or the arrow.
    if (next.text === '' && next.name !== null) picking.close();
    else picking.open();
    onChange(next);
  }

  return (
    <input
      ref={ref}
      // The sheet was opened to be filled in here.
      // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
      autoFocus={props.autoFocus}
      className="target-input"
      role="combobox"
      aria-expanded={picking.isOpen}
      {...picking.combobox}
      aria-label={props.label}
      aria-invalid={invalid}
      aria-describedby={props.describedBy}
      placeholder={target.name === null && target.tags.length === 0 ? t('placeholder') : ''}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      autoComplete="off"
      value={target.text}
      onChange={(event) => type(event.currentTarget.value)}
      onPaste={(event) => {
        const references = pastedReferences(event.clipboardData.getData('text'));
        if (references === null || target.text !== '') return;
        event.preventDefault();
        onPasted(references);
      }}
      onKeyDown={press}
      onFocus={() => {
        onEditing(true);
        if (target.name === null && target.text === '') picking.open();
        onFocus();
      }}
      onBlur={() => {
        onEditing(false);
        picking.close();
        if (!invalid && !afterPress(() => leave.current())) onLeave();
      }}
    />
  );
}
