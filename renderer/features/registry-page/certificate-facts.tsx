import { TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CertificateChain } from '../../../shared/models/certificate.ts';
import { dayWords } from '../../ui/moment.ts';
import { useErrorWords } from '../push/use-error-words.ts';

/** Two lines of eight groups of four digits: read aloud and compared. */
function grouped(fingerprint: string): string {
  return (fingerprint.match(/.{4}/g) ?? []).join(' ');
}

/** The certificate that a registry shows, and who vouches for it. */
export function CertificateFacts({ shown }: { readonly shown: CertificateChain }): ReactElement {
  const { t, i18n } = useTranslation('registry');
  const words = useErrorWords();
  const [own, ...above] = shown.chain;
  const day = (ms: number): string => dayWords(ms, i18n.language);
  const why =
    shown.reason === null
      ? null
      : words({
          code: 'registry.tls',
          params: { host: shown.host, reason: shown.reason },
          retry: 'afterChange',
          actions: [],
        });
  return (
    <>
      <p className="certificate-trust" data-trust={shown.trust}>
        {shown.trust === 'none' && <TriangleAlert size={14} strokeWidth={1.75} aria-hidden="true" />}
        <span>
          {t(`trust.${shown.trust}`)} {shown.trust === 'none' && why !== null && why.what}
        </span>
      </p>
      {own !== undefined && (
        <dl className="facts facts-one certificate-facts">
          <dt>{t('subject')}</dt>
          <dd>{own.subject}</dd>
          <dt>{t('issuer')}</dt>
          <dd>{own.issuer}</dd>
          <dt>{t('validity')}</dt>
          <dd>{t('validFromTo', { from: day(own.validFrom), to: day(own.validTo) })}</dd>
          {own.names.length > 0 && (
            <>
              <dt>{t('names')}</dt>
              <dd>{own.names.join(', ')}</dd>
            </>
          )}
          <dt>{t('fingerprint')}</dt>
          <dd className="certificate-fingerprint">{grouped(own.fingerprint)}</dd>
          <dt>{t('serial')}</dt>
          <dd className="certificate-fingerprint">{own.serial}</dd>
          {above.length > 0 && (
            <>
              <dt>{t('chain')}</dt>
              <dd>{above.map(({ subject }) => subject).join(' ← ')}</dd>
            </>
          )}
        </dl>
      )}
      {shown.trust === 'none' && <p className="dialog-text">{t('compare')}</p>}
    </>
  );
}
