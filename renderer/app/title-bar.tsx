import { Layers, Search, Settings as SettingsIcon } from 'lucide-react';
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

/** The bar that moves the window: screens at the left, settings at the right. Room is kept for the system's controls. */
export function TitleBar({ controls, screen, onScreen, onSearch }: TitleBarProps): ReactElement {
  const { t } = useTranslation('panes');
  const { t: palette } = useTranslation('palette');
  return (
    <header className="title-bar" data-controls={controls}>
      <nav aria-label={t('screens')}>
        <Button
          className="nav-item"
          aria-current={screen === 'images' ? 'page' : false}
          onPress={() => {
            onScreen('images');
          }}
        >
          <Layers size={15} strokeWidth={1.75} aria-hidden="true" />
          {t('images')}
        </Button>
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
