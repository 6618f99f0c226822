import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock, Credential, CredentialProvider } from '../ports.ts';
import { answerError } from './answer-error.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { mayLeadTo } from './loopback.ts';
import { coversScopes } from './scopes.ts';
import type { Answer, Transport } from './transport.ts';

const CLIENT_ID = 'tartan';
const LEAST_LIFE_S = 60;

const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in: z.number().optional(),
});

interface Token {
  readonly header: string;
  /** ms since the epoch. */
  readonly refreshAtMs: number;
}

/** A token that was asked for; `token` once it is there. */
interface TokenRequest {
  readonly answer: Promise<Token>;
  token: Token | null;
}

/**
 * Gets the Authorization header for one registry: none, Basic, or a Bearer token for all scopes at once. A token is
 * refreshed before it ends; of many waiting requests one refreshes. Credentials go to the registry and its realm only.
 *
 * Some token servers grant only the first scope of many, or refuse all for one: then each request asks for its own.
 */
export class Authorizer {
  readonly #host: string;
  readonly #transport: Transport;
  readonly #credentials: CredentialProvider;
  readonly #clock: Clock;
  #challenge: Challenge | null = null;
  #realmBase = '';
  readonly #tokens = new Map<string, TokenRequest>();
  /** Scopes of the whole job; empty once the registry did not grant them together. */
  #jobScopes: readonly string[];
  /** A refresh token that replaces the stored identity token. */
  #renewed: string | null = null;
  /** Account name and source in use; null = anonymous. */
  account: { readonly name: string; readonly source: string } | null = null;

  /** @param jobScopes all that a job will need of this registry, the most needed first */
  constructor(
    host: string,
    transport: Transport,
    credentials: CredentialProvider,
    clock: Clock,
    jobScopes: readonly string[] = [],
  ) {
    this.#host = host;
    this.#jobScopes = jobScopes;
    this.#transport = transport;
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /** The header for requests that need `scopes`; undefined before the registry has asked for one. */
  async header(scopes: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    if (this.#challenge === null) return undefined;
    if (this.#challenge.scheme === 'basic') return basicOf(await this.#required(signal));
    const together = coversScopes(this.#jobScopes, scopes);
    try {
      return (await this.#token(this.#challenge, together ? this.#jobScopes : scopes, signal)).header;
    } catch (thrown) {
      const refused = thrown instanceof AppError && thrown.code.startsWith('auth.');
      if (!refused || !together || this.#jobScopes.length === 1) throw thrown;
      // One repository that cannot be read makes some servers refuse the whole request.
      this.#jobScopes = [];
      return (await this.#token(this.#challenge, scopes, signal)).header;
    }
  }

  async #token(challenge: Challenge, scopes: readonly string[], signal: AbortSignal): Promise<Token> {
    const key = scopes.join(' ');
    for (let known = this.#tokens.get(key); known !== undefined; known = this.#tokens.get(key)) {
      const token = await known.answer;
      if (this.#clock.now() < token.refreshAtMs) return token;
      // Whoever of the waiting comes first asks anew; the others find its request.
      if (this.#tokens.get(key) === known) this.#tokens.delete(key);
    }
    const fresh: TokenRequest = { answer: this.#fetchToken(challenge, scopes, signal), token: null };
    this.#tokens.set(key, fresh);
    try {
      fresh.token = await fresh.answer;
      return fresh.token;
    } catch (thrown) {
      if (this.#tokens.get(key) === fresh) this.#tokens.delete(key);
      throw thrown;
    }
  }

  /**
   * Takes the challenge of a 401 and forgets the token that was refused, so that the next header is a new one. A token
   * that another request got meanwhile stays.
   *
   * @param used the Authorization header of the refused request
   * @returns goes back to the challenge of before: where only one kind of request is refused, the others need no sign-in
   */
  take(answer: Answer, used: string | undefined): () => void {
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const bearer = challenges.find(({ scheme, params }) => scheme === 'bearer' && params.has('realm'));
    const basic = challenges.find(({ scheme }) => scheme === 'basic');
    const chosen = bearer ?? basic;
    if (chosen === undefined) {
      throw new AppError('auth.unauthorized', {
        host: this.#host,
        account: this.account?.name ?? null,
        schemes: challenges.map(({ scheme }) => scheme).join(' '),
      });
    }
    const before = { challenge: this.#challenge, base: this.#realmBase };
    this.#challenge = chosen;
    this.#realmBase = answer.url;
    if (chosen.params.get('error') === 'insufficient_scope') this.#jobScopes = [];
    for (const [key, { token }] of this.#tokens) if (token?.header === used) this.#tokens.delete(key);
    return () => {
      this.#challenge = before.challenge;
      this.#realmBase = before.base;
    };
  }

  async #find(signal: AbortSignal): Promise<Credential | null> {
    const found = await this.#credentials(this.#host, signal);
    this.account = found === null ? null : { name: found.username, source: found.source };
    return found;
  }

  async #required(signal: AbortSignal): Promise<Credential> {
    const found = await this.#find(signal);
    if (found === null) throw new AppError('auth.required', { host: this.#host });
    return found;
  }

  #realm(challenge: Challenge): URL {
    const text = challenge.params.get('realm') ?? '';
    const realm = URL.canParse(text, this.#realmBase) ? new URL(text, this.#realmBase) : null;
    const secure = realm?.protocol === 'https:' || (realm?.protocol === 'http:' && this.#realmBase.startsWith('http:'));
    if (realm === null || !secure || !mayLeadTo(this.#host, realm)) {
      throw new AppError('auth.realm', { host: this.#host, realm: text.slice(0, 200) });
    }
    return realm;
  }

  async #fetchToken(challenge: Challenge, scopes: readonly string[], signal: AbortSignal): Promise<Token> {
    const realm = this.#realm(challenge);
    const service = challenge.params.get('service');
    const credential = await this.#find(signal);
    const wanted =
      scopes.length > 0 ? scopes : (challenge.params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    let answer =
      credential?.kind === 'identity'
        ? await this.#postToken(realm, service, wanted, credential, signal)
        : await this.#getToken(realm, service, wanted, credential, signal);
    // A server without OAuth2 takes the identity token as a password.
    if (credential?.kind === 'identity' && (answer.status === 404 || answer.status === 405)) {
      answer = await this.#getToken(realm, service, wanted, credential, signal);
    }
    if (answer.status === 401 || answer.status === 403) {
      throw new AppError(credential === null ? 'auth.required' : 'auth.unauthorized', {
        host: this.#host,
        account: credential?.username ?? null,
        scope: wanted.join(' '),
      });
    }
    if (answer.status !== 200) throw answerError(this.#host, 'GET', realm.href, answer);
    return this.#tokenOf(answer);
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
    return await this.#transport.exchange({ method: 'GET', url: url.href, headers, signal });
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
      refresh_token: this.#renewed ?? credential.secret,
      client_id: CLIENT_ID,
      scope: scopes.join(' '),
    });
    if (service !== undefined) form.set('service', service);
    return await this.#transport.exchange({
      method: 'POST',
      url: realm.href,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
      signal,
    });
  }

  #tokenOf(answer: Answer): Token {
    let parsed: z.infer<typeof tokenSchema>;
    try {
      parsed = tokenSchema.parse(JSON.parse(answer.body));
    } catch (cause) {
      throw new AppError('registry.protocol', { host: this.#host, reason: 'token' }, { cause });
    }
    this.#renewed = parsed.refresh_token ?? this.#renewed;
    const token = parsed.token ?? parsed.access_token;
    if (token === undefined || token === '')
      throw new AppError('registry.protocol', { host: this.#host, reason: 'token' });
    const life = Math.max(LEAST_LIFE_S, parsed.expires_in ?? LEAST_LIFE_S);
    const margin = Math.max(10, life / 10);
    return { header: `Bearer ${token}`, refreshAtMs: this.#clock.now() + (life - margin) * 1000 };
  }
}

function basicOf({ username, secret }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}
