import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { APP_HOST } from './app-origin.ts';
import {
  contentSecurityPolicy,
  developmentSecurityPolicy,
  EMPTY_SECURITY_POLICY,
  SECURITY_HEADERS,
} from './content-security-policy.ts';

/** What may be served, by extension; everything else is not found. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const NONCE_PLACE = '%CSP_NONCE%';

/** An answer of `app://tartan`. */
export interface AppResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The part of a request that counts. */
export interface AppRequest {
  readonly url: string;
  readonly method: string;
}

function refuse(status: number): AppResponse {
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain',
    'Content-Security-Policy': EMPTY_SECURITY_POLICY,
  };
  return { status, headers, body: new Uint8Array() };
}

/**
 * The file below `root` that a URL's path names, or null when it leads out of it or is not a plain file path. Percent signs
 * are decoded once; what is still encoded then is part of a name.
 */
export function servedFile(root: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  // Backslashes separate folders on Windows, a colon names a drive or a stream, a zero byte ends a name for the system.
  if (!path.startsWith('/') || /[\\:\0]/.test(path)) return null;
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.some((part) => part.startsWith('.'))) return null;
  const file = join(root, ...(parts.length === 0 ? ['index.html'] : parts));
  return file.startsWith(root.endsWith(sep) ? root : root + sep) ? file : null;
}

function isHtml(mediaType: string): boolean {
  return mediaType.startsWith('text/html');
}

function withNonce(body: Uint8Array, nonce: string): Uint8Array {
  return Buffer.from(Buffer.from(body).toString('utf8').replaceAll(NONCE_PLACE, nonce));
}

/** Answers one request for a file of the built window. HTML gets the nonce of its own policy. */
export async function respond(root: string, request: AppRequest, nonce: string): Promise<AppResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  if (!URL.canParse(request.url)) return refuse(400);
  const url = new URL(request.url);
  const file = url.host === APP_HOST ? servedFile(root, url.pathname) : null;
  const mediaType = file === null ? undefined : MEDIA_TYPES[extname(file).toLowerCase()];
  if (file === null || mediaType === undefined) return refuse(404);
  let body: Uint8Array;
  try {
    body = await readFile(file);
  } catch {
    return refuse(404);
  }
  if (isHtml(mediaType)) body = withNonce(body, nonce);
  return {
    status: 200,
    headers: {
      ...SECURITY_HEADERS,
      'Content-Type': mediaType,
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      'Cache-Control': 'no-cache',
    },
    body: request.method === 'HEAD' ? new Uint8Array() : body,
  };
}

/**
 * Answers one request with what a dev server makes of it, under the app's own origin and headers, so that the page is as
 * sandboxed, checked and stored for as the built one.
 *
 * @param server the dev server on this computer
 */
export async function respondFromServer(server: URL, request: AppRequest, nonce: string): Promise<AppResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  if (!URL.canParse(request.url)) return refuse(400);
  const { host, pathname, search } = new URL(request.url);
  if (host !== APP_HOST) return refuse(404);
  // Set part by part: a path of `//host/` would name another server.
  const target = new URL(server);
  target.pathname = pathname;
  target.search = search;
  let answer: Response;
  let body: Uint8Array;
  try {
    answer = await fetch(target, { method: request.method, redirect: 'error' });
    body = new Uint8Array(await answer.arrayBuffer());
  } catch {
    // The server is being started anew; its client asks again.
    return refuse(502);
  }
  const mediaType = answer.headers.get('content-type') ?? 'text/plain';
  return {
    status: answer.status,
    headers: {
      ...SECURITY_HEADERS,
      'Content-Type': mediaType,
      'Content-Security-Policy': developmentSecurityPolicy(nonce, server),
      'Cache-Control': 'no-cache',
    },
    body: isHtml(mediaType) ? withNonce(body, nonce) : body,
  };
}

/**
 * Handler for `protocol.handle`, a new nonce for each answer.
 *
 * @param source folder of the built window, or the dev server of a checkout
 */
export function createProtocolHandler(source: string | URL): (request: AppRequest) => Promise<Response> {
  return async (request) => {
    const nonce = randomBytes(18).toString('base64');
    const { status, headers, body } =
      typeof source === 'string'
        ? await respond(source, request, nonce)
        : await respondFromServer(source, request, nonce);
    // A view of a Buffer is a valid body; the type of undici wants an ArrayBuffer that is not shared.
    return new Response(new Uint8Array(body), { status, headers });
  };
}
