import { lookup } from 'node:dns/promises';
import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { type Dispatcher, request } from 'undici';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { SinkNetwork } from '../codec/codec-protocol.ts';
import { faultCode } from '../codec/fault-code.ts';
import { openDispatcher } from '../codec/open-dispatcher.ts';
import { isPrivateIp } from '../codec/public-lookup.ts';
import type { NetworkPort } from '../ports.ts';
import { type AnswerFacts, networkError, throughProxy } from './answer-error.ts';
import { hostNameOf, isPrivateAddress, mayLeadTo } from './loopback.ts';

const FIRST_BYTE_MS = 60_000;
/** Object storage may take minutes to copy and hash what it got before it answers. */
const COMMIT_MS = 15 * 60_000;
const IDLE_MS = 60_000;
const MOST_REDIRECTS = 10;
/** Most bytes of an answer that is read whole, unless the caller says otherwise. */
export const ANSWER_LIMIT = 65_536;

/** One exchange with a registry. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is not sent again. */
  readonly body?: Uint8Array | AsyncIterable<Buffer>;
  /** Most bytes of the answer. */
  readonly limit?: number;
  /** The answer may take minutes. */
  readonly commits?: boolean;
  /** The body of a 200 or 206 is left to the caller, who reads it to its end or destroys it. */
  readonly unread?: boolean;
  readonly signal: AbortSignal;
}

/** An answer, read whole. */
export interface Answer extends AnswerFacts {
  readonly bytes: Uint8Array;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** The body, where it was left to the caller. Ends with an error when the connection breaks. */
  readonly unread?: AsyncIterable<Buffer>;
}

/** What is trusted for one registry beside what is trusted for all. */
export interface HostTrust {
  /** PEM certificates of authorities; null = none. */
  readonly ca: string | null;
  /** SHA-256 (hexadecimal) of a certificate that is taken although nobody vouches for it; null = none. */
  readonly exception: string | null;
}

const USUAL_TRUST: HostTrust = { ca: null, exception: null };

/** The trusted certificates with one more text of them. The `ca` option of a connection replaces Node's own roots. */
export function trustedWith(ca: string | null, trusted: readonly string[]): readonly string[] {
  if (ca === null) return trusted;
  return [...(trusted.length === 0 ? rootCertificates : trusted), ca];
}

/** Connections to one registry and to where it redirects. Never logs, never retries, never adds credentials. */
export class Transport {
  readonly #host: string;
  readonly #network: NetworkPort;
  readonly #connections: number;
  readonly #trust: HostTrust;
  /** Whether the registry's own name is one of the internet. */
  #public: Promise<boolean> | null = null;
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>();

  constructor(host: string, network: NetworkPort, connections: number, trust: HostTrust = USUAL_TRUST) {
    this.#host = host;
    this.#trust = trust;
    this.#network = network;
    this.#connections = connections;
  }

  /**
   * TLS and proxy for an origin, in the form that workers take too. An authority that was chosen for the registry counts
   * for all that the registry leads to (its token server, its storage), an exception for the registry alone.
   */
  async network(origin: string): Promise<SinkNetwork> {
    const { protocol, host, hostname } = new URL(origin);
    const proxy = this.#network.proxyFor(origin);
    const publicOnly = proxy === null && (await this.#leadsAway(hostname));
    if (protocol !== 'https:') return { ca: [], proxy, exception: null, publicOnly };
    const own = host === new URL(`https://${this.#host}`).host;
    // Reading the trust store takes a tenth of a second; plain http needs none of it.
    const ca = trustedWith(this.#trust.ca, await this.#network.trustedCertificates(host));
    return { ca, proxy, exception: own ? this.#trust.exception : null, publicOnly };
  }

  /**
   * Whether a name is another's than that of a registry in the internet: it must be in the internet, too. A registry whose own
   * name resolves to a private address may lead to others of its network.
   */
  async #leadsAway(name: string): Promise<boolean> {
    const own = hostNameOf(this.#host);
    if (name.replace(/^\[|\]$/g, '') === own || isPrivateAddress(own)) return false;
    this.#public ??= lookup(own, { all: true }).then(
      (addresses) => !addresses.some(({ address }) => isPrivateIp(address)),
      // A name that does not resolve answers nothing either.
      () => true,
    );
    return await this.#public;
  }

  #dispatcher(origin: string): Promise<Dispatcher> {
    const known = this.#dispatchers.get(origin);
    if (known !== undefined) return known;
    const made = this.#connect(origin);
    this.#dispatchers.set(origin, made);
    return made;
  }

  async #connect(origin: string): Promise<Dispatcher> {
    if (this.#network.dispatcher !== undefined) return this.#network.dispatcher;
    const options = { connections: this.#connections, bodyTimeout: IDLE_MS, maxHeaderSize: 32_768 };
    return openDispatcher(await this.network(origin), options);
  }

  /**
   * Sends and reads one answer; GET and HEAD follow redirects, without Authorization once the origin changed, never from
   * https to http and never from a public host to a private address.
   *
   * @throws AppError `registry.unreachable`, `registry.tls`, `registry.plainHttp`, `registry.redirect`, `registry.answerTooLarge`,
   *   `proxy.invalid`, `cancelled`
   */
  async exchange(exchange: Exchange): Promise<Answer> {
    let { url } = exchange;
    let headers = { ...exchange.headers };
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#once({ ...exchange, url, headers });
      const location = answer.headers['location'];
      const redirects = [301, 302, 303, 307, 308].includes(answer.status);
      if (!redirects || location === undefined || (exchange.method !== 'GET' && exchange.method !== 'HEAD'))
        return answer;
      const target = new URL(location, url);
      if (hops === MOST_REDIRECTS) throw new AppError('registry.redirect', { host: this.#host, reason: 'loop' });
      if (new URL(url).protocol === 'https:' && target.protocol !== 'https:') {
        throw new AppError('registry.redirect', { host: this.#host, reason: 'downgrade' });
      }
      if (!mayLeadTo(this.#host, target))
        throw new AppError('registry.redirect', { host: this.#host, reason: 'private' });
      if (target.origin !== new URL(url).origin) {
        const { authorization: _dropped, ...others } = headers;
        headers = others;
      }
      url = target.href;
    }
  }

  async #once(exchange: Exchange): Promise<Answer> {
    try {
      const answer = await request(exchange.url, {
        method: exchange.method,
        headers: { ...exchange.headers, 'accept-encoding': 'identity' },
        // undici takes any async iterable as a body; its types name the stream classes only.
        ...(exchange.body === undefined
          ? {}
          : { body: exchange.body as Uint8Array | (AsyncIterable<Buffer> & Readable) }),
        dispatcher: await this.#dispatcher(new URL(exchange.url).origin),
        signal: exchange.signal,
        headersTimeout: exchange.commits === true ? COMMIT_MS : FIRST_BYTE_MS,
        // undici closes the connection after every HEAD unless told not to: 2 to 4 times slower.
        reset: false,
      });
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
      }
      if (exchange.unread === true && (answer.statusCode === 200 || answer.statusCode === 206)) {
        const head = { status: answer.statusCode, headers, bytes: Buffer.alloc(0), body: '', url: exchange.url };
        // A body without an encoding gives buffers.
        return { ...head, unread: answer.body as AsyncIterable<Buffer> };
      }
      const bytes = await readLimited(answer.body, exchange.limit ?? ANSWER_LIMIT, this.#host);
      return { status: answer.statusCode, headers, bytes, body: bytes.toString('utf8'), url: exchange.url };
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      exchange.signal.throwIfAborted();
      throw this.faultAt(exchange.url, faultCode(thrown), thrown);
    }
  }

  /** The error that a network fault of a request is, its own or a worker's. `code` is as `faultCode` tells it. */
  faultAt(url: string, code: string, cause?: unknown): AppError {
    const proxied = this.#network.proxyFor(new URL(url).origin) !== null;
    return networkError(this.#host, proxied ? throughProxy(code) : code, cause);
  }

  async close(): Promise<void> {
    const open = await Promise.all(this.#dispatchers.values());
    this.#dispatchers.clear();
    await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
  }
}

async function readLimited(body: Dispatcher.ResponseData['body'], limit: number, host: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    // A body without an encoding gives buffers.
    const bytes = part as Buffer;
    parts.push(bytes);
    length += bytes.length;
    if (length > limit) throw new AppError('registry.answerTooLarge', { host, limit });
  }
  return Buffer.concat(parts);
}
