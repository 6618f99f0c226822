import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Segments } from '../../ui/segments.tsx';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';

const LANGUAGES = ['system', 'en', 'zh-CN'] as const;

/** The language of window and menus. */
export function LanguageSection({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  return (
    <SettingsPage title={t('section.language')}>
      <SettingsRow name={t('section.language')} note={t('languageNote')}>
        <Segments
          label={t('section.language')}
          choices={LANGUAGES}
          value={settings.language}
          words={(language) => t(`languages.${language}`)}
          onChange={(language) => change({ language })}
        />
      </SettingsRow>
    </SettingsPage>
  );
}
