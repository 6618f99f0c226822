import type { ReactElement, ReactNode } from 'react';
import { CheckboxButton, CheckboxField } from 'react-aria-components';

/** See {@link CheckBox}. */
export interface CheckBoxProps {
  readonly selected: boolean;
  readonly onChange: (selected: boolean) => void;
  /** Its words, at the right of the box. */
  readonly children: ReactNode;
}

/** A choice of yes or no in a form. */
export function CheckBox({ selected, onChange, children }: CheckBoxProps): ReactElement {
  return (
    <CheckboxField isSelected={selected} onChange={onChange}>
      <CheckboxButton className="checkbox">
        <span className="checkbox-box" aria-hidden="true" />
        {children}
      </CheckboxButton>
    </CheckboxField>
  );
}
