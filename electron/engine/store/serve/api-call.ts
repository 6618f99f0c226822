import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** A request as the endpoints see it. */
export interface ApiCall {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
}

/** What an endpoint answers. A stream is read to its end or destroyed by the server. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Readable | Buffer | null;
}

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string | number>>): ApiAnswer {
  return {
    status,
    headers: status === 204 || status === 304 ? headers : { 'content-length': 0, ...headers },
    body: null,
  };
}

/** An answer in JSON: as bytes, because a text would get a `charset` parameter, which the specification does not want. */
export function jsonAnswer(document: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): ApiAnswer {
  const body = Buffer.from(JSON.stringify(document));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** Whether the client has what it asks for: If-None-Match names the digest. */
export function hasAlready(call: ApiCall, digest: string): boolean {
  const known = call.request.headers['if-none-match'];
  return known !== undefined && known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${digest}"`);
}

/** Content-Length as a number; null = not said. */
export function declaredLength(call: ApiCall): number | null {
  const text = call.request.headers['content-length'];
  return text === undefined ? null : Number(text);
}
