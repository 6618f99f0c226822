import { useEffect, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { CertificateChain } from '../../../shared/models/certificate.ts';
import type { RegistryChoices } from '../../../shared/models/registry-choices.ts';
import { useClient } from '../../state/client.ts';

/** A certificate that is being read. */
export interface ReadCertificate {
  readonly shown: CertificateChain | null;
  readonly error: ErrorData | null;
}

/** Reads the certificate that a registry shows; null = none is read. */
export function useCertificate(host: string | null): ReadCertificate {
  const client = useClient();
  const [read, setRead] = useState<ReadCertificate & { readonly host: string | null }>({
    host: null,
    shown: null,
    error: null,
  });
  useEffect(() => {
    if (host === null) return;
    const ended = new AbortController();
    client.call('registries.certificate', { host }, { signal: ended.signal }).then(
      (shown) => setRead({ host, shown, error: null }),
      (thrown: unknown) => {
        if (!ended.signal.aborted) setRead({ host, shown: null, error: toAppError(thrown).toData() });
      },
    );
    return () => ended.abort();
  }, [client, host]);
  return read.host === host ? read : { shown: null, error: null };
}

/** What is kept of a certificate that is accepted; null where there is none. */
export function exceptionFor(shown: CertificateChain): RegistryChoices['exception'] {
  const [own] = shown.chain;
  if (own === undefined) return null;
  const { fingerprint, subject, issuer, validTo } = own;
  return { fingerprint, subject, issuer, validTo };
}
