import { AppError } from '../../../../shared/errors/app-error.ts';
import { beforeAbort } from '../before-abort.ts';

/** A Bearer token. */
export interface Token {
  /** The Authorization header. */
  readonly header: string;
  /** From then on a new one is asked for; ms since the epoch. */
  readonly refreshAtMs: number;
}

/** A token that was asked for; `token` once it is there. */
interface TokenRequest {
  readonly answer: Promise<Token>;
  readonly ended: AbortController;
  waiting: number;
  token: Token | null;
}

/** Tokens of one host that are kept at once: each account and list of scopes has one. The oldest goes. */
const MOST_TOKENS = 256;

/**
 * The tokens of one host, shared by all its clients. Of many who wait for the same one asks; the question ends when the last
 * of them went away. In memory only.
 */
export class TokenCache {
  readonly #requests = new Map<string, TokenRequest>();

  /**
   * The token of a key, asked for where there is none that lasts.
   *
   * @param key names account and scopes; nobody else may have the same
   */
  async get(
    key: string,
    nowMs: () => number,
    ask: (signal: AbortSignal) => Promise<Token>,
    signal: AbortSignal,
  ): Promise<Token> {
    for (let known = this.#requests.get(key); known !== undefined; known = this.#requests.get(key)) {
      const token = known.token ?? (await this.#wait(key, known, signal));
      if (nowMs() < token.refreshAtMs) return token;
      // Whoever of the waiting comes first asks anew; the others find its request.
      this.#drop(key, known);
    }
    const ended = new AbortController();
    const request: TokenRequest = { answer: ask(ended.signal), ended, waiting: 0, token: null };
    this.#requests.set(key, request);
    for (const [oldest] of this.#requests) {
      if (this.#requests.size <= MOST_TOKENS) break;
      this.#requests.delete(oldest);
    }
    return await this.#wait(key, request, signal);
  }

  async #wait(key: string, request: TokenRequest, signal: AbortSignal): Promise<Token> {
    request.waiting += 1;
    try {
      request.token = await beforeAbort(request.answer, signal);
      return request.token;
    } catch (thrown) {
      // Who comes after one that failed, or that nobody waits for any more, asks anew.
      if (!signal.aborted || request.waiting === 1) this.#drop(key, request);
      throw thrown;
    } finally {
      request.waiting -= 1;
      if (request.waiting === 0 && request.token === null) {
        request.answer.catch(() => undefined);
        request.ended.abort(new AppError('cancelled'));
      }
    }
  }

  #drop(key: string, request: TokenRequest): void {
    if (this.#requests.get(key) === request) this.#requests.delete(key);
  }

  /** Forgets the token with this header: it was refused. One that somebody got meanwhile stays. */
  refused(header: string | undefined): void {
    if (header === undefined) return;
    for (const [key, { token }] of this.#requests) if (token?.header === header) this.#requests.delete(key);
  }

  /** Forgets all: another account signed in. */
  clear(): void {
    this.#requests.clear();
  }
}
