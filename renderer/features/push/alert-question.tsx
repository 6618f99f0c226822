import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorLine } from './error-line.tsx';

/** A question before something goes. */
export interface AlertQuestionProps {
  readonly title: string;
  /** What goes with it, and what stays. */
  readonly children: ReactNode;
  readonly cancel: string;
  readonly act: string;
  /** Does it; the question closes then, or says why it was not done. */
  readonly onAct: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before one thing goes, and stays open with the reason where it could not be done. */
export function AlertQuestion({ title, children, cancel, act, onAct, onClose }: AlertQuestionProps): ReactElement {
  const [error, setError] = useState<ErrorData | null>(null);
  return (
    <DialogFrame title={title} role="alertdialog" onClose={onClose}>
      <p className="dialog-text">{children}</p>
      <ErrorLine error={error} />
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {cancel}
        </Button>
        <Button
          className="button button-danger"
          onPress={() => {
            onAct().then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()));
          }}
        >
          {act}
        </Button>
      </div>
    </DialogFrame>
  );
}
