import { Search, X } from 'lucide-react';
import type { ReactElement } from 'react';
import './filter-field.css';

/** See {@link FilterField}. */
export interface FilterFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly label: string;
  readonly clearLabel: string;
  readonly onChange: (value: string) => void;
  /** ↓ or Enter: on to what is found. */
  readonly onLeave: () => void;
}

/** The filter at the head of a pane. Escape clears it, ↓ goes on to the list. */
export function FilterField(props: FilterFieldProps): ReactElement {
  const { value, placeholder, label, clearLabel, onChange, onLeave } = props;
  return (
    <span className="filter-field">
      <Search size={13} strokeWidth={1.75} aria-hidden="true" />
      <input
        value={value}
        placeholder={placeholder}
        aria-label={label}
        spellCheck={false}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') onChange('');
          else if (event.key === 'ArrowDown' || event.key === 'Enter') onLeave();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {value !== '' && (
        <button
          type="button"
          aria-label={clearLabel}
          onClick={() => {
            onChange('');
          }}
        >
          <X size={12} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
