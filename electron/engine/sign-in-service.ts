import type { Handlers } from '../../shared/contract/handlers.ts';
import type { MethodInput } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { CredentialList, CredentialSource, SignedIn, SignedOut } from '../../shared/models/sign-in.ts';
import { ANONYMOUS, type Credentials, sourceOf } from './credentials/credentials.ts';
import { TriedSignIn } from './credentials/tried-sign-in.ts';
import type { Account, VaultPort } from './ports.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { RegistryBook } from './registry-book.ts';

/** The methods about sign-ins. */
export type SignInMethodName =
  | 'registries.signIn'
  | 'registries.signOut'
  | 'registries.credentials'
  | 'registries.chooseCredentials';

/** What signing in works with. */
export interface SignInParts {
  readonly credentials: Credentials;
  readonly clients: RegistryClients;
  readonly book: RegistryBook;
  /** Tells everybody what is known of a registry. */
  readonly tell: (host: string) => Promise<unknown>;
  /** Jobs that wait for a sign-in to the host go on. */
  readonly goOn: (host: string) => Promise<void>;
}

/** Signs in to registries and out of them, and says where sign-ins come from. No secret leaves it. */
export class SignInService {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  handlers(): Handlers<SignInMethodName> {
    return {
      'registries.signIn': (input, signal) => this.#signIn(input, signal),
      'registries.signOut': ({ host }, signal) => this.#signOut(host, signal),
      'registries.credentials': ({ host }, signal) => this.#list(host, signal),
      'registries.chooseCredentials': async ({ host, source }, signal) => {
        await this.#parts.credentials.book.choose(host, source);
        await this.#changed(host, signal);
        return await this.#list(host, signal);
      },
    };
  }

  async #signIn(input: MethodInput<'registries.signIn'>, signal: AbortSignal): Promise<SignedIn> {
    const { host, username, secret, insecure, store } = input;
    const { credentials, clients } = this.#parts;
    const vault = await this.#place(host, store);
    const account: Account = { username, secret, kind: username === '<token>' ? 'identity' : 'password' };
    const tried = new TriedSignIn({ ...account, source: vault.source });
    const client = clients.open(host, {
      insecure,
      connections: 1,
      credentials: tried,
    });
    let asked: boolean;
    try {
      asked = await client.signIn(account, signal);
    } finally {
      await client.close();
    }
    await vault.set(host, tried.newest);
    const keeping = await vault.kind();
    if (keeping === 'shared') await credentials.book.setShared(host, { source: vault.source, username });
    const { realm } = tried;
    await credentials.book.setRealm(host, realm);
    const own = credentials.port.vaults.find((other) => other.source !== vault.source && keeping !== 'shared');
    // Of the app's own places the newest sign-in counts.
    await own?.remove(host);
    // A place of other programs comes behind the app's own, unless it is chosen.
    await credentials.book.choose(host, keeping === 'shared' ? vault.source : null);
    await this.#changed(host, signal);
    const inUse = (await this.#list(host, signal)).sources.find((source) => source.inUse);
    return {
      host,
      account: username,
      source: vault.source,
      keeping,
      asked,
      realm,
      overruledBy: inUse === undefined || inUse.source === vault.source ? null : inUse.source,
    };
  }

  /** @throws AppError `auth.noStore` */
  async #place(host: string, store: MethodInput<'registries.signIn'>['store']): Promise<VaultPort> {
    const { port } = this.#parts.credentials;
    switch (store) {
      case 'file':
      case 'vault': {
        const vault = port.vaults.find(({ source }) => source === store);
        if (vault === undefined) throw new AppError('auth.noStore', { host });
        return vault;
      }
      case 'shared': {
        const shared = await port.sharedVault(host);
        if (shared === null) throw new AppError('auth.noStore', { host });
        return shared;
      }
    }
  }

  async #signOut(host: string, signal: AbortSignal): Promise<SignedOut> {
    const { port, book } = this.#parts.credentials;
    const removed: string[] = [];
    for (const vault of port.vaults) if (await vault.remove(host)) removed.push(vault.source);
    const shared = (await book.read()).shared[host];
    if (shared !== undefined) {
      const vault = await port.sharedVault(host);
      // Only what this app put there: meanwhile somebody else may have signed in.
      const ours = vault?.source === shared.source && (await vault.get(host, signal))?.username === shared.username;
      if (ours && (await vault.remove(host))) removed.push(vault.source);
      await book.setShared(host, null);
    }
    await book.choose(host, null);
    await book.setRealm(host, null);
    await this.#changed(host, signal);
    const { sources } = await this.#list(host, signal);
    const left = sources.flatMap(({ source, account }) => (account === null ? [] : [{ source, account }]));
    return { host, removed, left };
  }

  /** Other credentials count from now on: nothing that belongs to the old ones is used, and what waited for them goes on. */
  async #changed(host: string, signal: AbortSignal): Promise<void> {
    const { credentials, clients, book, tell, goOn } = this.#parts;
    credentials.port.forget(host);
    clients.forgetTokens(host);
    const inUse = (await this.#list(host, signal)).sources.find((source) => source.inUse);
    book.signedIn(host, inUse === undefined ? null : { name: inUse.account ?? '', source: inUse.source });
    await tell(host);
    await goOn(host);
  }

  async #list(host: string, signal: AbortSignal): Promise<CredentialList> {
    const { credentials } = this.#parts;
    const chosen = await credentials.book.chosen(host);
    const { shared } = await credentials.book.read();
    const own = (source: string): boolean =>
      shared[host]?.source === source || credentials.port.vaults.some((vault) => vault.source === source);
    const sources: CredentialSource[] = [];
    for await (const finding of credentials.inOrder({ host, signal })) {
      const source = sourceOf(finding);
      const common = { source, own: own(source), inUse: false };
      sources.push(
        finding.type === 'failed'
          ? { ...common, account: null, namespace: null, changedMs: null, error: finding.error.toData() }
          : {
              ...common,
              account: finding.credential.username,
              namespace: finding.namespace,
              changedMs: finding.changedMs,
              error: null,
            },
      );
    }
    const inUse = sourceInUse(sources, chosen);
    const [first] = credentials.port.vaults;
    return {
      host,
      chosen,
      sources: sources.map((source) => ({ ...source, inUse: source === inUse })),
      keeping: (await first?.kind()) ?? null,
    };
  }
}

/** What {@link Credentials.find} would answer for a request to the registry itself. */
function sourceInUse(sources: readonly CredentialSource[], chosen: string | null): CredentialSource | undefined {
  const usable = sources.filter(({ account, namespace }) => account !== null && namespace === null);
  const environment = usable.find(({ source }) => source === 'environment');
  if (environment !== undefined || chosen === ANONYMOUS) return environment;
  return usable.find(({ source }) => source === chosen) ?? usable[0];
}
