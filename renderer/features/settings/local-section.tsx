import { FolderOpen } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { DEFAULT_SETTINGS } from '../../../shared/models/settings.ts';
import { useClient } from '../../state/client.ts';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';
import { TypedNumber } from './typed-number.tsx';

/** Bytes of 1 GB. */
const GB = 1_000_000_000;

/** Where Tart keeps its VMs, and how much snapshots of them may hold. */
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
      <SnapshotBudget settings={settings} change={change} />
    </SettingsPage>
  );
}

function SnapshotBudget({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('snapshots');
  return (
    <TypedNumber
      name={t('budget')}
      note={t('budgetNote')}
      wrong={t('budgetWrong')}
      placeholder={String(DEFAULT_SETTINGS.snapshotBudget / GB)}
      unit="GB"
      shown={String(settings.snapshotBudget / GB)}
      read={(text) => {
        const bytes = Math.round(Number(text) * GB);
        return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
      }}
      onTake={(bytes) => change({ snapshotBudget: bytes ?? DEFAULT_SETTINGS.snapshotBudget })}
    />
  );
}
