import { type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';
import { StepperField } from './stepper-field.tsx';

/** Bytes a second of 1 MB/s, and the least limit that the engine takes. */
const MB = 1_000_000;
const LEAST_LIMIT = 65_536;

/** How much at once, and how fast. */
export function TransfersSection({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  return (
    <SettingsPage title={t('section.transfers')} about={t('transfersAbout')}>
      <SettingsRow name={t('layersAtOnce')} note={t('layersAtOnceNote')}>
        <StepperField
          label={t('layersAtOnce')}
          least={1}
          most={16}
          value={settings.concurrency}
          onChange={(concurrency) => change({ concurrency })}
        />
      </SettingsRow>
      <SpeedLimit settings={settings} change={change} />
    </SettingsPage>
  );
}

/** The speed limit in MB/s; empty is none. It is taken when the field is left or Enter is pressed. */
function SpeedLimit({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  const id = useId();
  const shown = settings.bandwidthLimit === null ? '' : String(settings.bandwidthLimit / MB);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? shown;
  const limit = text.trim() === '' ? null : Math.round(Number(text.replace(',', '.')) * MB);
  const valid = limit === null || (Number.isSafeInteger(limit) && limit >= LEAST_LIMIT);
  const take = (): void => {
    if (!valid) return;
    setTyped(null);
    if (limit !== settings.bandwidthLimit) change({ bandwidthLimit: limit });
  };
  return (
    <SettingsRow name={t('speedLimit')} htmlFor={id} note={t('speedLimitNote')}>
      <input
        id={id}
        className="field settings-number"
        inputMode="decimal"
        value={text}
        placeholder={t('noLimit')}
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
