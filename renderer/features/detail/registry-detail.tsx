import { Plus, RefreshCw, Settings, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { useClient } from '../../state/client.ts';
import { askForRepository } from '../../state/repository-request.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { useCopy } from '../../state/use-copy.ts';
import { HealthDot } from '../../ui/health-dot.tsx';
import { momentWords } from '../../ui/moment.ts';
import { ErrorReport } from '../push/error-report.tsx';
import { emptyRegistry } from '../registries/empty-registry.ts';
import { packedSum } from '../registries/tree-rows.ts';
import { CapabilityTable } from '../registry-page/capability-table.tsx';
import { CertificateDialog } from '../registry-page/certificate-dialog.tsx';
import { RefusedSignIn, useNoLongerWords, wantsSignIn } from '../sign-in/refused-sign-in.tsx';
import { useSourceWords } from '../sign-in/source-words.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { WaitingJobs } from './waiting-jobs.tsx';

/** See {@link RegistryDetail}. */
export interface RegistryDetailProps {
  readonly registry: Registry;
  readonly onSettings: () => void;
  readonly onRemove: () => void;
  readonly onSelect: (key: string) => void;
  readonly onShowJob: (jobId: string) => void;
}

/** A registry: how it answers, what is wrong with it, its repositories. */
export function RegistryDetail(props: RegistryDetailProps): ReactElement {
  const { registry, onSettings, onRemove, onSelect, onShowJob } = props;
  const { t, i18n } = useTranslation('panes');
  const client = useClient();
  const copy = useCopy();
  const sourceWords = useSourceWords();
  const noLonger = useNoLongerWords(registry);
  const refused = wantsSignIn(registry);
  const [asking, setAsking] = useState(false);
  const [showsCertificate, setShowsCertificate] = useState(false);
  const { host, health, error, account, askedMs, insecure, repositories, choices, capabilities } = registry;
  const ask = (): void => {
    setAsking(true);
    client
      .call('registries.read', { host })
      // What came of it stands in the registry.
      .catch(() => undefined)
      .finally(() => setAsking(false));
  };
  const facts = [
    choices.name === null ? '' : host,
    askedMs === null
      ? t(`health.${health}`)
      : t('healthAt', { health: t(`health.${health}`), time: timeOfDay(askedMs, i18n.language) }),
    account === null ? '' : t('signedInFrom', { name: account.name, source: sourceWords(account.source) }),
    insecure ? t('overPlainHttp') : '',
    t('repositories', { count: repositories.length }),
  ].filter((text) => text !== '');
  return (
    <div className="detail">
      <header className="detail-head">
        <div>
          <h1>{choices.name ?? host}</h1>
          <p>
            <HealthDot health={health} />
            {facts.map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
            {!refused && (
              <Button className="link-button" onPress={() => askForSignIn(host)}>
                {t(account === null ? 'signIn:signInDots' : 'signIn:change')}
              </Button>
            )}
          </p>
        </div>
        <span className="space" />
        {error === null && (
          <Button className="button" isPending={asking} onPress={ask}>
            <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('askAgain')}
          </Button>
        )}
        <Button className="button" onPress={onSettings}>
          <Settings size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('registrySettings')}
        </Button>
      </header>
      {error !== null && (
        <ErrorReport
          error={error}
          onCopy={copy}
          kept={t('listKept')}
          words={noLonger}
          atMs={askedMs}
          onSignedIn={null}
          actions={
            <>
              {refused && <RefusedSignIn registry={registry} />}
              {error.code === 'registry.tls' && (
                <Button className="button button-primary" onPress={() => setShowsCertificate(true)}>
                  {t('registry:showCertificateDots')}
                </Button>
              )}
              <Button
                className={refused || error.code === 'registry.tls' ? 'button' : 'button button-primary'}
                isPending={asking}
                onPress={ask}
              >
                {t('tryAgain')}
              </Button>
              <Button className="button" onPress={onRemove}>
                <Trash2 size={14} strokeWidth={1.75} aria-hidden="true" />
                {t('removeDots')}
              </Button>
            </>
          }
        />
      )}
      <WaitingJobs host={host} show={error !== null} onShowJob={onShowJob} />
      <section>
        <h2 className="section-title">
          {t('repositoriesHead')}
          {registry.listedMs !== null && (
            <span>{t('asOf', { time: momentWords(registry.listedMs, i18n.language) })}</span>
          )}
          <Button className="quiet-button button-small" onPress={() => askForRepository(host)}>
            <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('browse:pinDots')}
          </Button>
        </h2>
        {repositories.length === 0 ? (
          <p className="nothing">{t(emptyRegistry(registry))}</p>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th>{t('repository')}</th>
                <th className="end">{t('tagsHead')}</th>
                <th className="end optional">{t('digestsHead')}</th>
                <th className="end">{t('packed')}</th>
                <th className="end">{t('lastRead')}</th>
              </tr>
            </thead>
            <tbody>
              {repositories.map((repository) => {
                const size = packedSum(repository);
                const read = repository.readMs !== null;
                return (
                  <tr key={repository.repository}>
                    <td>
                      <Button className="row-link" onPress={() => onSelect(`${host}/${repository.repository}`)}>
                        {repository.repository}
                      </Button>
                    </td>
                    <td className="end">{read ? repository.tagCount : ''}</td>
                    <td className="end optional">{read ? repository.groups.length : ''}</td>
                    <td className="end">{size === null ? '' : formatBytes(size)}</td>
                    <td className="end quiet-cell">
                      {repository.readMs === null ? '' : momentWords(repository.readMs, i18n.language)}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </section>
      {capabilities !== null && (
        <section>
          <h2 className="section-title">{t('registry:can')}</h2>
          <CapabilityTable capabilities={capabilities} />
        </section>
      )}
      {showsCertificate && <CertificateDialog host={host} onClose={() => setShowsCertificate(false)} />}
    </div>
  );
}
