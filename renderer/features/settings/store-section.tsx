import { FolderOpen } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { useClient } from '../../state/client.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { sentenceGap } from '../../ui/sentence-gap.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { ServeSwitch } from '../store/serve-switch.tsx';
import { StoreOutcomeView } from '../store/store-outcome.tsx';
import { StoreTaskLine } from '../store/store-task-line.tsx';
import '../store/store.css';
import type { StoreTasks } from '../store/use-store-tasks.ts';
import { servingWord, type ThisComputer } from '../store/use-this-computer.ts';
import { SettingsPage, SettingsRow } from './settings-page.tsx';
import type { SectionProps } from './settings-screen.tsx';
import { TypedNumber } from './typed-number.tsx';

/** Bytes of 1 GB, and the least budget that the engine takes. */
const GB = 1_000_000_000;
const LEAST_BUDGET = 1_000_000;

/** See {@link StoreSection}. */
export interface StoreSectionProps extends SectionProps {
  readonly own: ThisComputer;
  readonly tasks: StoreTasks;
  /** Shows the store itself. */
  readonly onShowStore: () => void;
}

/** Where the local store lies, how large it may become, and where its registry listens. */
export function StoreSection(props: StoreSectionProps): ReactElement {
  const { settings, change, own, tasks, onShowStore } = props;
  const { t } = useTranslation('settings');
  const { t: store } = useTranslation('store');
  const { serving } = own;
  return (
    <SettingsPage title={t('section.store')} about={t('storeAbout')}>
      <StorePlace {...props} />
      {(tasks.task ?? tasks.outcome)?.kind === 'import' && (
        <>
          <StoreTaskLine tasks={tasks} />
          <StoreOutcomeView tasks={tasks} onRepair={onShowStore} />
        </>
      )}
      <StoreBudget settings={settings} change={change} own={own} />
      <SettingsRow name={t('storeRegistry')} note={t('storeRegistryNote')}>
        <ServeSwitch own={own} label={store(`state.${servingWord(own.serving)}`)} />
        {serving.on && <Copyable text={serving.address} label={t('copyAddress')} />}
      </SettingsRow>
      <ServePort settings={settings} change={change} />
      <SettingsRow name={t('storeImages')}>
        <Button className="button" onPress={onShowStore}>
          {t('showStore')}
        </Button>
      </SettingsRow>
    </SettingsPage>
  );
}

/** The folder of the store. The engine makes a chosen one a store first; what it refuses changes nothing. */
function StorePlace({ settings, own, tasks }: StoreSectionProps): ReactElement {
  const { t } = useTranslation('settings');
  const client = useClient();
  const words = useErrorWords();
  const [error, setError] = useState<ErrorData | null>(null);
  const [left, setLeft] = useState<string | null>(null);
  const folder = own.store?.folder ?? settings.storeFolder ?? '';

  function move(storeFolder: string | null): void {
    if (storeFolder === folder) return;
    const before = own.store;
    setError(null);
    client.call('settings.set', { ...settings, storeFolder }).then(
      () => setLeft(before !== null && before.images.length > 0 ? before.folder : null),
      (thrown: unknown) => setError(toAppError(thrown).toData()),
    );
  }

  return (
    <SettingsRow name={t('storeFolder')} note={t('storeFolderNote')}>
      <code className="settings-path" data-tip={folder}>
        {folder}
      </code>
      <Button
        className="button"
        onPress={() => {
          void client.call('app.chooseFolder', null).then((chosen) => {
            if (chosen !== null) move(chosen);
          });
        }}
      >
        <FolderOpen size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('choose')}
      </Button>
      {settings.storeFolder !== null && (
        <Button className="button" onPress={() => move(null)}>
          {t('useFound')}
        </Button>
      )}
      {error !== null && (
        <span className="field-error" role="alert">
          {words(error).whole}
        </span>
      )}
      {left !== null && left !== folder && (
        <span className="store-left" role="status">
          {t('storeLeft', { folder: left })}
          <Button
            className="button button-small"
            isDisabled={tasks.task !== null}
            onPress={() => {
              tasks.bring(left);
              setLeft(null);
            }}
          >
            {t('storeBring')}
          </Button>
        </span>
      )}
    </SettingsRow>
  );
}

function StoreBudget({ settings, change, own }: SectionProps & { readonly own: ThisComputer }): ReactElement {
  const { t, i18n } = useTranslation('settings');
  const { storeBudget } = settings;
  const used =
    own.store === null
      ? ''
      : `${sentenceGap(i18n.language)}${t('storeUsed', { used: formatBytes(own.store.usedBytes) })}`;
  return (
    <TypedNumber
      name={t('storeBudget')}
      note={`${t('storeBudgetNote')}${used}`}
      wrong={t('storeBudgetWrong')}
      placeholder={t('noLimit')}
      unit="GB"
      shown={storeBudget === null ? '' : String(storeBudget / GB)}
      read={(text) => {
        const bytes = Math.round(Number(text) * GB);
        return Number.isSafeInteger(bytes) && bytes >= LEAST_BUDGET ? bytes : undefined;
      }}
      onTake={(bytes) => change({ storeBudget: bytes })}
    />
  );
}

function ServePort({ settings, change }: SectionProps): ReactElement {
  const { t } = useTranslation('settings');
  const { servePort } = settings;
  return (
    <TypedNumber
      name={t('servePort')}
      note={t('servePortNote')}
      wrong={t('servePortWrong')}
      placeholder="5080"
      shown={servePort === null ? '' : String(servePort)}
      read={(text) =>
        /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? Number(text) : undefined
      }
      onTake={(port) => change({ servePort: port })}
    />
  );
}
