import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { TypedNumber } from './typed-number.tsx';

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
  return (
    <TypedNumber
      name={name}
      note={note}
      wrong={t('speedLimitWrong')}
      placeholder={placeholder}
      unit="MB/s"
      shown={value === null ? '' : String(value / MB)}
      read={(text) => {
        const limit = Math.round(Number(text) * MB);
        return Number.isSafeInteger(limit) && limit >= LEAST_LIMIT ? limit : undefined;
      }}
      onTake={onChange}
    />
  );
}
