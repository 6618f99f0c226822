import { Gauge, RefreshCw, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { RegistryChoices } from '../../../shared/models/registry-choices.ts';
import { useClient } from '../../state/client.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { RegistryTitle } from '../registries/registry-title.tsx';
import { SettingsRow } from '../settings/settings-page.tsx';
import { SpeedLimitField } from '../settings/speed-limit-field.tsx';
import { StepperField } from '../settings/stepper-field.tsx';
import { useSourceWords } from '../sign-in/source-words.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { CapabilityTable } from './capability-table.tsx';
import { CertificateDialog } from './certificate-dialog.tsx';
import { ConnectionRows } from './connection-rows.tsx';
import { TestByWriting } from './test-by-writing.tsx';
import './registry-page.css';

/** What is chosen for a registry, and what a test found of it. */
export function RegistryPage(props: {
  readonly registry: Registry;
  /** Layers at once of the settings. */
  readonly usualAtOnce: number;
  readonly onRemove: () => void;
}): ReactElement {
  const { registry, usualAtOnce, onRemove } = props;
  const { t } = useTranslation('registry');
  const client = useClient();
  const words = useErrorWords();
  const [testing, setTesting] = useState(false);
  const [dialog, setDialog] = useState<'certificate' | 'write' | null>(null);
  const [refused, setRefused] = useState<ErrorData | null>(null);
  const { host, choices, capabilities } = registry;
  const error = refused ?? registry.error;

  function choose(given: Partial<RegistryChoices>): void {
    setRefused(null);
    client
      .call('registries.edit', { host, choices: given })
      .catch((thrown: unknown) => setRefused(toAppError(thrown).toData()));
  }

  function test(): void {
    setTesting(true);
    setRefused(null);
    client
      .call('registries.probe', { host, repository: null, write: false })
      .catch((thrown: unknown) => setRefused(toAppError(thrown).toData()))
      .finally(() => setTesting(false));
  }

  return (
    <div className="settings-registry-page">
      <PageHead registry={registry} testing={testing} onTest={test} onRemove={onRemove} />
      {error !== null && (
        <div className="detail-notice" data-kind="fail" role="alert">
          <div>
            <b>{words(error).what}</b>
            {words(error).behind} <code>{error.code}</code>
          </div>
          {error.code === 'registry.tls' && (
            <Button className="button button-small" onPress={() => setDialog('certificate')}>
              {t('showCertificateDots')}
            </Button>
          )}
        </div>
      )}
      <div className="settings-rows">
        <NameRow key={choices.name} registry={registry} onChange={(name) => choose({ name })} />
        <SignInRow registry={registry} />
        <ConnectionRows registry={registry} choose={choose} onCertificate={() => setDialog('certificate')} />
        <AtOnceRow registry={registry} usual={usualAtOnce} choose={choose} />
        <SpeedLimitField
          name={t('speed')}
          note={t('speedNote')}
          placeholder={t('speedUsual')}
          value={choices.bandwidth}
          onChange={(bandwidth) => choose({ bandwidth })}
        />
      </div>
      <section>
        <div className="section-title">
          <h2>{t('can')}</h2>
          <span className="section-more">{capabilities === null ? t('notTestedYet') : t('measured')}</span>
          <span className="space" />
          <Button className="button button-small" onPress={() => setDialog('write')}>
            {t('testWriting')}
          </Button>
        </div>
        {capabilities !== null && <CapabilityTable capabilities={capabilities} />}
      </section>
      {dialog === 'certificate' && <CertificateDialog host={host} onClose={() => setDialog(null)} />}
      {dialog === 'write' && <TestByWriting host={host} onClose={() => setDialog(null)} />}
    </div>
  );
}

function PageHead(props: {
  readonly registry: Registry;
  readonly testing: boolean;
  readonly onTest: () => void;
  readonly onRemove: () => void;
}): ReactElement {
  const { registry, testing, onTest, onRemove } = props;
  const { t, i18n } = useTranslation('registry');
  const { t: panes } = useTranslation('panes');
  const { health, capabilities } = registry;
  const facts = [
    capabilities?.product ?? '',
    panes(`health.${health}`),
    capabilities === null
      ? ''
      : t('testedIn', {
          time: timeOfDay(capabilities.testedMs, i18n.language),
          seconds: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(
            capabilities.tookMs / 1000,
          ),
        }),
  ];
  return (
    <header className="detail-head">
      <RegistryTitle registry={registry} facts={facts} />
      <span className="space" />
      <Button className="button" isPending={testing} onPress={onTest}>
        {testing ? (
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
        ) : (
          <Gauge size={14} strokeWidth={1.75} aria-hidden="true" />
        )}
        {testing ? t('testing') : t('settings:testAgain')}
      </Button>
      <Button className="button" onPress={onRemove}>
        <Trash2 size={14} strokeWidth={1.75} aria-hidden="true" />
        {panes('removeDots')}
      </Button>
    </header>
  );
}

/** The name in lists: taken when the field is left or Enter is pressed; empty is the host. */
function NameRow({
  registry,
  onChange,
}: {
  readonly registry: Registry;
  readonly onChange: (name: string | null) => void;
}): ReactElement {
  const { t } = useTranslation('registry');
  const { host, choices } = registry;
  const [text, setText] = useState(choices.name ?? '');
  const take = (): void => {
    const name = text.trim() === '' || text.trim() === host ? null : text.trim();
    if (name !== choices.name) onChange(name);
  };
  return (
    <SettingsRow name={t('nameInLists')} htmlFor="registry-name">
      <input
        id="registry-name"
        className="field registry-name-field"
        value={text}
        maxLength={100}
        placeholder={host}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
    </SettingsRow>
  );
}

function SignInRow({ registry }: { readonly registry: Registry }): ReactElement {
  const { t } = useTranslation('settings');
  const sourceWords = useSourceWords();
  const { host, account } = registry;
  return (
    <SettingsRow name={t('signIn')} note={t('signInNote')}>
      <span>{account === null ? t('anonymous') : `${account.name}, ${sourceWords(account.source)}`}</span>
      <Button className="button" onPress={() => askForSignIn(host)}>
        {account === null ? t('signIn:signInDots') : t('signIn:change')}
      </Button>
    </SettingsRow>
  );
}

function AtOnceRow(props: {
  readonly registry: Registry;
  readonly usual: number;
  readonly choose: (given: Partial<RegistryChoices>) => void;
}): ReactElement {
  const { registry, usual, choose } = props;
  const { t } = useTranslation('registry');
  const { concurrency } = registry.choices;
  return (
    <SettingsRow name={t('atOnce')} note={t('atOnceNote')}>
      {concurrency === null ? (
        <>
          <span>{t('atOnceUsual')}</span>
          <Button className="button" onPress={() => choose({ concurrency: usual })}>
            {t('limitIt')}
          </Button>
        </>
      ) : (
        <>
          <StepperField
            label={t('atOnce')}
            least={1}
            most={16}
            value={concurrency}
            onChange={(next) => choose({ concurrency: next })}
          />
          <Button className="button" onPress={() => choose({ concurrency: null })}>
            {t('useUsual')}
          </Button>
        </>
      )}
    </SettingsRow>
  );
}
