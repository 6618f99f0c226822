import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanResult } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { startTokenServer, type TokenServer } from '../fixtures/token-server.ts';

const account = { user: 'alice', password: 'made-up-here' };
const never = new AbortController().signal;

let home: TartHome;
let server: TokenServer;
/** Basic authentication. */
let basic: DockerRegistry;
/** Tokens of the server. */
let bearer: DockerRegistry;
let open: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  server = await startTokenServer({ account });
  [basic, bearer, open] = await Promise.all([
    startDockerRegistry({ account }),
    startDockerRegistry({ token: server }),
    startDockerRegistry(),
  ]);
});
afterAll(async () => {
  await Promise.all([basic.stop(), bearer.stop(), open.stop(), server.close(), home.remove()]);
});

/** What a call came to: its answer or the code of its error. */
async function outcome<Answer>(call: Promise<Answer>): Promise<Answer | string> {
  return await call.catch((thrown: unknown) => (thrown instanceof Error ? thrown.message : 'unknown'));
}

describe('signing in from the window', () => {
  let engine: TestEngine;
  afterEach(() => engine.close());

  const signIn = (host: string, secret: string, username = account.user): Promise<unknown> =>
    engine.handlers['registries.signIn']({ host, username, secret, insecure: false, store: 'vault' }, never);
  const listOf = (host: string): Promise<unknown> => engine.handlers['registries.credentials']({ host }, never);

  it.each(['basic', 'bearer'] as const)('keeps only what a registry with %s accepts', async (kind) => {
    engine = await openTestEngine({ tartHome: home.root });
    const { host } = kind === 'basic' ? basic : bearer;
    const read = (): Promise<unknown> => outcome(engine.handlers['registries.read']({ host }, never));
    const wrong = await outcome(signIn(host, 'another'));
    const nothing = await listOf(host);
    const before = await read();
    const right = await signIn(host, account.password);
    const kept = await listOf(host);
    const after = await read();
    const out = await engine.handlers['registries.signOut']({ host }, never);

    expect({ wrong, nothing, before, right, kept, after, out, again: await read() }).toMatchObject({
      wrong: 'auth.unauthorized',
      nothing: { sources: [], keeping: 'memory' },
      before: 'auth.required',
      right: { account: 'alice', source: 'vault', keeping: 'memory', asked: true, overruledBy: null },
      kept: { chosen: null, sources: [{ source: 'vault', account: 'alice', inUse: true, own: true }] },
      after: { health: 'reachable', account: { name: 'alice', source: 'vault' } },
      out: { removed: ['vault'], left: [] },
      again: 'auth.required',
    });
  });

  it('starts anew what failed for the want of it', async () => {
    engine = await openTestEngine({ tartHome: home.root });
    const { host } = bearer;
    const id = await engine.start({ vmId: 'vm:builder', references: [`${host}/team/late:1`], whenStuck: 'wait' });
    const failed = await engine.until(id, ({ state }) => state === 'failed');
    await signIn(host, account.password);
    const done = await engine.until(id, ({ state }) => state === 'done');
    expect([failed.error?.code, done.state]).toEqual(['auth.required', 'done']);
  });

  it('says that a registry asked for none', async () => {
    engine = await openTestEngine({ tartHome: home.root });
    expect(await signIn(open.host, 'anything')).toMatchObject({ asked: false });
  });

  it('comes before what other programs keep, until another source is chosen', async () => {
    const stale = { username: 'bob', secret: 'old', kind: 'password', source: 'docker' } as const;
    engine = await openTestEngine({ tartHome: home.root, credential: stale });
    const { host } = basic;
    const choose = (source: string | null): Promise<unknown> =>
      engine.handlers['registries.chooseCredentials']({ host, source }, never);
    const read = (): Promise<unknown> => outcome(engine.handlers['registries.read']({ host }, never));
    const used = async (): Promise<string | undefined> => {
      const { sources } = await engine.handlers['registries.credentials']({ host }, never);
      return sources.find(({ inUse }) => inUse)?.source;
    };
    const seen: unknown[] = [[await used(), await read()]];
    await signIn(host, account.password);
    seen.push([await used(), await read()]);
    await choose('docker');
    seen.push([await used(), await read()]);
    await choose('anonymous');
    seen.push([await used(), await read()]);
    await choose(null);
    seen.push([await used(), await read()]);
    const reachable = expect.objectContaining({ health: 'reachable' }) as unknown;

    expect({ seen, out: await engine.handlers['registries.signOut']({ host }, never) }).toEqual({
      seen: [
        ['docker', 'auth.unauthorized'],
        ['vault', reachable],
        ['docker', 'auth.unauthorized'],
        [undefined, 'auth.required'],
        ['vault', reachable],
      ],
      out: { host, removed: ['vault'], left: [{ source: 'docker', account: 'bob' }] },
    });
  });
});

describe('tartan registry login', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tartan-login-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs a command in a home of its own below the folder. */
  function run(place: string, args: readonly string[], input = account.password): Promise<TartanResult> {
    const stateHome = join(folder, place);
    const environment = { PATH: `${join(stateHome, 'bin')}:${process.env['PATH'] ?? ''}` };
    return runTartan(args, { tartHome: home.root, stateHome, environment, input: `${input}\n` });
  }
  const login = (host: string, ...more: string[]): string[] => [
    ...['registry', 'login', host, '-u', account.user, '--password-stdin', ...more],
  ];

  it('refuses where there is no place for it, and uses the file that it is told to use', async () => {
    await mkdir(join(folder, 'file'));
    const refused = await run('file', login(basic.host, '--json'));
    const wrong = await run('file', login(basic.host, '--store', 'file'), 'another');
    const right = await run('file', login(basic.host, '--store', 'file'));
    const file = join(folder, 'file', 'auth.json');
    const { mode } = await stat(file);
    const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
    const used = await run('file', ['inspect', `${basic.host}/team/none:1`]);
    const out = await run('file', ['registry', 'logout', basic.host]);
    const again = await run('file', ['inspect', `${basic.host}/team/none:1`]);

    expect({
      statuses: [refused, wrong, right, used, out, again].map(({ status }) => status),
      refused: (JSON.parse(refused.stdout) as { error: { code: string } }).error.code,
      wrong: wrong.stderr,
      mode: mode & 0o777,
      kept,
      used: used.stderr,
      out: out.stderr,
      again: again.stderr,
    }).toEqual({
      statuses: [3, 3, 0, 3, 0, 3],
      refused: 'auth.noStore',
      wrong: expect.stringContaining('(auth.unauthorized)') as unknown,
      mode: 0o600,
      kept: { auths: { [basic.host]: { auth: Buffer.from('alice:made-up-here').toString('base64') } } },
      used: expect.stringContaining('(manifest.notFound)') as unknown,
      out: `Signed out of ${basic.host}: removed from auth.json in the state folder.\n`,
      again: expect.stringContaining('(auth.required)') as unknown,
    });
  });

  it('uses Docker’s helper of the host, and leaves alone what it did not put there', async () => {
    const place = join(folder, 'helper');
    await mkdir(join(place, 'bin'), { recursive: true });
    await mkdir(join(place, '.docker'));
    const helper = join(place, 'bin', 'docker-credential-shelf');
    const script = [
      '#!/bin/sh',
      `cd ${place}`,
      'case $1 in',
      'store) cat > kept ;;',
      'erase) rm kept ;;',
      'get) [ -f kept ] && cat kept || { echo "credentials not found in native keychain"; exit 1; } ;;',
      'esac',
    ];
    await writeFile(helper, script.join('\n'));
    await chmod(helper, 0o755);
    const auths = { [bearer.host]: { auth: Buffer.from('carol:hers').toString('base64') } };
    const config = JSON.stringify({ credHelpers: { '127.*': 'shelf' }, auths });
    await writeFile(join(place, '.docker', 'config.json'), config);

    const right = await run('helper', login(bearer.host));
    const kept: unknown = JSON.parse(await readFile(join(place, 'kept'), 'utf8'));
    const used = await run('helper', ['inspect', `${bearer.host}/team/none:1`]);
    const out = await run('helper', ['registry', 'logout', bearer.host]);
    await writeFile(join(place, 'kept'), JSON.stringify({ Username: 'dave', Secret: 'his' }));
    const other = await run('helper', ['registry', 'logout', bearer.host]);

    expect({
      statuses: [right, used, out, other].map(({ status }) => status),
      right: right.stderr,
      kept,
      out: out.stderr.split('\n'),
      other: other.stderr.split('\n'),
      untouched: await readFile(join(place, '.docker', 'config.json'), 'utf8'),
    }).toEqual({
      statuses: [0, 3, 0, 0],
      right: `Signed in to ${bearer.host} as alice. Kept by the credential helper shelf.\n`,
      kept: { ServerURL: bearer.host, Username: 'alice', Secret: account.password },
      out: [
        `Signed out of ${bearer.host}: removed from the credential helper shelf.`,
        'carol is still signed in by Docker’s config.json, which is not this app’s to change.',
        '',
      ],
      other: [
        `This app keeps no sign-in for ${bearer.host}.`,
        'dave is still signed in by the credential helper shelf, which is not this app’s to change.',
        'carol is still signed in by Docker’s config.json, which is not this app’s to change.',
        '',
      ],
      untouched: config,
    });
  });
});
