import type { Clock, CredentialProvider, NetworkPort } from '../ports.ts';
import { type HostProfile, profileOf } from './host-profile.ts';
import { RegistryClient } from './registry-client.ts';
import type { RetryNotice } from './requester.ts';

/** Makes clients and remembers, for as long as it lives, what hosts were found to want. */
export class RegistryClients {
  readonly #options: {
    readonly network: NetworkPort;
    readonly credentials: CredentialProvider;
    readonly clock: Clock;
    readonly random: () => number;
  };
  readonly #learned = new Map<string, Partial<HostProfile>>();

  constructor(options: {
    readonly network: NetworkPort;
    readonly credentials: CredentialProvider;
    readonly clock: Clock;
    readonly random: () => number;
  }) {
    this.#options = options;
  }

  learn(host: string, learned: Partial<HostProfile>): void {
    this.#learned.set(host, { ...this.#learned.get(host), ...learned });
  }

  /** A client of its own for one job or request; who opens it closes it. */
  open(
    host: string,
    options: {
      readonly insecure: boolean;
      readonly connections: number;
      readonly onRetry?: (notice: RetryNotice) => void;
    },
  ): RegistryClient {
    return new RegistryClient({
      ...this.#options,
      ...options,
      host,
      profile: () => profileOf(host, this.#learned.get(host)),
    });
  }
}
