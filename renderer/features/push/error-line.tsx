import type { ReactElement } from 'react';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { useErrorWords } from './use-error-words.ts';

/** Why something could not be done, in a dialog or below a field; nothing where it could. */
export function ErrorLine(props: {
  readonly error: ErrorData | null;
  /** Stands below the field of a form, not below its label. */
  readonly inset?: boolean;
}): ReactElement | null {
  const { error, inset = false } = props;
  const words = useErrorWords();
  if (error === null) return null;
  return (
    <p className={inset ? 'field-error form-inset' : 'field-error'} role="alert">
      {words(error).whole}
    </p>
  );
}
