import type { VaultPort } from '../../engine/ports.ts';
import type { HostFacts } from '../host-facts.ts';
import { askCredentialHelper, tellCredentialHelper } from './credential-helper.ts';
import type { FileCredential } from './docker-config.ts';

/** One of Docker's credential helpers as a place for sign-ins: Docker and Podman find them there, too. */
export class HelperVault implements VaultPort {
  readonly source: string;
  readonly #name: string;
  readonly #facts: HostFacts;

  /** @param name the NAME of `docker-credential-NAME` */
  constructor(name: string, facts: HostFacts) {
    this.#name = name;
    this.source = `helper:${name}`;
    this.#facts = facts;
  }

  kind(): Promise<'shared'> {
    return Promise.resolve('shared');
  }

  /** What else a helper keeps is no business of this app's. */
  list(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async get(host: string, signal?: AbortSignal): Promise<FileCredential | null> {
    const options = { facts: this.#facts, ...(signal === undefined ? {} : { signal }) };
    const answer = await askCredentialHelper(this.#name, host, options);
    return answer.type === 'found' ? answer.credential : null;
  }

  async set(host: string, account: FileCredential): Promise<void> {
    await tellCredentialHelper(this.#name, host, account, { facts: this.#facts });
  }

  async remove(host: string): Promise<boolean> {
    if ((await this.get(host)) === null) return false;
    await tellCredentialHelper(this.#name, host, null, { facts: this.#facts });
    return true;
  }
}
