import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';
import { SwitchControl } from './switch-control.tsx';

/** What the system tells. */
export function NotificationsSection({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  return (
    <SettingsPage title={t('section.notifications')}>
      <SettingsRow name={t('notify')} note={t('notifyNote')}>
        <SwitchControl
          label={t('notifyWords')}
          selected={settings.notifyWhenDone}
          onChange={(notifyWhenDone) => change({ notifyWhenDone })}
        />
      </SettingsRow>
    </SettingsPage>
  );
}
