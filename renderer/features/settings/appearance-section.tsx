import { Minus, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, Group, Input, NumberField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { ChoiceGroup } from './choice-group.tsx';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';

const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
/** Percent. */
const SCALE = { least: 80, most: 150, step: 10 } as const;

/** Theme and text size. */
export function AppearanceSection({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  return (
    <SettingsPage title={t('section.appearance')}>
      <SettingsRow name={t('theme')} note={t('themeNote')}>
        <ChoiceGroup
          label={t('theme')}
          choices={THEMES}
          value={settings.theme}
          words={(theme) => t(`themes.${theme}`)}
          onChange={(theme) => change({ theme })}
        />
      </SettingsRow>
      <SettingsRow name={t('textSize')} note={t('textSizeNote')}>
        <NumberField
          aria-label={t('textSize')}
          minValue={SCALE.least}
          maxValue={SCALE.most}
          step={SCALE.step}
          value={settings.textScale}
          formatOptions={{ style: 'unit', unit: 'percent' }}
          onChange={(textScale) => {
            if (!Number.isNaN(textScale)) change({ textScale });
          }}
        >
          <Group className="stepper">
            <Button slot="decrement" className="icon-button">
              <Minus size={13} strokeWidth={1.75} aria-hidden="true" />
            </Button>
            <Input className="field stepper-field" />
            <Button slot="increment" className="icon-button">
              <Plus size={13} strokeWidth={1.75} aria-hidden="true" />
            </Button>
          </Group>
        </NumberField>
      </SettingsRow>
    </SettingsPage>
  );
}
