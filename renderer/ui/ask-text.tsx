import { type ReactElement, type ReactNode, useId } from 'react';
import { Button } from 'react-aria-components';
import { DialogFrame } from './dialog-frame.tsx';

/** What a dialog with one field asks for. */
export interface AskTextProps {
  readonly title: string;
  /** Stands above the field. */
  readonly lead?: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** What was typed cannot be taken. */
  readonly wrong: boolean;
  /** What is there already is selected when the field gets the focus. */
  readonly selects?: boolean;
  /** Stands below the field, told when it changes: what is meant, or what is wrong. */
  readonly says: ReactNode;
  /** Why it could not be done; see `ErrorLine`. */
  readonly error?: ReactNode;
  readonly cancel: string;
  readonly act: string;
  /** What was typed can be taken. */
  readonly ready: boolean;
  /** It is being done. */
  readonly busy?: boolean;
  readonly onText: (text: string) => void;
  readonly onAct: () => void;
  readonly onClose: () => void;
}

/** A dialog that asks for one line of text. Enter takes it. */
export function AskText(props: AskTextProps): ReactElement {
  const { title, lead, label, value, placeholder, wrong, selects = false, says, error, cancel, act } = props;
  const { ready, busy = false, onText, onAct, onClose } = props;
  const id = useId();
  return (
    <DialogFrame title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onAct();
        }}
      >
        {lead !== undefined && <p className="dialog-text dialog-lead">{lead}</p>}
        <div className="form-row">
          <label htmlFor={id}>{label}</label>
          <input
            id={id}
            // The dialog was opened to be filled in here.
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={value}
            placeholder={placeholder}
            spellCheck={false}
            aria-invalid={wrong}
            aria-describedby={`${id}-says`}
            onFocus={(event) => {
              if (selects) event.target.select();
            }}
            onChange={(event) => onText(event.target.value)}
          />
        </div>
        <div id={`${id}-says`} className="form-inset ask-text-says" aria-live="polite">
          {says}
        </div>
        {error}
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {cancel}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={!ready} isPending={busy}>
            {act}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
