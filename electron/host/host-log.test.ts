import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLine } from './host-log.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const line = (message: string, fields?: Record<string, unknown>): string => logLine(NOW, 'warn', message, fields);
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJraW0ifQ.c2lnbmF0dXJl';

describe('a line of the log', () => {
  it('tells when, what and the facts, in one line', () => {
    expect(
      line('job failed\nbadly', { id: '1', size: 5n, error: new Error('a\nb'), none: null, left: undefined }),
    ).toBe('2026-01-02T03:04:05.006Z warn job failed badly {"id":"1","size":"5","error":"a\\nb","none":null}\n');
    expect(line('plain')).toBe('2026-01-02T03:04:05.006Z warn plain\n');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a field that is a secret', { password: 'hunter2', Authorization: 'x', identitytoken: 't' }, 'hunter2'],
    [
      'a field within another',
      { credential: { username: 'kim', secret: 'hunter2' }, list: [{ token: 'hunter2' }] },
      'hunter2',
    ],
    ['a header', { message: 'refused: Authorization: Bearer abcdefgh.ijkl-mnop_hunter2' }, 'hunter2'],
    ['basic authentication', { message: 'Basic a2ltOmh1bnRlcjI=' }, 'a2ltOmh1bnRlcjI'],
    ['an address with a password', { reason: 'connect https://kim:hunter2@registry.example/v2/' }, 'hunter2'],
    ['a signed address', { url: 'https://s3.example/b?X-Amz-Date=1&X-Amz-Signature=hunter2&x=1' }, 'hunter2'],
    ['the state of an upload', { url: '/v2/a/blobs/uploads/1?_state=hunter2' }, 'hunter2'],
    ['a web token', { message: `bad token ${TOKEN} given` }, 'c2lnbmF0dXJl'],
    [
      'an answer of a token server',
      { body: '{"token":"hunter2","expires_in":60,"access_token" : "hunter2"}' },
      'hunter2',
    ],
    ['an error of a library', { error: new Error('GET https://a:hunter2@b.example failed') }, 'hunter2'],
    ['a stack', { stack: 'Error: Bearer hunter2hunter2\n  at x' }, 'hunter2'],
  ])('does not hold %s', (_name, fields, secret) => {
    expect(line('x', fields)).not.toContain(secret);
    expect(line(JSON.stringify(fields))).not.toContain(secret);
  });

  it('keeps what helps', () => {
    const fields = {
      url: 'https://ghcr.io/v2/acme/vm/blobs/uploads/?mount=sha256:abc&from=acme/base',
      host: 'ghcr.io',
      digest: `sha256:${'a'.repeat(64)}`,
      account: 'kim',
      message: 'basic idea: the bearer of news, user@example.com',
      state: 'paused',
    };

    expect(JSON.parse(line('x', fields).split(' warn x ')[1] ?? '')).toEqual(fields);
  });

  it('is one line, whatever is logged', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true, maxDepth: 8 })),
        (message, fields) => {
          expect(line(message, fields)).toMatch(/^[^\n]*\n$/);
        },
      ),
    );
  });
});
