import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProtocolHandler, respond, respondFromServer, servedFile } from './app-protocol.ts';

/** What every answer says besides its kind and its policy. */
const GUARDS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=()',
};

describe('app://tartan', () => {
  let folder: string;
  let root: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tartan-protocol-'));
    root = join(folder, 'renderer');
    mkdirSync(join(root, 'assets'), { recursive: true });
    writeFileSync(join(root, 'index.html'), '<meta nonce="%CSP_NONCE%"><style nonce="%CSP_NONCE%"></style>');
    writeFileSync(join(root, 'assets', 'index.js'), 'run()');
    writeFileSync(join(root, 'assets', 'index.js.map'), '{}');
    writeFileSync(join(root, '.env.json'), '{}');
    writeFileSync(join(folder, 'secret.json'), '"secret"');
    mkdirSync(join(folder, 'renderer-other'));
    writeFileSync(join(folder, 'renderer-other', 'x.json'), '"secret"');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const get = (url: string, method = 'GET'): ReturnType<typeof respond> => respond(root, { url, method }, 'N0nce');

  it('serves the page with a policy and its nonce in every place', async () => {
    const { status, headers, body } = await get('app://tartan/');

    expect({ status, headers, body: Buffer.from(body).toString() }).toEqual({
      status: 200,
      headers: {
        ...GUARDS,
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-cache',
        'Content-Security-Policy':
          "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N0nce'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      },
      body: '<meta nonce="N0nce"><style nonce="N0nce"></style>',
    });
  });

  it('makes a new nonce for each answer', async () => {
    const handle = createProtocolHandler(root);
    const policies = await Promise.all(
      [1, 2].map(async () =>
        (await handle({ url: 'app://tartan/', method: 'GET' })).headers.get('content-security-policy'),
      ),
    );
    expect(policies[0]).not.toBe(policies[1]);
  });

  it.each([
    ['app://tartan/assets/index.js', 200],
    ['app://tartan/assets/index.js?v=1#x', 200],
    ['app://tartan/missing.js', 404],
    ['app://tartan/assets', 404],
    ['app://tartan/assets/index.js.map', 404],
    ['app://tartan/.env.json', 404],
    ['app://other/assets/index.js', 404],
    ['app://tartan/../secret.json', 404],
    ['app://tartan/%2e%2e/secret.json', 404],
    ['app://tartan/..%2fsecret.json', 404],
    ['app://tartan/..%5csecret.json', 404],
    ['app://tartan/%252e%252e%252fsecret.json', 404],
    ['app://tartan/..%2frenderer-other/x.json', 404],
    ['app://tartan/assets/%00index.js', 404],
    ['app://tartan/%', 404],
    ['app://tartan//etc/hostname.json', 404],
    ['not a url', 400],
  ])('answers %s with %i', async (url, status) => {
    expect((await get(url)).status).toBe(status);
  });

  it('lets a page that is not there do nothing', async () => {
    const { headers } = await get('app://tartan/missing.html');
    expect(headers).toEqual({
      ...GUARDS,
      'Content-Type': 'text/plain',
      'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    });
  });

  it.each([
    ['HEAD', 200],
    ['POST', 405],
    ['PUT', 405],
  ])('answers %s with %i and no body', async (method, status) => {
    const answer = await get('app://tartan/assets/index.js', method);
    expect([answer.status, answer.body.length]).toEqual([status, 0]);
  });

  it.each(['/C:/Windows/win.json', '/\\\\server\\share.json', '/index.html:stream'])('names no file for %s', (path) => {
    expect(servedFile(root, path)).toBeNull();
  });
});

describe('app://tartan before a dev server', () => {
  let server: Server;
  let origin: URL;
  const asked: string[] = [];

  beforeEach(async () => {
    asked.length = 0;
    server = createServer(({ method, url }, response) => {
      asked.push(`${method} ${url}`);
      const html = url === '/';
      response.writeHead(url === '/moved' ? 302 : 200, {
        'Content-Type': html ? 'text/html' : 'text/javascript',
        'Access-Control-Allow-Origin': '*',
        Location: '/elsewhere',
      });
      response.end(html ? '<script nonce="%CSP_NONCE%">hot()</script>' : '"%CSP_NONCE%"');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    origin = new URL(`http://127.0.0.1:${address.port}/`);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const get = (url: string, method = 'GET'): ReturnType<typeof respondFromServer> =>
    respondFromServer(origin, { url, method }, 'N0nce');

  it('serves what the server makes under the app’s own headers; only its socket and the nonce are let in besides', async () => {
    const { status, headers, body } = await get('app://tartan/');

    expect({ status, headers, body: Buffer.from(body).toString() }).toEqual({
      status: 200,
      headers: {
        ...GUARDS,
        'Content-Type': 'text/html',
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': `default-src 'none'; script-src 'self' 'nonce-N0nce'; style-src 'self' 'nonce-N0nce'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws://${origin.host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      },
      body: '<script nonce="N0nce">hot()</script>',
    });
  });

  it('asks that server alone, whatever the path, and follows it nowhere', async () => {
    const statuses: number[] = [];
    for (const [url, method] of [
      ['app://tartan/main.tsx?t=1', 'GET'],
      ['app://tartan//evil.example/x.js', 'GET'],
      ['app://tartan/moved', 'GET'],
      ['app://other/main.tsx', 'GET'],
      ['app://tartan/main.tsx', 'POST'],
      ['nonsense', 'GET'],
    ] as const) {
      statuses.push((await get(url, method)).status);
    }

    expect({ statuses, asked }).toEqual({
      statuses: [200, 200, 502, 404, 405, 400],
      asked: ['GET /main.tsx?t=1', 'GET //evil.example/x.js', 'GET /moved'],
    });
  });
});
