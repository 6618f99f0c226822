import { type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SettingsRow } from './settings-page.tsx';

/** Bytes a second of 1 MB/s, and the least limit that the engine takes. */
const MB = 1_000_000;
const LEAST_LIMIT = 65_536;

/** A speed limit in MB/s; empty is none. It is taken when the field is left or Enter is pressed. */
export function SpeedLimitField(props: {
  readonly name: string;
  readonly note: string;
  /** What an empty field means. */
  readonly placeholder: string;
  /** Bytes a second; null = none. */
  readonly value: number | null;
  readonly onChange: (limit: number | null) => void;
}): ReactElement {
  const { name, note, placeholder, value, onChange } = props;
  const { t } = useTranslation('settings');
  const id = useId();
  const shown = value === null ? '' : String(value / MB);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? shown;
  const limit = text.trim() === '' ? null : Math.round(Number(text.replace(',', '.')) * MB);
  const valid = limit === null || (Number.isSafeInteger(limit) && limit >= LEAST_LIMIT);
  const take = (): void => {
    if (!valid) return;
    setTyped(null);
    if (limit !== value) onChange(limit);
  };
  return (
    <SettingsRow name={name} htmlFor={id} note={note}>
      <input
        id={id}
        className="field settings-number"
        inputMode="decimal"
        value={text}
        placeholder={placeholder}
        aria-invalid={!valid}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
      <span className="settings-unit">MB/s</span>
      {!valid && (
        <span className="field-error" role="alert">
          {t('speedLimitWrong')}
        </span>
      )}
    </SettingsRow>
  );
}
