import type { Account, Credential } from '../ports.ts';
import type { RegistryCredentials } from '../registry/auth/registry-credentials.ts';
import { hostNameOf } from '../registry/loopback.ts';

/** A sign-in that is being tried: nothing of it is kept, and it may go to the server that the registry names now. */
export class TriedSignIn implements RegistryCredentials {
  readonly #credential: Credential;
  #refreshToken: string | null = null;
  /** Origin of the sign-in server that took the secret; null = the registry itself. */
  realm: string | null = null;

  constructor(credential: Credential) {
    this.#credential = credential;
  }

  find(): Promise<Credential> {
    return Promise.resolve(this.#credential);
  }

  refused(): void {
    // Nobody remembers it.
  }

  checkRealm(): Promise<void> {
    return Promise.resolve();
  }

  acceptRealm(host: string, realm: URL): Promise<void> {
    if (realm.hostname !== hostNameOf(host)) this.realm = realm.origin;
    return Promise.resolve();
  }

  refreshTokenOf(): string {
    return this.newest.secret;
  }

  renew(_host: string, _credential: Credential, refreshToken: string): Promise<void> {
    this.#refreshToken = refreshToken;
    return Promise.resolve();
  }

  /** The account as it is to be kept: with the refresh token that the server gave last. */
  get newest(): Account {
    const { username, secret, kind } = this.#credential;
    return { username, secret: this.#refreshToken ?? secret, kind };
  }
}
