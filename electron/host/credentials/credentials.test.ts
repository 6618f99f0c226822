import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../engine/credentials/credentials.ts';
import { EMPTY_SIGN_IN_BOOK, SignInBook, signInBookSchema } from '../../engine/credentials/sign-in-book.ts';
import type { Credential, CredentialsPort } from '../../engine/ports.ts';
import { JsonFile } from '../../engine/state/json-file.ts';
import type { HostFacts } from '../host-facts.ts';
import { silentLog } from '../host-log.ts';
import { askCredentialHelper } from './credential-helper.ts';
import { createCredentials } from './credentials.ts';
import { parseSecurityAnswer } from './tart-keychain.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('credentials of a registry', () => {
  let home: string;
  let now: number;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'tartan-credentials-'));
    now = 1_000_000;
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function write(path: string, value: unknown): void {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), typeof value === 'string' ? value : JSON.stringify(value));
  }

  function install(name: string, script: string): void {
    write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(home, 'bin', name), 0o755);
  }

  function facts(env: Record<string, string> = {}): HostFacts {
    const base = { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, XDG_RUNTIME_DIR: join(home, 'run') };
    return { env: { ...base, ...env }, platform: 'linux', home };
  }

  const never = new AbortController().signal;

  function portOf(env: Record<string, string> = {}): CredentialsPort {
    const clock = { now: () => now, steady: () => now, sleep: () => Promise.resolve() };
    return createCredentials(facts(env), clock, silentLog, []);
  }

  function credentialsOf(port: CredentialsPort): Credentials {
    const file = new JsonFile(join(home, 'sign-ins.json'), signInBookSchema, EMPTY_SIGN_IN_BOOK, silentLog);
    return new Credentials(port, new SignInBook(file));
  }

  function find(
    host: string,
    env: Record<string, string> = {},
    repository: string | null = null,
  ): Promise<Credential | null> {
    return credentialsOf(portOf(env)).find(host, repository, never);
  }

  const answer = (username: string, secret: string): string =>
    `read url; echo '{"ServerURL":"x","Username":"${username}","Secret":"${secret}"}'`;

  it('come from Tart’s variables before anything else, for the named host only', async () => {
    write('.docker/config.json', { auths: { 'ghcr.io': { auth: base64('file:1') } } });
    const env = { TART_REGISTRY_USERNAME: 'env', TART_REGISTRY_PASSWORD: 'pass' };

    expect([
      await find('ghcr.io', env),
      (await find('ghcr.io', { ...env, TART_REGISTRY_HOSTNAME: 'ghcr.io' }))?.source,
      (await find('ghcr.io', { ...env, TART_REGISTRY_HOSTNAME: 'quay.io' }))?.source,
    ]).toEqual([{ username: 'env', secret: 'pass', kind: 'password', source: 'environment' }, 'environment', 'docker']);
  });

  it('come from Docker’s file, from the folder that DOCKER_CONFIG names, or from Podman’s', async () => {
    write('.docker/config.json', { auths: { 'docker.example': { auth: base64('one:1') } } });
    write('other/config.json', { auths: { 'docker.example': { auth: base64('two:2') } } });
    write('run/containers/auth.json', { auths: { 'podman.example': { auth: base64('three:3') } } });
    write('.config/containers/auth.json', { auths: { 'config.example': { auth: base64('four:4') } } });

    expect([
      await find('docker.example'),
      (await find('docker.example', { DOCKER_CONFIG: join(home, 'other') }))?.username,
      await find('podman.example'),
      (await find('config.example'))?.username,
      await find('nobody.example'),
    ]).toEqual([
      { username: 'one', secret: '1', kind: 'password', source: 'docker' },
      'two',
      { username: 'three', secret: '3', kind: 'password', source: 'podman' },
      'four',
      null,
    ]);
  });

  it('come from the helper of the host, then from the store, then from the file', async () => {
    install('docker-credential-own', answer('own', 'a'));
    install(
      'docker-credential-store',
      `read url; [ "$url" = other.example ] || { echo 'credentials not found in native keychain'; exit 1; }; echo '{"Username":"<token>","Secret":"b"}'`,
    );
    write('.docker/config.json', {
      auths: { 'file.example': { auth: base64('file:c') } },
      credHelpers: { 'own.*\\.example': 'own' },
      credsStore: 'store',
    });

    expect([await find('own-1.example'), await find('other.example'), await find('file.example')]).toEqual([
      { username: 'own', secret: 'a', kind: 'password', source: 'helper:own' },
      { username: '<token>', secret: 'b', kind: 'identity', source: 'helper:store' },
      { username: 'file', secret: 'c', kind: 'password', source: 'docker' },
    ]);
  });

  it('come from Podman’s entry for the repository, else from the one for the host', async () => {
    write('run/containers/auth.json', {
      auths: { 'quay.io': { auth: base64('all:1') }, 'quay.io/acme/images': { auth: base64('robot:2') } },
    });
    const usedFor = async (repository: string | null): Promise<string | undefined> =>
      (await find('quay.io', {}, repository))?.username;
    const listed: (string | null)[] = [];
    for await (const finding of portOf().search({ host: 'quay.io' })) {
      if (finding.type === 'found') listed.push(finding.namespace);
    }

    expect([await usedFor('acme/images/vm'), await usedFor('acme/other'), await usedFor(null), listed]).toEqual([
      'robot',
      'all',
      'all',
      ['acme/images', null],
    ]);
  });

  it('are not lost to a broken file or a store that is gone', async () => {
    write('.docker/config.json', '{ broken');
    write('.config/containers/auth.json', { credsStore: 'gone', auths: { 'ghcr.io': { auth: base64('kim:s') } } });

    expect([(await find('ghcr.io'))?.username, await find('quay.io')]).toEqual(['kim', null]);
  });

  it('end with the helper’s words when it fails and nobody else knows', async () => {
    install('docker-credential-bad', 'echo "vault is locked"; exit 1');
    write('.docker/config.json', { credHelpers: { 'ghcr.io': 'bad', 'quay.io': 'nowhere' } });

    await expect(find('ghcr.io')).rejects.toMatchObject({
      code: 'auth.helper',
      params: { helper: 'bad', message: 'vault is locked' },
    });
    await expect(find('quay.io')).rejects.toMatchObject({ code: 'auth.helper', params: { reason: 'missing' } });
  });

  it('are asked of a helper once in five minutes', async () => {
    install('docker-credential-own', `echo x >> "${home}/asked"; ${answer('own', 'a')}`);
    write('.docker/config.json', { credHelpers: { 'ghcr.io': 'own' } });
    const credentials = credentialsOf(portOf());
    const ask = (): Promise<unknown> => credentials.find('ghcr.io', null, never);
    await ask();
    await ask();
    const early = readFileSync(join(home, 'asked'), 'utf8').length;
    now += 5 * 60_000 + 1;
    await ask();

    expect([early, readFileSync(join(home, 'asked'), 'utf8').length]).toEqual([2, 4]);
  });

  it('never run a program of another folder, and no shell', async () => {
    write('evil', '#!/bin/sh\ntouch ran');
    for (const name of ['../evil', '/bin/sh', 'a b', 'a;touch ran', '..']) {
      await expect(askCredentialHelper(name, 'ghcr.io', { facts: facts() })).rejects.toMatchObject({
        code: 'auth.helper',
        params: { reason: 'name' },
      });
    }
    expect(existsSync('ran')).toBe(false);
  });

  it('do not wait for a helper that hangs, says too much, or whose caller went away', async () => {
    install('docker-credential-hang', 'exec sleep 60');
    install('docker-credential-flood', 'exec cat /dev/zero');
    install('docker-credential-odd', 'echo "[]"');
    const gone = new AbortController();
    const waiting = askCredentialHelper('hang', 'ghcr.io', { facts: facts(), signal: gone.signal });
    gone.abort();

    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    const reasons = await Promise.all(
      (['hang', 'flood', 'odd'] as const).map((name) =>
        askCredentialHelper(name, 'ghcr.io', { facts: facts(), timeoutMs: name === 'hang' ? 50 : 30_000 }).catch(
          (error: unknown) => error,
        ),
      ),
    );
    expect(reasons).toMatchObject([
      { code: 'auth.helper', params: { reason: 'timeout' } },
      { code: 'auth.helper', params: { reason: 'output' } },
      { code: 'auth.helper', params: { reason: 'answer' } },
    ]);
  });

  it('are read out of what the keychain’s tool prints', () => {
    const attributes = 'keychain: "x"\nattributes:\n    "acct"<blob>="kim"\n    "srvr"<blob>="ghcr.io"\n';
    expect([
      parseSecurityAnswer(attributes, 'password: "secret"\n'),
      parseSecurityAnswer(attributes, 'password: 0x70C3A4  "p\\303\\244"\n'),
      parseSecurityAnswer('', ''),
    ]).toEqual([
      { username: 'kim', secret: 'secret', kind: 'password' },
      { username: 'kim', secret: 'pä', kind: 'password' },
      null,
    ]);
  });
});
