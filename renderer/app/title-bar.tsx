import { ChartColumn, GitCompare, Layers, type LucideIcon, Search, Settings as SettingsIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { MethodOutput } from '../../shared/contract/methods.ts';
import { IS_MAC, shortcutWords } from '../ui/shortcut.ts';
import type { Screen } from './screen.ts';

/** See {@link TitleBar}. */
export interface TitleBarProps {
  readonly controls: MethodOutput<'app.info'>['windowControls'];
  readonly screen: Screen;
  readonly onScreen: (screen: Screen) => void;
  readonly onSearch: () => void;
}

/** The screens of the nav, in their order. */
const NAV = [
  ['images', Layers],
  ['savings', ChartColumn],
] as const satisfies readonly (readonly [Screen, LucideIcon])[];

/** The bar that moves the window: screens at the left, settings at the right. Room is kept for the system's controls. */
export function TitleBar({ controls, screen, onScreen, onSearch }: TitleBarProps): ReactElement {
  const { t } = useTranslation('panes');
  const { t: palette } = useTranslation('palette');
  const { t: compare } = useTranslation('compare');
  return (
    <header className="title-bar" data-controls={controls}>
      <nav aria-label={t('screens')}>
        {NAV.map(([name, Icon]) => (
          <Button
            key={name}
            className="nav-item"
            aria-current={screen === name ? 'page' : false}
            onPress={() => {
              onScreen(name);
            }}
          >
            <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
            {t(name)}
          </Button>
        ))}
      </nav>
      <span className="title-bar-space" />
      <Button className="command-field" aria-haspopup="dialog" onPress={onSearch}>
        <Search size={14} strokeWidth={1.75} aria-hidden="true" />
        <span>{palette('open')}</span>
        <kbd>{shortcutWords({ key: 'K' }, IS_MAC)}</kbd>
      </Button>
      <span className="title-bar-space" />
      <Button
        className="icon-button"
        aria-label={compare('open')}
        data-tip={compare('open')}
        aria-current={screen === 'compare' ? 'page' : false}
        onPress={() => {
          onScreen(screen === 'compare' ? 'images' : 'compare');
        }}
      >
        <GitCompare size={15} strokeWidth={1.75} aria-hidden="true" />
      </Button>
      <Button
        className="icon-button"
        aria-label={t('settings')}
        data-tip={t('settings')}
        aria-current={screen === 'settings' ? 'page' : false}
        onPress={() => {
          onScreen(screen === 'settings' ? 'images' : 'settings');
        }}
      >
        <SettingsIcon size={15} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </header>
  );
}
