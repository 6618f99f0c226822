import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../../electron/engine/ports.ts';
import { copyWithSkopeo, pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type Fits, isCommit, isPiece } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { startTokenServer, type TokenRules, type TokenServer } from '../fixtures/token-server.ts';

const account = { user: 'alice', password: 'made-up-here' };
/** How skopeo signs in. */
const AS_ALICE = ['--src-tls-verify=false', '--src-creds', `${account.user}:${account.password}`];
const alice: Credential = { username: 'alice', secret: account.password, kind: 'password', source: 'test' };

let home: TartHome;
let vm: TartVm;
let server: TokenServer;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
});
afterEach(async () => {
  await Promise.all([registry.stop(), server.close()]);
});
afterAll(() => home.remove());

async function start(rules: Omit<TokenRules, 'account'> = {}): Promise<void> {
  server = await startTokenServer({ account, ...rules });
  registry = await startDockerRegistry({ token: server });
}

const image = (repository: string, tag = '1'): string => `${registry.host}/${repository}:${tag}`;

/** Whether skopeo, signed in, finds the image; it checks every digest. */
async function isThere(repository: string): Promise<boolean> {
  const found = await copyWithSkopeo(image(repository), AS_ALICE).catch(() => null);
  await found?.remove();
  return found !== null;
}

/** Pushes and gives what it ended with. */
async function push(credential: Credential | null, ...references: string[]): Promise<string> {
  return await pushInPieces(credential, null, ...references);
}

/** The same, in pieces of that many bytes; null = as the registry likes it. */
async function pushInPieces(
  credential: Credential | null,
  pieceSize: number | null,
  ...references: string[]
): Promise<string> {
  const engine = await openTestEngine({ tartHome: home.root, ...(credential === null ? {} : { credential }) });
  const ended = await engine.push({ vmId: 'vm:builder', references, pieceSize }).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
  );
  await engine.close();
  return ended;
}

describe('a registry with a token server', () => {
  it('gets one request that names the scopes of all repositories', async () => {
    await start();
    const ended = await push(alice, image('team/a'), image('team/b'));
    expect({ ended, scopes: server.seen.map(({ scopes }) => scopes) }).toEqual({
      ended: 'done',
      scopes: [['repository:team/a:pull,push', 'repository:team/b:pull,push']],
    });
    expect(await Promise.all(['team/a', 'team/b'].map(isThere))).toEqual([true, true]);
  });

  it('is told the same for a wrong password and for none, each with its code', async () => {
    await start();
    const wrong = await push({ ...alice, secret: 'another' }, image('team/wrong'));
    expect([wrong, await push(null, image('team/none'))]).toEqual(['auth.unauthorized', 'auth.required']);
    expect(await isThere('team/wrong')).toBe(false);
  });

  it('refuses an account that may only read, and nothing is tagged', async () => {
    await start({ grant: (scope) => scope.replace('pull,push', 'pull') });
    expect(await push(alice, image('team/readers'))).toBe('registry.denied');
    expect(await isThere('team/readers')).toBe(false);
  });

  it('is asked for each repository by itself where it refuses them together', async () => {
    let refused = 0;
    await start({
      grant: (scope, request) => {
        // As servers do that know nothing of the second scope.
        if (request === 1 && scope.includes('team/b')) refused += 1;
        return request === 1 ? null : scope;
      },
    });
    const ended = await push(alice, image('team/a'), image('team/b'));
    expect({ ended, refused, there: await Promise.all(['team/a', 'team/b'].map(isThere)) }).toEqual({
      ended: 'done',
      refused: 1,
      there: [true, true],
    });
  });

  it('goes on without the mount where the source may not be read', async () => {
    let reading = false;
    await start({
      // The first request, for both, gets nothing that helps; afterwards nobody may read by a scope of its own.
      grant: (scope, request) =>
        !reading && (request === 1 || scope.endsWith(':pull')) ? 'repository:other:pull' : scope,
    });
    const ended = await push(alice, image('team/a'), image('team/b'));
    reading = true;
    expect({ ended, there: await Promise.all(['team/a', 'team/b'].map(isThere)) }).toEqual({
      ended: 'done',
      there: [true, true],
    });
  });

  it.each<[string, number | null, Fits]>([
    ['between two layers', null, () => true],
    ['while a layer streams', null, (seen) => isPiece(seen) && seen.headers['content-length'] === undefined],
    ['between two pieces of a layer', 1_000_000, isPiece],
  ])('gives a new token once when the first ends %s, and the image is correct', async (_name, pieceSize, at) => {
    await start();
    let committed = false;
    let first: string | undefined;
    let refused = 0;
    const proxy = await startRegistryProxy(registry.host, (seen) => {
      committed ||= isCommit(seen);
      const used = seen.headers.authorization;
      first ??= used;
      if (!committed || used === undefined || used !== first || !at(seen)) return undefined;
      refused += 1;
      return { headers: { authorization: server.expired('repository:team/long:pull,push') } };
    });
    const ended = await pushInPieces(alice, pieceSize, `${proxy.host}/team/long:1`);
    await proxy.close();
    const tokens = server.seen.length;
    const { disk } = await pullWithSkopeo(image('team/long'), AS_ALICE);
    expect({ ended, tokens, whole: disk.equals(await readFile(vm.diskFile)) }).toEqual({
      ended: 'done',
      tokens: 2,
      whole: true,
    });
    expect(refused).toBeGreaterThan(0);
  });

  it('takes an identity token by POST, and as a password where there is no POST', async () => {
    const identity: Credential = { ...alice, username: '<token>', secret: 'refresh-me', kind: 'identity' };
    await start({ identityToken: 'refresh-me' });
    const posted = await push(identity, image('team/posted'));
    const form = server.seen[0]?.form;
    await Promise.all([registry.stop(), server.close()]);
    await start();
    const fallenBack = await push({ ...identity, username: 'alice', secret: account.password }, image('team/got'));
    expect({ posted, form, fallenBack, methods: server.seen.map(({ method }) => method) }).toEqual({
      posted: 'done',
      form: {
        grant_type: 'refresh_token',
        refresh_token: 'refresh-me',
        client_id: 'tartan',
        service: 'test-registry',
        scope: 'repository:team/posted:pull,push',
      },
      fallenBack: 'done',
      methods: ['POST', 'GET'],
    });
  });
});
