import type { Account, VaultPort } from '../../engine/ports.ts';
import { normalizeHost } from './docker-config.ts';

/** Sign-ins of this run: where the system offers no encryption, nothing is written. */
export class MemoryVault implements VaultPort {
  readonly source = 'vault';
  readonly #accounts = new Map<string, Account>();

  kind(): Promise<'memory'> {
    return Promise.resolve('memory');
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.#accounts.keys()]);
  }

  get(host: string): Promise<Account | null> {
    return Promise.resolve(this.#accounts.get(normalizeHost(host)) ?? null);
  }

  set(host: string, account: Account): Promise<void> {
    this.#accounts.set(normalizeHost(host), account);
    return Promise.resolve();
  }

  remove(host: string): Promise<boolean> {
    return Promise.resolve(this.#accounts.delete(normalizeHost(host)));
  }
}
