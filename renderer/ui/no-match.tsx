import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';

/** See {@link NoMatch}. */
export interface NoMatchProps {
  readonly title: string;
  readonly more: string;
  readonly clear: string;
  readonly onClear: () => void;
}

/** In place of rows that a filter left none of: that it did, and the way back. */
export function NoMatch({ title, more, clear, onClear }: NoMatchProps): ReactElement {
  return (
    <div className="empty">
      <h3>{title}</h3>
      <p>{more}</p>
      <Button className="button button-small" onPress={onClear}>
        {clear}
      </Button>
    </div>
  );
}
