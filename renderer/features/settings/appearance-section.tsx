import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Segments } from '../../ui/segments.tsx';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';
import { StepperField } from './stepper-field.tsx';

const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
/** Percent. */
const SCALE = { least: 80, most: 150, step: 10 } as const;

/** Theme and text size. */
export function AppearanceSection({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  return (
    <SettingsPage title={t('section.appearance')}>
      <SettingsRow name={t('theme')} note={t('themeNote')}>
        <Segments
          label={t('theme')}
          choices={THEMES}
          value={settings.theme}
          words={(theme) => t(`themes.${theme}`)}
          onChange={(theme) => change({ theme })}
        />
      </SettingsRow>
      <SettingsRow name={t('textSize')} note={t('textSizeNote')}>
        <StepperField
          label={t('textSize')}
          least={SCALE.least}
          most={SCALE.most}
          step={SCALE.step}
          value={settings.textScale}
          formatOptions={{ style: 'unit', unit: 'percent' }}
          onChange={(textScale) => change({ textScale })}
        />
      </SettingsRow>
    </SettingsPage>
  );
}
