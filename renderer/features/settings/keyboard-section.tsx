import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IS_MAC, type Shortcut, shortcutWords } from '../../ui/shortcut.ts';
import { SettingsPage } from './settings-page.tsx';

/** Commands of the menu bar with their keys. */
const COMMANDS: readonly (readonly [
  (
    | 'push'
    | 'copyTo'
    | 'search'
    | 'local'
    | 'registries'
    | 'detail'
    | 'savings'
    | 'foldLocal'
    | 'drawer'
    | 'settings'
    | 'start'
  ),
  Shortcut,
])[] = [
  ['push', { key: 'P' }],
  ['copyTo', { key: 'C', shift: true }],
  ['search', { key: 'K' }],
  ['start', { key: '↩' }],
  ['local', { key: '1' }],
  ['registries', { key: '2' }],
  ['detail', { key: '3' }],
  ['savings', { key: '4' }],
  ['foldLocal', { key: '1', alt: true }],
  ['drawer', { key: 'J' }],
  ['settings', { key: ',' }],
];

/** Keys that mean the same on every platform. */
const PLAIN = ['panes', 'rows', 'carry', 'open', 'level', 'menu', 'weave', 'splitter'] as const;

/** The keys, to read. */
export function KeyboardSection(): ReactElement {
  const { t } = useTranslation('settings');
  return (
    <SettingsPage title={t('section.keyboard')}>
      <table className="table keys-table" aria-label={t('section.keyboard')}>
        <tbody>
          {COMMANDS.map(([name, shortcut]) => (
            <tr key={name}>
              <td>{t(`keys.${name}`)}</td>
              <td>
                <kbd>{shortcutWords(shortcut, IS_MAC)}</kbd>
              </td>
            </tr>
          ))}
          {PLAIN.map((name) => (
            <tr key={name}>
              <td>{t(`keys.${name}`)}</td>
              <td>
                <kbd>{t(`keyNames.${name}`)}</kbd>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SettingsPage>
  );
}
