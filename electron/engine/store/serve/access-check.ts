import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../registry/loopback.ts';
import { ApiError } from './api-error.ts';

const READING: readonly string[] = ['GET', 'HEAD'];

/** What is asked of every request. */
export interface AccessRules {
  readonly port: number;
  /** Password of any account, or bearer token; null = everybody on this computer. */
  readonly token: string | null;
  readonly readOnly: boolean;
}

/**
 * Refuses requests that are not from a registry client on this computer.
 *
 * A web page can make a browser ask loopback: under a name of its own that leads here (DNS rebinding), which the Host
 * header shows, or across origins, which the Origin header shows. Registry clients send no Origin.
 *
 * @throws ApiError 421, 403, 401, 405
 */
export function checkAccess(method: string, headers: IncomingHttpHeaders, rules: AccessRules): void {
  const host = headers.host ?? '';
  const port = /:(\d+)$/.exec(host)?.[1] ?? '80';
  if (!isLoopback(host) || Number(port) !== rules.port)
    throw new ApiError(421, { code: 'DENIED', message: 'this registry answers on loopback only' });
  if (headers.origin !== undefined)
    throw new ApiError(403, { code: 'DENIED', message: 'web pages have no access to this registry' });
  if (rules.token !== null && !holds(headers.authorization, rules.token)) {
    throw new ApiError(
      401,
      { code: 'UNAUTHORIZED', message: 'authentication required' },
      { 'www-authenticate': 'Basic realm="Tartan"' },
    );
  }
  if (rules.readOnly && !READING.includes(method))
    throw new ApiError(405, { code: 'UNSUPPORTED', message: 'this registry takes no changes' });
}

function holds(header: string | undefined, token: string): boolean {
  const [scheme = '', value = ''] = (header ?? '').split(' ', 2);
  if (/^bearer$/i.test(scheme)) return same(value, token);
  if (!/^basic$/i.test(scheme)) return false;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return same(pair.slice(pair.indexOf(':') + 1), token);
}

/** Compares in a time that tells nothing of the token. */
function same(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
