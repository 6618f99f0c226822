import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IndexRebuildRow } from './index-rebuild-row.tsx';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';
import { SpeedLimitField } from './speed-limit-field.tsx';
import { StepperField } from './stepper-field.tsx';

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
      <SpeedLimitField
        name={t('speedLimit')}
        note={t('speedLimitNote')}
        placeholder={t('noLimit')}
        value={settings.bandwidthLimit}
        onChange={(bandwidthLimit) => change({ bandwidthLimit })}
      />
      <IndexRebuildRow />
    </SettingsPage>
  );
}
