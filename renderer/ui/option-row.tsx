import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import './option-row.css';

/** See {@link OptionRow}. */
export interface OptionRowProps {
  /** For `aria-activedescendant` of the field. */
  readonly id: string;
  /** Whether Enter in the field takes this one. */
  readonly active: boolean;
  readonly icon: LucideIcon;
  readonly className: string;
  readonly onPoint?: () => void;
  readonly onTake: () => void;
  readonly children: ReactNode;
}

/** An option of what is found for a field: the field keeps the focus and takes the keys, a press takes the option. */
export function OptionRow(props: OptionRowProps): ReactElement {
  const { id, active, icon: Icon, className, onPoint, onTake, children } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      className={`option-row ${className}`}
      // The press would take the focus from the field.
      onPointerDown={(event) => event.preventDefault()}
      onPointerMove={onPoint}
      onClick={onTake}
    >
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      {children}
    </div>
  );
}
