import type { Log, NetworkPort } from '../engine/ports.ts';
import { type Environment, hostFacts } from './host-facts.ts';
import { silentLog } from './host-log.ts';
import { createProxyFor } from './proxy.ts';
import { createTrustedCertificates } from './trusted-certificates.ts';

/** TLS and proxy choices of this process. */
export function hostNetwork(environment: Environment, log: Log = silentLog): NetworkPort {
  return {
    trustedCertificates: createTrustedCertificates(hostFacts(environment), log),
    proxyFor: createProxyFor(environment),
  };
}
