import type { ReactElement } from 'react';
import { SwitchButton, SwitchField } from 'react-aria-components';

/** A switch with its words. */
export function SwitchControl(props: {
  readonly label: string;
  readonly selected: boolean;
  readonly onChange: (selected: boolean) => void;
}): ReactElement {
  const { label, selected, onChange } = props;
  return (
    <SwitchField isSelected={selected} onChange={onChange}>
      <SwitchButton className="switch">
        <span className="switch-track" aria-hidden="true" />
        {label}
      </SwitchButton>
    </SwitchField>
  );
}
