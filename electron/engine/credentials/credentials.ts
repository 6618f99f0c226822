import { AppError } from '../../../shared/errors/app-error.ts';
import type { Credential, CredentialFinding, CredentialsPort, VaultPort } from '../ports.ts';
import type { RegistryCredentials } from '../registry/auth/registry-credentials.ts';
import { hostNameOf } from '../registry/loopback.ts';
import type { SignInBook } from './sign-in-book.ts';

/** The choice to use no sign-in although there is one. */
export const ANONYMOUS = 'anonymous';

/**
 * The sign-ins of registries, in their order: the environment, which is of this run; the sign-in that the person made in this
 * app for that very host; then what other programs keep (Docker, Podman, the keychain). A source that the person chose for a
 * host comes before all but the environment, as long as it has a sign-in.
 *
 * A sign-in made here wins over Docker's because it is younger in intent: the person typed it for this host when the other
 * one did not do. It is shown, and so is the way back.
 */
export class Credentials implements RegistryCredentials {
  readonly port: CredentialsPort;
  readonly book: SignInBook;
  /** Refresh tokens that replace kept ones, by host and kept token. In memory only. */
  readonly #renewed = new Map<string, string>();

  constructor(port: CredentialsPort, book: SignInBook) {
    this.port = port;
    this.book = book;
  }

  /** Everything that is known of a host, in order. `repository` as in {@link CredentialsPort.search}. */
  async *inOrder(query: {
    readonly host: string;
    readonly repository?: string | null;
    readonly signal?: AbortSignal;
  }): AsyncIterable<CredentialFinding> {
    let own = false;
    for await (const finding of this.port.search(query)) {
      if (!own && sourceOf(finding) !== 'environment') {
        own = true;
        yield* this.#own(query.host, query.signal);
      }
      yield finding;
    }
    if (!own) yield* this.#own(query.host, query.signal);
  }

  async *#own(host: string, signal: AbortSignal | undefined): AsyncIterable<CredentialFinding> {
    for (const vault of this.port.vaults) {
      const account = await vault.get(host, signal);
      if (account === null) continue;
      const credential = { ...account, source: vault.source };
      yield { type: 'found', credential, namespace: null, changedMs: null };
    }
  }

  async find(host: string, repository: string | null, signal: AbortSignal): Promise<Credential | null> {
    const chosen = await this.book.chosen(host);
    let first: Credential | null = null;
    let failure: AppError | null = null;
    for await (const finding of this.inOrder({ host, repository, signal })) {
      const source = sourceOf(finding);
      // Asking a helper may open a dialog.
      if (chosen === ANONYMOUS && source !== 'environment') return null;
      if (finding.type === 'failed') failure ??= finding.error;
      else if (source === 'environment' || chosen === null || chosen === source) return finding.credential;
      else first ??= finding.credential;
    }
    if (first === null && failure !== null) throw failure;
    return first;
  }

  refused(host: string): void {
    this.port.forget(host);
  }

  async checkRealm(host: string, realm: URL): Promise<void> {
    // What the registry's own name answers is the registry.
    if (realm.hostname === hostNameOf(host)) return;
    const known = (await this.book.read()).realms[host];
    if (known !== undefined && known !== realm.origin) {
      throw new AppError('auth.realm', { host, realm: realm.origin, known });
    }
  }

  async acceptRealm(host: string, realm: URL): Promise<void> {
    const { realms } = await this.book.read();
    if (realm.hostname !== hostNameOf(host) && realms[host] === undefined) await this.book.setRealm(host, realm.origin);
  }

  refreshTokenOf(host: string, { secret }: Credential): string {
    return this.#renewed.get(`${host} ${secret}`) ?? secret;
  }

  async renew(host: string, credential: Credential, refreshToken: string): Promise<void> {
    if (refreshToken === this.refreshTokenOf(host, credential)) return;
    this.#renewed.set(`${host} ${credential.secret}`, refreshToken);
    // A kept token that works only once would be of no use the next time.
    const { source, ...account } = credential;
    await this.#vault(source)?.set(host, { ...account, secret: refreshToken });
  }

  #vault(source: string): VaultPort | undefined {
    return this.port.vaults.find((vault) => vault.source === source);
  }
}

/** The source of a finding. */
export function sourceOf(finding: CredentialFinding): string {
  return finding.type === 'found' ? finding.credential.source : finding.source;
}
