import { Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, ListBox, ListBoxItem } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { registryKey } from '../../state/tree-selection.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { HealthDot } from '../../ui/health-dot.tsx';
import { RegistryPage } from '../registry-page/registry-page.tsx';
import { useSourceWords } from '../sign-in/source-words.ts';
import { ServeSwitch } from '../store/serve-switch.tsx';
import { servingWord, type ThisComputer } from '../store/use-this-computer.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { SettingsRow } from './settings-page.tsx';

/** The registries and what was chosen for each. */
export function RegistriesSection(props: {
  readonly registries: readonly Registry[];
  readonly own: ThisComputer;
  /** Shows the settings of the local store. */
  readonly onStore: () => void;
  readonly chosen: string | null;
  readonly onChoose: (host: string) => void;
  readonly onAdd: () => void;
  readonly onRemove: (host: string) => void;
  /** Layers at once of the settings. */
  readonly usualAtOnce: number;
}): ReactElement {
  const { usualAtOnce, registries, own, onStore, chosen, onChoose, onAdd, onRemove } = props;
  const { t } = useTranslation('settings');
  const { t: store } = useTranslation('store');
  const shown = registries.find((registry) => registryKey(registry) === chosen) ?? registries[0];
  return (
    <div className="settings-registries">
      <div className="settings-registry-list">
        <header className="pane-head">
          <h2>{t('section.registries')}</h2>
          <span className="count">{registries.length}</span>
          <span className="space" />
          <Button className="button button-small" onPress={onAdd}>
            <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('addRegistry')}
          </Button>
        </header>
        <ListBox
          className="settings-registry-rows"
          aria-label={t('section.registries')}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={shown === undefined ? [] : [registryKey(shown)]}
          onSelectionChange={(keys) => {
            const key = keys === 'all' ? undefined : [...keys][0];
            if (typeof key === 'string') onChoose(key);
          }}
        >
          {registries.map((registry) => (
            <ListBoxItem
              key={registryKey(registry)}
              id={registryKey(registry)}
              textValue={registry.thisComputer ? store('name') : registry.host}
              className="settings-registry"
            >
              {registry.thisComputer ? <OwnLines own={own} /> : <RegistryLines registry={registry} />}
            </ListBoxItem>
          ))}
        </ListBox>
        <p className="settings-foot">{t('signInsAbout')}</p>
      </div>
      {shown === undefined && <p className="settings-none">{t('noRegistry')}</p>}
      {shown?.thisComputer === true && <OwnPage own={own} onStore={onStore} />}
      {shown?.thisComputer === false && (
        <RegistryPage
          key={shown.host}
          registry={shown}
          usualAtOnce={usualAtOnce}
          onRemove={() => onRemove(shown.host)}
        />
      )}
    </div>
  );
}

/** The two lines of the registry of this computer. */
function OwnLines({ own }: { readonly own: ThisComputer }): ReactElement {
  const { t } = useTranslation('settings');
  const { t: store } = useTranslation('store');
  const { serving } = own;
  const word = store(`state.${servingWord(serving)}`);
  return (
    <>
      <HealthDot health={serving.on ? 'reachable' : 'offline'} word={word} />
      <span className="settings-registry-name">{store('name')}</span>
      <span className="settings-registry-end">{t('anonymous')}</span>
      <span className="settings-registry-note">{t('builtIn')}</span>
      <span className="settings-registry-end">{word}</span>
    </>
  );
}

/** The registry of this computer among the settings of registries: its switch; the rest is the store's. */
function OwnPage({ own, onStore }: { readonly own: ThisComputer; readonly onStore: () => void }): ReactElement {
  const { t } = useTranslation('settings');
  const { t: store } = useTranslation('store');
  const { serving } = own;
  return (
    <div className="settings-registry-page">
      <header className="detail-head">
        <div>
          <h1>{store('name')}</h1>
          <p>
            <HealthDot health={serving.on ? 'reachable' : 'offline'} word={store(`state.${servingWord(serving)}`)} />
            <span>{store(`state.${servingWord(serving)}`)}</span>
          </p>
        </div>
        <span className="space" />
        <Button className="button" onPress={onStore}>
          {store('storeSettings')}
        </Button>
      </header>
      <div className="settings-rows">
        <SettingsRow name={t('storeRegistry')} note={t('storeRegistryNote')}>
          <ServeSwitch own={own} label={store(`state.${servingWord(own.serving)}`)} />
          {serving.on && <Copyable text={serving.address} label={t('copyAddress')} />}
        </SettingsRow>
      </div>
    </div>
  );
}

/** The two lines of a row: name and account, state and when it was asked. */
function RegistryLines({ registry }: { readonly registry: Registry }): ReactElement {
  const { t, i18n } = useTranslation('settings');
  const { t: panes } = useTranslation('panes');
  const sourceWords = useSourceWords();
  const { host, health, account, askedMs, insecure, choices, capabilities } = registry;
  const testedMs = askedMs ?? capabilities?.testedMs ?? null;
  return (
    <>
      <HealthDot health={health} />
      <span className="settings-registry-name" data-tip={host}>
        {choices.name ?? host}
      </span>
      <span className="settings-registry-end">
        {account === null ? t('anonymous') : `${account.name}, ${sourceWords(account.source)}`}
      </span>
      <span className="settings-registry-note">
        {[capabilities?.product ?? '', panes(`health.${health}`), insecure ? panes('overPlainHttp') : '']
          .filter((text) => text !== '')
          .join(', ')}
      </span>
      <span className="settings-registry-end">
        {testedMs === null ? '' : t('testedAt', { time: timeOfDay(testedMs, i18n.language) })}
      </span>
    </>
  );
}
