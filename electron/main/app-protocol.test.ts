import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProtocolHandler, respond, servedFile } from './app-protocol.ts';

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
      headers: expect.objectContaining({
        'Content-Type': 'text/html; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy':
          "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N0nce'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      }),
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
