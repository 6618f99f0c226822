import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startTokenServer, type TokenRules, type TokenServer } from '../../../../test/fixtures/token-server.ts';
import type { Clock, Credential } from '../../ports.ts';
import { type Answer, Transport } from '../transport.ts';
import { Authorizer } from './authorizer.ts';
import type { RegistryCredentials } from './registry-credentials.ts';
import { TokenCache } from './token-cache.ts';

const never = new AbortController().signal;
const HOST = '127.0.0.1:5000';
const alice: Credential = { username: 'alice', secret: 'made-up-here', kind: 'password', source: 'test' };
const [a, b] = ['repository:team/a:pull,push', 'repository:team/b:pull,push'];

const network = { trustedCertificates: () => Promise.resolve([]), proxyFor: () => null };

let server: TokenServer | null = null;
const transport = new Transport(HOST, network, 4);
let now = 0;
const clock: Clock = { now: () => now, steady: () => now, sleep: () => Promise.resolve() };

afterEach(async () => {
  await server?.close();
  server = null;
});
afterAll(() => transport.close());

/** Sign-ins by repository, and what was heard of them. */
function credentialsOf(
  find: (repository: string | null) => Credential | null,
): RegistryCredentials & { readonly renewed: string[] } {
  const renewed: string[] = [];
  return {
    renewed,
    find: (_host, repository) => Promise.resolve(find(repository)),
    refused: () => undefined,
    checkRealm: () => Promise.resolve(),
    acceptRealm: () => Promise.resolve(),
    refreshTokenOf: (_host, { secret }) => renewed.at(-1) ?? secret,
    renew: (_host, _credential, token) => {
      renewed.push(token);
      return Promise.resolve();
    },
  };
}

async function scene(options: {
  readonly rules?: Omit<TokenRules, 'account'>;
  readonly credentials?: RegistryCredentials;
  readonly tokens?: TokenCache;
  readonly jobScopes?: readonly string[];
}): Promise<{ readonly authorizer: Authorizer; readonly challenge: (more?: string) => Answer }> {
  now = 0;
  server ??= await startTokenServer({
    account: { user: alice.username, password: alice.secret },
    ...options.rules,
  });
  const { realm } = server;
  const challenge = (more = ''): Answer => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer realm="${realm}",service="test-registry"${more}` },
    bytes: new Uint8Array(),
    body: '',
    url: `http://${HOST}/v2/`,
  });
  const authorizer = new Authorizer({
    host: HOST,
    transport,
    credentials: options.credentials ?? credentialsOf(() => alice),
    clock,
    tokens: options.tokens ?? new TokenCache(),
    jobScopes: options.jobScopes ?? [],
  });
  authorizer.take(challenge(), undefined, []);
  return { authorizer, challenge };
}

const scopesSeen = (): unknown => server?.seen.map(({ scopes }) => scopes);

describe('a token', () => {
  it('is asked for once by many, with the scopes of the whole job, and again before it ends', async () => {
    const { authorizer } = await scene({ jobScopes: [a, b] });
    const many = await Promise.all(Array.from({ length: 40 }, (_, at) => authorizer.header([at % 2 ? a : b], never)));
    const seen = [scopesSeen()];
    // It lives 300 s; a tenth before the end there is a new one.
    now = 269_000;
    const kept = await authorizer.header([a], never);
    now = 271_000;
    const renewed = await authorizer.header([a], never);
    seen.push(scopesSeen());

    expect({ many: new Set(many).size, kept: kept === many[0], renewed: renewed !== kept, seen }).toEqual({
      many: 1,
      kept: true,
      renewed: true,
      seen: [
        [[a, b]],
        [
          [a, b],
          [a, b],
        ],
      ],
    });
  });

  it('is shared by all clients of a host, and not by two accounts', async () => {
    const tokens = new TokenCache();
    const bob = credentialsOf(() => ({ ...alice, username: 'bob' }));
    const { authorizer: one } = await scene({ tokens });
    const { authorizer: other } = await scene({ tokens });
    const { authorizer: another } = await scene({ tokens, credentials: bob });
    const headers = await Promise.all([one, other].map((authorizer) => authorizer.header([a], never)));

    expect(headers[0]).toBe(headers[1]);
    await expect(another.header([a], never)).rejects.toMatchObject({
      code: 'auth.unauthorized',
      params: { account: 'bob' },
    });
    expect(server?.seen.length).toBe(2);
  });

  it('is each account’s own where repositories of one registry have several', async () => {
    const robot = { ...alice, source: 'podman' };
    const accounts = new Map([['team/b', { ...robot, kind: 'identity' as const, secret: 'refresh-me' }]]);
    const credentials = credentialsOf((repository) => accounts.get(repository ?? '') ?? alice);
    const rules = { identityToken: 'refresh-me' };
    const { authorizer } = await scene({ rules, credentials, jobScopes: [a, b] });
    await authorizer.header([a], never);
    await authorizer.header([b], never);

    expect(server?.seen.map(({ method, scopes }) => [method, scopes])).toEqual([
      ['GET', [a]],
      ['POST', [b]],
    ]);
  });

  it('is asked for with the newest refresh token that the server gave', async () => {
    const identity = { ...alice, username: '<token>', kind: 'identity' as const, secret: 'first' };
    const credentials = credentialsOf(() => identity);
    const { authorizer } = await scene({ rules: { identityToken: 'first', rotates: true }, credentials });
    await authorizer.header([a], never);
    now = 300_000;
    await authorizer.header([a], never);

    expect({ forms: server?.seen.map(({ form }) => form['refresh_token']), renewed: credentials.renewed }).toEqual({
      forms: ['first', 'first+1'],
      renewed: ['first+1', 'first+2'],
    });
  });

  it('is asked for with what the registry said is missing, that first', async () => {
    const { authorizer, challenge } = await scene({ jobScopes: [a, b] });
    const used = await authorizer.header([a], never);
    const scope = 'repository:team/a:delete registry:catalog:*';
    authorizer.take(challenge(`,error="insufficient_scope",scope="${scope}"`), used, [a]);
    await authorizer.header([a], never);

    expect(scopesSeen()).toEqual([
      [a, b],
      ['repository:team/a:delete,pull,push', 'registry:catalog:*'],
    ]);
  });
});
