import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Clock, Credential } from '../../ports.ts';
import { answerError } from '../answer-error.ts';
import { beforeAbort } from '../before-abort.ts';
import { mayLeadTo } from '../loopback.ts';
import type { Answer, Transport } from '../transport.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { RegistryCredentials } from './registry-credentials.ts';
import { coversScopes, joinScopes, repositoryOf } from './scopes.ts';
import type { Token, TokenCache } from './token-cache.ts';

const CLIENT_ID = 'tartan';
const LEAST_LIFE_S = 60;
/** A sign-in that was looked up is used this long without another look, in ms. */
const LOOKUP_MS = 10_000;
/** Headers whose account is remembered: as many as requests are on their way with different ones. */
const MOST_ISSUED = 64;

const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in: z.number().optional(),
});

/** A credential that was looked for. */
interface Lookup {
  readonly answer: Promise<Credential | null>;
  readonly untilMs: number;
}

/** The account that a header was made for; an empty key = anonymous. */
interface Use {
  readonly repository: string | null;
  readonly key: string;
}

/** What an authorizer is made of. */
export interface AuthorizerParts {
  readonly host: string;
  readonly transport: Transport;
  readonly credentials: RegistryCredentials;
  readonly clock: Clock;
  /** Of the host. */
  readonly tokens: TokenCache;
  /** All that a job will need of this registry, the most needed first. */
  readonly jobScopes: readonly string[];
}

/**
 * Gets the Authorization header for one registry: none, Basic, or a Bearer token for all scopes at once. A token is
 * refreshed before it ends; of many waiting requests one refreshes. Credentials go to the registry and its realm only.
 *
 * Some token servers grant only the first scope of many, or refuse all for one: then each request asks for its own.
 * Repositories of one registry may have accounts of their own: then each account has its token.
 */
export class Authorizer {
  readonly #parts: AuthorizerParts;
  #challenge: Challenge | null = null;
  #realmBase = '';
  /** Credentials by repository, for a short while: files are read for each lookup. */
  readonly #lookups = new Map<string, Lookup>();
  readonly #closed = new AbortController();
  /** Scopes of the whole job; empty once the registry did not grant them together. */
  #jobScopes: readonly string[];
  /** What the registry wants for requests that asked for less. */
  readonly #widened = new Map<string, readonly string[]>();
  /** For whom headers were made; the oldest are forgotten. */
  readonly #issued = new Map<string, Use>();
  /** Whose sign-in was refused last. */
  #refused: Use = { repository: null, key: '' };
  /** Account name and source in use; null = anonymous. */
  account: { readonly name: string; readonly source: string } | null = null;

  constructor(parts: AuthorizerParts) {
    this.#parts = parts;
    this.#jobScopes = parts.jobScopes;
  }

  /** Whether the registry has asked for a sign-in. */
  get challenged(): boolean {
    return this.#challenge !== null;
  }

  /** A request with this header was refused for good: what helpers said is asked anew. */
  refuse(header: string | undefined): void {
    const use = this.#issued.get(header ?? '');
    if (use !== undefined) this.#refused = use;
    this.#parts.credentials.refused(this.#parts.host);
  }

  /** Whether there is another sign-in now than the one that was refused last. */
  async hasOtherAccount(signal: AbortSignal): Promise<boolean> {
    this.#lookups.clear();
    try {
      return accountKey(await this.#find(this.#refused.repository, signal)) !== this.#refused.key;
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof AppError) return false;
      throw thrown;
    }
  }

  /** Ends lookups under way. */
  close(): void {
    this.#closed.abort(new AppError('cancelled'));
  }

  /** The header for requests that need `scopes`; undefined before the registry has asked for one. */
  async header(scopes: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    const challenge = this.#challenge;
    if (challenge === null) return undefined;
    const repository = repositoryOf(scopes);
    const credential = await this.#find(repository, signal);
    const use = { repository, key: accountKey(credential) };
    this.account = credential === null ? null : { name: credential.username, source: credential.source };
    if (challenge.scheme === 'basic') {
      if (credential === null) {
        this.#refused = use;
        throw new AppError('auth.required', { host: this.#parts.host });
      }
      return this.#issue(basicOf(credential), use);
    }
    const wanted = this.#widened.get(scopes.join(' ')) ?? scopes;
    const together = await this.#together(wanted, credential, signal);
    try {
      return this.#issue((await this.#token(challenge, together ?? wanted, credential, signal)).header, use);
    } catch (thrown) {
      const refused = thrown instanceof AppError && thrown.code.startsWith('auth.');
      if (refused) {
        this.#lookups.clear();
        this.#refused = use;
      }
      if (!refused || together === null || together.length === 1) throw thrown;
      // One repository that cannot be read makes some servers refuse the whole request.
      this.#jobScopes = [];
      return this.#issue((await this.#token(challenge, wanted, credential, signal)).header, use);
    }
  }

  #issue(header: string, use: Use): string {
    this.#issued.delete(header);
    this.#issued.set(header, use);
    for (const [oldest] of this.#issued) {
      if (this.#issued.size <= MOST_ISSUED) break;
      this.#issued.delete(oldest);
    }
    return header;
  }

  /** The scopes of the job that one account has, where they are enough; null = the request asks for its own. */
  async #together(
    scopes: readonly string[],
    credential: Credential | null,
    signal: AbortSignal,
  ): Promise<readonly string[] | null> {
    if (!coversScopes(this.#jobScopes, scopes)) return null;
    const same: string[] = [];
    for (const scope of this.#jobScopes) {
      if (accountKey(await this.#find(repositoryOf([scope]), signal)) === accountKey(credential)) same.push(scope);
    }
    return coversScopes(same, scopes) ? same : null;
  }

  async #token(
    challenge: Challenge,
    scopes: readonly string[],
    credential: Credential | null,
    signal: AbortSignal,
  ): Promise<Token> {
    const { tokens, clock } = this.#parts;
    const realm = this.#realm(challenge);
    const key = JSON.stringify([realm.href, challenge.params.get('service'), accountKey(credential), scopes]);
    return await tokens.get(
      key,
      () => clock.now(),
      (asking) => this.#fetchToken(challenge, realm, scopes, credential, asking),
      signal,
    );
  }

  /**
   * Takes the challenge of a 401 and forgets the token that was refused, so that the next header is a new one. A token
   * that another request got meanwhile stays.
   *
   * @param used the Authorization header of the refused request
   * @param scopes what that request needs
   * @returns goes back to the challenge of before: where only one kind of request is refused, the others need no sign-in
   */
  take(answer: Answer, used: string | undefined, scopes: readonly string[]): () => void {
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const bearer = challenges.find(({ scheme, params }) => scheme === 'bearer' && params.has('realm'));
    const basic = challenges.find(({ scheme }) => scheme === 'basic');
    const chosen = bearer ?? basic;
    if (chosen === undefined) {
      throw new AppError('auth.unauthorized', {
        host: this.#parts.host,
        account: this.account?.name ?? null,
        schemes: challenges.map(({ scheme }) => scheme).join(' '),
      });
    }
    const before = { challenge: this.#challenge, base: this.#realmBase };
    this.#challenge = chosen;
    this.#realmBase = answer.url;
    if (chosen.params.get('error') === 'insufficient_scope') this.#widen(chosen, scopes);
    this.#lookups.clear();
    this.#parts.tokens.refused(used);
    return () => {
      this.#challenge = before.challenge;
      this.#realmBase = before.base;
    };
  }

  /** The registry says what is missing: asked for first, because some token servers look at the first scope only. */
  #widen(challenge: Challenge, scopes: readonly string[]): void {
    this.#jobScopes = [];
    const missing = scopesOf(challenge).filter((scope) => !coversScopes(scopes, [scope]));
    if (missing.length > 0) this.#widened.set(scopes.join(' '), joinScopes(missing, scopes));
  }

  async #find(repository: string | null, signal: AbortSignal): Promise<Credential | null> {
    const { host, credentials, clock } = this.#parts;
    const key = repository ?? '';
    let lookup = this.#lookups.get(key);
    if (lookup === undefined || lookup.untilMs <= clock.now()) {
      const answer = credentials.find(host, repository, this.#closed.signal);
      lookup = { answer, untilMs: clock.now() + LOOKUP_MS };
      this.#lookups.set(key, lookup);
      answer.catch(() => this.#lookups.delete(key));
    }
    return await beforeAbort(lookup.answer, signal);
  }

  /**
   * The account of a repository with its password, for a vendor's own API beside the registry's: whoever asks sends it to
   * the vendor alone.
   *
   * @throws AppError `auth.required` where there is no password (an identity token is none)
   */
  async password(repository: string, signal: AbortSignal): Promise<Credential> {
    const found = await this.#find(repository, signal);
    if (found?.kind === 'password') return found;
    throw new AppError('auth.required', { host: this.#parts.host });
  }

  /** The same as the header of a request to the registry's own origin. @throws AppError `auth.required` */
  async basic(repository: string, signal: AbortSignal): Promise<string> {
    return basicOf(await this.password(repository, signal));
  }

  #realm(challenge: Challenge): URL {
    const text = challenge.params.get('realm') ?? '';
    const realm = URL.canParse(text, this.#realmBase) ? new URL(text, this.#realmBase) : null;
    const secure = realm?.protocol === 'https:' || (realm?.protocol === 'http:' && this.#realmBase.startsWith('http:'));
    if (realm === null || !secure || !mayLeadTo(this.#parts.host, realm)) {
      throw new AppError('auth.realm', { host: this.#parts.host, realm: text.slice(0, 200), known: null });
    }
    return realm;
  }

  async #fetchToken(
    challenge: Challenge,
    realm: URL,
    scopes: readonly string[],
    credential: Credential | null,
    signal: AbortSignal,
  ): Promise<Token> {
    const { host, credentials } = this.#parts;
    const service = challenge.params.get('service');
    if (credential !== null) await credentials.checkRealm(host, realm);
    const wanted = scopes.length > 0 ? scopes : scopesOf(challenge);
    let answer =
      credential?.kind === 'identity'
        ? await this.#postToken(realm, service, wanted, credential, signal)
        : await this.#getToken(realm, service, wanted, credential, signal);
    // A server without OAuth2 takes the identity token as a password.
    if (credential?.kind === 'identity' && (answer.status === 404 || answer.status === 405)) {
      answer = await this.#getToken(realm, service, wanted, credential, signal);
    }
    if (answer.status === 401 || answer.status === 403) {
      if (credential !== null) credentials.refused(host);
      throw new AppError(credential === null ? 'auth.required' : 'auth.unauthorized', {
        host,
        account: credential?.username ?? null,
        scope: wanted.join(' '),
      });
    }
    if (answer.status !== 200) throw answerError(host, 'GET', realm.href, answer);
    return await this.#tokenOf(answer, realm, credential);
  }

  async #getToken(
    realm: URL,
    service: string | undefined,
    scopes: readonly string[],
    credential: Credential | null,
    signal: AbortSignal,
  ): Promise<Answer> {
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    if (credential !== null) url.searchParams.set('account', credential.username);
    url.searchParams.set('client_id', CLIENT_ID);
    const headers: Record<string, string> = credential === null ? {} : { authorization: basicOf(credential) };
    return await this.#parts.transport.exchange({ method: 'GET', url: url.href, headers, signal });
  }

  async #postToken(
    realm: URL,
    service: string | undefined,
    scopes: readonly string[],
    credential: Credential,
    signal: AbortSignal,
  ): Promise<Answer> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: this.#parts.credentials.refreshTokenOf(this.#parts.host, credential),
      client_id: CLIENT_ID,
      scope: scopes.join(' '),
    });
    if (service !== undefined) form.set('service', service);
    return await this.#parts.transport.exchange({
      method: 'POST',
      url: realm.href,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
      signal,
    });
  }

  async #tokenOf(answer: Answer, realm: URL, credential: Credential | null): Promise<Token> {
    const { host, credentials, clock } = this.#parts;
    let parsed: z.infer<typeof tokenSchema>;
    try {
      parsed = tokenSchema.parse(JSON.parse(answer.body));
    } catch (cause) {
      throw new AppError('registry.protocol', { host, reason: 'token' }, { cause });
    }
    const token = parsed.token ?? parsed.access_token;
    if (token === undefined || token === '') throw new AppError('registry.protocol', { host, reason: 'token' });
    if (credential !== null) {
      await credentials.acceptRealm(host, realm);
      if (credential.kind === 'identity' && parsed.refresh_token !== undefined) {
        await credentials.renew(host, credential, parsed.refresh_token);
      }
    }
    // By this computer's clock at the receipt: the server's may be wrong.
    const life = Math.max(LEAST_LIFE_S, parsed.expires_in ?? LEAST_LIFE_S);
    const margin = Math.max(10, life / 10);
    return { header: `Bearer ${token}`, refreshAtMs: clock.now() + (life - margin) * 1000 };
  }
}

/** The scopes that a challenge names. */
function scopesOf(challenge: Challenge): string[] {
  return (challenge.params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
}

/** Tells accounts apart without holding a secret. */
function accountKey(credential: Credential | null): string {
  if (credential === null) return '';
  const { username, secret, kind } = credential;
  return createHash('sha256')
    .update(JSON.stringify([username, secret, kind]))
    .digest('hex');
}

function basicOf({ username, secret }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}
