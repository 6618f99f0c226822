import {
  ArrowDownUp,
  Bell,
  Database,
  HardDrive,
  Keyboard,
  Languages,
  type LucideIcon,
  Moon,
  Server,
} from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Settings } from '../../../shared/models/settings.ts';
import { AppearanceSection } from './appearance-section.tsx';
import { KeyboardSection } from './keyboard-section.tsx';
import { LanguageSection } from './language-section.tsx';
import { LocalSection } from './local-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { RegistriesSection } from './registries-section.tsx';
import './settings.css';
import type { StoreTasks } from '../store/use-store-tasks.ts';
import type { ThisComputer } from '../store/use-this-computer.ts';
import { StoreSection } from './store-section.tsx';
import { TransfersSection } from './transfers-section.tsx';

/** The sections of the settings, in their order. */
export const SETTINGS_SECTIONS = [
  'registries',
  'local',
  'transfers',
  'store',
  'appearance',
  'language',
  'keyboard',
  'notifications',
] as const;

/** See {@link SETTINGS_SECTIONS}. */
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

const ICONS: Readonly<Record<SettingsSection, LucideIcon>> = {
  registries: Server,
  local: HardDrive,
  transfers: ArrowDownUp,
  store: Database,
  appearance: Moon,
  language: Languages,
  keyboard: Keyboard,
  notifications: Bell,
};

/** What every section gets: the settings, and a way to change some of them at once. */
export interface SectionProps {
  readonly settings: Settings;
  readonly change: (part: Partial<Settings>) => void;
}

/** See {@link SettingsScreen}. */
export interface SettingsScreenProps extends SectionProps {
  readonly section: SettingsSection;
  readonly onSection: (section: SettingsSection) => void;
  readonly registries: readonly Registry[];
  /** The registry that the section of registries shows. */
  readonly registry: string | null;
  /** Tart's home as it is in effect. */
  readonly tartHome: string;
  readonly own: ThisComputer;
  readonly tasks: StoreTasks;
  /** Shows the store itself, out of the settings. */
  readonly onShowStore: () => void;
  readonly onRegistry: (host: string) => void;
  readonly onAddRegistry: () => void;
  readonly onRemoveRegistry: (host: string) => void;
  readonly onClose: () => void;
}

/** The settings: sections at the left, the chosen one beside them. Every choice takes effect when it is made. */
export function SettingsScreen(props: SettingsScreenProps): ReactElement {
  const { section, onSection, settings, change, onClose } = props;
  const { t } = useTranslation('settings');
  const tabs = useRef<HTMLDivElement>(null);

  function press(event: KeyboardEvent): void {
    const at = SETTINGS_SECTIONS.indexOf(section);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = SETTINGS_SECTIONS[at + step];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    onSection(next);
    tabs.current?.querySelector<HTMLElement>(`[data-section="${next}"]`)?.focus();
  }

  return (
    <main
      className="settings"
      aria-label={t('settings')}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <div
        ref={tabs}
        className="settings-list"
        role="tablist"
        aria-label={t('settings')}
        aria-orientation="vertical"
        onKeyDown={press}
      >
        {SETTINGS_SECTIONS.map((name) => {
          const Icon = ICONS[name];
          return (
            <button
              key={name}
              type="button"
              role="tab"
              id={`settings-tab-${name}`}
              data-section={name}
              aria-selected={name === section}
              aria-controls="settings-panel"
              tabIndex={name === section ? 0 : -1}
              onClick={() => onSection(name)}
            >
              <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
              {t(`section.${name}`)}
            </button>
          );
        })}
      </div>
      <div id="settings-panel" className="settings-panel" role="tabpanel" aria-labelledby={`settings-tab-${section}`}>
        {section === 'registries' && (
          <RegistriesSection
            registries={props.registries}
            own={props.own}
            onStore={() => onSection('store')}
            chosen={props.registry}
            onChoose={props.onRegistry}
            onAdd={props.onAddRegistry}
            onRemove={props.onRemoveRegistry}
            usualAtOnce={settings.concurrency}
          />
        )}
        {section === 'local' && <LocalSection settings={settings} change={change} tartHome={props.tartHome} />}
        {section === 'transfers' && <TransfersSection settings={settings} change={change} />}
        {section === 'store' && (
          <StoreSection
            settings={settings}
            change={change}
            own={props.own}
            tasks={props.tasks}
            onShowStore={props.onShowStore}
          />
        )}
        {section === 'appearance' && <AppearanceSection settings={settings} change={change} />}
        {section === 'language' && <LanguageSection settings={settings} change={change} />}
        {section === 'keyboard' && <KeyboardSection />}
        {section === 'notifications' && <NotificationsSection settings={settings} change={change} />}
      </div>
    </main>
  );
}
