import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock, NetworkPort } from '../ports.ts';
import { answerError, attemptsAfter, isPassing } from './answer-error.ts';
import { Authorizer } from './auth/authorizer.ts';
import type { RegistryCredentials } from './auth/registry-credentials.ts';
import { pushScope } from './auth/scopes.ts';
import type { TokenCache } from './auth/token-cache.ts';
import { ATTEMPTS, backoffMs, retryAfterMs } from './backoff.ts';
import { softwareOf } from './hosts/host-abilities.ts';
import type { HostPace } from './hosts/host-pace.ts';
import type { RegistrySoftware } from './hosts/known-registries.ts';
import { InFlight } from './in-flight.ts';
import { withLateAbort } from './late-abort.ts';
import { isLoopback } from './loopback.ts';
import type { RetryNotice } from './retry-notice.ts';
import { type Answer, type Exchange, type HostTrust, Transport } from './transport.ts';

/** What a client of one registry is made of. */
export interface RequesterOptions {
  /** `host[:port]` */
  readonly host: string;
  /** Plain http although the host is not this computer. */
  readonly insecure: boolean;
  readonly network: NetworkPort;
  readonly credentials: RegistryCredentials;
  /** Of the host. */
  readonly tokens: TokenCache;
  readonly clock: Clock;
  /** 0 … 1, for the jitter of retries. */
  readonly random: () => number;
  /** Connections to the registry: layers in flight and two more for small requests. */
  readonly connections: number;
  /** Repositories that will be written to: their token is asked for once, with all scopes. */
  readonly repositories?: readonly string[];
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Told which product answered to `/v2/`, where that can be told. */
  readonly onSoftware?: (software: RegistrySoftware) => void;
  /** What is trusted for the host beside what is trusted for all. */
  readonly trust?: HostTrust;
  /** Shared by all clients of the host. */
  readonly pace: HostPace;
}

/** A request to the registry itself. */
export interface RegistryRequest extends Omit<Exchange, 'url' | 'headers' | 'signal'> {
  /** Path from `/v2/`, or the absolute URL that the registry gave. */
  readonly to: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Token scopes that the request needs, the most needed first. */
  readonly scopes: readonly string[];
  /** Safe to send again when the outcome is unknown. */
  readonly repeatable: boolean;
  /** The answer opens a session, which somebody has to delete: it is waited for a little although nobody needs it any more. */
  readonly opens?: true;
}

/** Time for an answer that opens a session, after it is not wanted any more. */
const OPENING_MS = 2000;

/** Sends requests to one registry: finds its scheme, authenticates, and tries again what passes by itself. */
export class Requester {
  readonly #options: RequesterOptions;
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  #origin: string | null = null;
  /** The question for it, which requests that begin together share. */
  readonly #finding = new InFlight<'origin', string>();

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.transport = new Transport(options.host, options.network, options.connections, options.trust);
    const jobScopes = (options.repositories ?? []).map(pushScope);
    const { host, credentials, clock, tokens } = options;
    this.authorizer = new Authorizer({ host, transport: this.transport, credentials, clock, tokens, jobScopes });
  }

  get pace(): HostPace {
    return this.#options.pace;
  }

  get host(): string {
    return this.#options.host;
  }

  /** `https://host` or `http://host`, found by asking `/v2/` once. */
  async origin(signal: AbortSignal): Promise<string> {
    this.#origin ??= await this.#finding.join('origin', (until) => this.#findOrigin(until), signal);
    return this.#origin;
  }

  /** Whether the registry answers now, and not with a fault that passes: one try, without credentials. */
  async answers(signal: AbortSignal): Promise<boolean> {
    try {
      const origin = this.#origin ?? (await this.#findOrigin(signal));
      const url = `${origin}/v2/`;
      const answer = await this.transport.exchange({ method: 'GET', url, headers: {}, signal });
      return !PASSING_STATUSES.has(answer.status);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof AppError) return false;
      throw thrown;
    }
  }

  async #findOrigin(signal: AbortSignal): Promise<string> {
    const { host, insecure } = this.#options;
    const schemes = insecure ? ['http'] : isLoopback(host) ? ['http', 'https'] : ['https'];
    let last: unknown = null;
    for (const scheme of schemes) {
      const origin = `${scheme}://${host}`;
      try {
        const answer = await this.#ping(origin, signal);
        // What an https server says to plain http (Go's net/http).
        if (
          scheme === 'http' &&
          answer.status === 400 &&
          /HTTPS server/i.test(answer.body) &&
          schemes.includes('https')
        )
          continue;
        this.#checkPing(answer);
        const software = softwareOf(answer.headers);
        if (software !== null) this.#options.onSoftware?.(software);
        return origin;
      } catch (thrown) {
        last = thrown;
        const wrongScheme =
          thrown instanceof AppError && (thrown.code === 'registry.tls' || thrown.code === 'registry.unreachable');
        if (!wrongScheme || scheme !== 'http' || thrown.params['reason'] === 'ECONNREFUSED') throw thrown;
      }
    }
    throw last;
  }

  async #ping(origin: string, signal: AbortSignal): Promise<Answer> {
    return await this.#patiently(true, signal, () =>
      this.transport.exchange({ method: 'GET', url: `${origin}/v2/`, headers: {}, signal }),
    );
  }

  /** A registry answers `/v2/` with 200 or a challenge; a captive portal or a web page does not. */
  #checkPing(answer: Answer): void {
    if (answer.status === 401 && answer.headers['www-authenticate'] !== undefined) {
      this.authorizer.take(answer, undefined, []);
      return;
    }
    const html = /html/i.test(answer.headers['content-type'] ?? '') || /^\s*</.test(answer.body);
    if (answer.status === 200 && !html && looksLikeRegistry(answer)) return;
    if (answer.status === 401 || answer.status === 404 || answer.status === 405 || html || answer.status < 400) {
      throw new AppError('registry.notRegistry', { host: this.host, status: answer.status });
    }
    throw answerError(this.host, 'GET', '/v2/', answer);
  }

  /** The Authorization header for a request of the registry's own origin that a worker will send. */
  async authorization(url: string, scopes: readonly string[], signal: AbortSignal): Promise<Record<string, string>> {
    if (new URL(url).origin !== (await this.origin(signal))) return {};
    const header = await this.authorizer.header(scopes, signal);
    return header === undefined ? {} : { authorization: header };
  }

  /**
   * Sends a request until it has a final answer: 401 once with fresh authorization, passing faults up to 5 tries,
   * a name that does not exist 2.
   *
   * @throws AppError of the transport, `auth.*`, and passing faults that did not pass
   */
  async send(request: RegistryRequest, signal: AbortSignal): Promise<Answer> {
    const origin = await this.origin(signal);
    const url = new URL(request.to, `${origin}/v2/`).href;
    let used: string | undefined;
    const exchange = async (): Promise<Answer> => {
      const authorization = await this.authorization(url, request.scopes, signal);
      used = authorization['authorization'];
      const { method, body, limit, commits, unread } = request;
      const made = {
        method,
        url,
        headers: { ...request.headers, ...authorization },
        ...(body === undefined ? {} : { body }),
        ...(limit === undefined ? {} : { limit }),
        ...(commits === undefined ? {} : { commits }),
        ...(unread === undefined ? {} : { unread }),
      };
      if (request.opens !== true) return await this.transport.exchange({ ...made, signal });
      return await withLateAbort(signal, OPENING_MS, (late) => this.transport.exchange({ ...made, signal: late }));
    };
    return await this.#patiently(
      request.repeatable,
      signal,
      async () => {
        const answer = await exchange();
        if (answer.status !== 401 || new URL(answer.url).origin !== origin) return answer;
        const goBack = this.authorizer.take(answer, used, request.scopes);
        try {
          const second = await exchange();
          if (second.status !== 401) return second;
          throw this.#refused(second, request.scopes, used);
        } catch (thrown) {
          if (thrown instanceof AppError && thrown.code.startsWith('auth.')) goBack();
          throw thrown;
        }
      },
      smallKindOf(request),
    );
  }

  #refused(answer: Answer, scopes: readonly string[], used: string | undefined): AppError {
    const { account } = this.authorizer;
    // Signed in, but without the right: another account may have it.
    const lacksRight = /error="?insufficient_scope/i.test(answer.headers['www-authenticate'] ?? '');
    if (!lacksRight) this.authorizer.refuse(used);
    return new AppError(account === null ? 'auth.required' : lacksRight ? 'registry.denied' : 'auth.unauthorized', {
      ...answerError(this.host, '', answer.url, answer).params,
      account: account?.name ?? null,
      scope: scopes.join(' '),
    });
  }

  async #patiently(
    repeatable: boolean,
    signal: AbortSignal,
    work: () => Promise<Answer>,
    small: string | null = null,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      let error: AppError;
      let wait: number | null = null;
      try {
        const answer = await this.#paced(signal, work, small);
        const overloaded = answer.status === 429;
        if (!overloaded && !(repeatable && PASSING_STATUSES.has(answer.status))) return answer;
        error = answerError(this.host, '', answer.url, answer);
        if (error.code === 'registry.full') throw error;
        wait = retryAfterMs(answer.headers['retry-after'], this.#options.clock.now());
      } catch (thrown) {
        if (!(thrown instanceof AppError) || !isPassing(thrown) || !repeatable) throw thrown;
        error = thrown;
      }
      if (attempt >= attemptsAfter(error)) throw error;
      await this.pause(attempt, wait, error, signal);
    }
  }

  /** Waits before the next try and tells whoever shows it. */
  async pause(attempt: number, retryAfter: number | null, error: AppError, signal: AbortSignal): Promise<void> {
    const { clock, random, onRetry } = this.#options;
    const wait = retryAfter ?? backoffMs(attempt, random);
    const atMs = clock.now() + wait;
    onRetry?.({ attempt: attempt + 1, attempts: attemptsAfter(error), atMs, error, signal });
    if (error.code === 'registry.unavailable') this.pace.strained();
    if (error.code === 'registry.rateLimited') await this.pace.limited(error, atMs, () => clock.sleep(wait, signal));
    else await clock.sleep(wait, signal);
  }

  /** @param small kind of a request whose time tells of the host; null = it does not */
  async #paced(signal: AbortSignal, work: () => Promise<Answer>, small: string | null): Promise<Answer> {
    const { connections, clock } = this.#options;
    await this.pace.enter(connections, signal, (error, atMs) => this.#tellPaused(error, atMs, signal));
    try {
      const startedMs = clock.steady();
      const answer = await work();
      const ms = clock.steady() - startedMs;
      if (answer.status !== 429) this.pace.answered(small === null ? null : { kind: small, ms });
      return answer;
    } finally {
      this.pace.leave();
    }
  }

  /** Waits while the host has asked this engine to wait: before a request that a worker sends. */
  async untilUnpaused(signal: AbortSignal): Promise<void> {
    await this.pace.pass(signal, (error, atMs) => this.#tellPaused(error, atMs, signal));
  }

  #tellPaused(error: AppError, atMs: number, signal: AbortSignal): void {
    this.#options.onRetry?.({ attempt: 1, attempts: ATTEMPTS, atMs, error, signal });
  }

  retryAfter(headers: Readonly<Record<string, string>>): number | null {
    return retryAfterMs(headers['retry-after'], this.#options.clock.now());
  }

  async close(): Promise<void> {
    this.authorizer.close();
    await this.transport.close();
  }
}

/** Requests that bring and fetch next to nothing: how long they take tells how busy the registry is. */
function smallKindOf({ method, body }: RegistryRequest): string | null {
  return method === 'HEAD' || (method === 'POST' && body === undefined) ? method : null;
}

/** What registries answer to `/v2/`: a header of theirs, JSON, or nothing. */
function looksLikeRegistry({ headers, body }: Answer): boolean {
  if (headers['docker-distribution-api-version'] !== undefined || body.trim() === '') return true;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Answers that pass by themselves (registry-side overload and gateways). */
export const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
