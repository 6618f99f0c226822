import { type ReactElement, useId, useState } from 'react';
import { SettingsRow } from './settings-page.tsx';

/** See {@link TypedNumber}. */
export interface TypedNumberProps {
  readonly name: string;
  readonly note: string;
  /** Shown while what was typed is no value. */
  readonly wrong: string;
  readonly placeholder: string;
  readonly unit?: string;
  readonly shown: string;
  /** Undefined = not a value. */
  readonly read: (text: string) => number | null | undefined;
  /** Null = the field was emptied. */
  readonly onTake: (value: number | null) => void;
}

/** A number that is typed; it is taken when the field is left or Enter is pressed. */
export function TypedNumber(props: TypedNumberProps): ReactElement {
  const { name, note, wrong, placeholder, unit, shown, read, onTake } = props;
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? shown;
  const value = text.trim() === '' ? null : read(text.trim().replace(',', '.'));
  const take = (): void => {
    if (value === undefined) return;
    setTyped(null);
    if (text !== shown) onTake(value);
  };
  return (
    <SettingsRow name={name} htmlFor={id} note={note}>
      <input
        id={id}
        className="field settings-number"
        inputMode="decimal"
        value={text}
        placeholder={placeholder}
        aria-invalid={value === undefined}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
      {unit !== undefined && <span className="settings-unit">{unit}</span>}
      {value === undefined && (
        <span className="field-error" role="alert">
          {wrong}
        </span>
      )}
    </SettingsRow>
  );
}
