import { FolderOpen } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../state/client.ts';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';

/** Where Tart keeps its VMs. */
export function LocalSection(props: SectionProps & { readonly tartHome: string }): ReactElement {
  const { settings, change, tartHome } = props;
  const { t } = useTranslation('settings');
  const client = useClient();
  return (
    <SettingsPage title={t('section.local')} about={t('localAbout')}>
      <SettingsRow name={t('tartHome')} note={t(settings.tartHome === null ? 'tartHomeFound' : 'tartHomeChosen')}>
        <code className="settings-path" data-tip={tartHome}>
          {tartHome}
        </code>
        <Button
          className="button"
          onPress={() => {
            void client.call('app.chooseFolder', null).then((folder) => {
              if (folder !== null) change({ tartHome: folder });
            });
          }}
        >
          <FolderOpen size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('choose')}
        </Button>
        {settings.tartHome !== null && (
          <Button className="button" onPress={() => change({ tartHome: null })}>
            {t('useFound')}
          </Button>
        )}
      </SettingsRow>
    </SettingsPage>
  );
}
