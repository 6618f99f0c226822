import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { useClient } from '../../state/client.ts';
import { CapabilityTable } from '../registry-page/capability-table.tsx';
import { CertificateDialog } from '../registry-page/certificate-dialog.tsx';
import { RegistryHead } from './registry-head.tsx';
import { RegistryTrouble } from './registry-trouble.tsx';
import { RepositoryTable } from './repository-table.tsx';
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
  const { t } = useTranslation('panes');
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const [showsCertificate, setShowsCertificate] = useState(false);
  const { host, error, capabilities } = registry;
  const ask = (): void => {
    setAsking(true);
    client
      .call('registries.read', { host })
      // What came of it stands in the registry.
      .catch(() => undefined)
      .finally(() => setAsking(false));
  };
  return (
    <div className="detail">
      <RegistryHead registry={registry} asking={asking} onAsk={ask} onSettings={onSettings} />
      {error !== null && (
        <RegistryTrouble
          registry={registry}
          error={error}
          asking={asking}
          onAsk={ask}
          onCertificate={() => setShowsCertificate(true)}
          onRemove={onRemove}
        />
      )}
      <WaitingJobs host={host} show={error !== null} onShowJob={onShowJob} />
      <RepositoryTable registry={registry} onSelect={onSelect} />
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
