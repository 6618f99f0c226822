import { InFlight } from '../in-flight.ts';

/** A Bearer token. */
export interface Token {
  /** The Authorization header. */
  readonly header: string;
  /** From then on a new one is asked for; ms since the epoch. */
  readonly refreshAtMs: number;
}

/** Tokens of one host that are kept at once: each account and list of scopes has one. The oldest goes. */
const MOST_TOKENS = 256;

/**
 * The tokens of one host, shared by all its clients. Of many who wait for the same one asks; the question ends when the last
 * of them went away. In memory only.
 */
export class TokenCache {
  readonly #tokens = new Map<string, Token>();
  #asked = new InFlight<string, Token>();

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
    const known = this.#tokens.get(key);
    if (known !== undefined && nowMs() < known.refreshAtMs) return known;
    const asked = this.#asked;
    const begin = async (until: AbortSignal): Promise<Token> => {
      const token = await ask(until);
      // Of another account than the one that signed in meanwhile: whoever waits for it may have it, nobody else.
      if (this.#asked === asked) this.#keep(key, token);
      return token;
    };
    return await asked.join(key, begin, signal);
  }

  #keep(key: string, token: Token): void {
    this.#tokens.delete(key);
    this.#tokens.set(key, token);
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MOST_TOKENS) break;
      this.#tokens.delete(oldest);
    }
  }

  /** Forgets the token with this header: it was refused. One that somebody got meanwhile stays. */
  refused(header: string | undefined): void {
    if (header === undefined) return;
    for (const [key, token] of this.#tokens) if (token.header === header) this.#tokens.delete(key);
  }

  /** Forgets all, what is being asked for as well: another account signed in. */
  clear(): void {
    this.#tokens.clear();
    this.#asked = new InFlight();
  }
}
