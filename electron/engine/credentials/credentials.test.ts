import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MemoryVault } from '../../host/credentials/memory-vault.ts';
import { silentLog } from '../../host/host-log.ts';
import type { CredentialFinding } from '../ports.ts';
import { JsonFile } from '../state/json-file.ts';
import { ANONYMOUS, Credentials } from './credentials.ts';
import { EMPTY_SIGN_IN_BOOK, SignInBook, signInBookSchema } from './sign-in-book.ts';

const never = new AbortController().signal;

describe('the sign-in that counts', () => {
  let folder: string;
  let asked: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tartan-credentials-'));
    asked = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const found = (source: string): CredentialFinding => ({
    type: 'found',
    credential: { username: source, secret: 's', kind: 'password', source },
    namespace: null,
    changedMs: null,
  });
  const failed: CredentialFinding = {
    type: 'failed',
    source: 'helper:bad',
    error: new AppError('auth.helper', { helper: 'bad', reason: 'failed', message: null }),
  };

  function credentialsOf(...findings: CredentialFinding[]): Credentials {
    const file = new JsonFile(join(folder, 'sign-ins.json'), signInBookSchema, EMPTY_SIGN_IN_BOOK, silentLog);
    const port = {
      async *search() {
        for (const finding of findings) {
          asked.push(finding.type === 'found' ? finding.credential.source : finding.source);
          // A source is asked only when the one before was taken.
          yield await Promise.resolve(finding);
        }
      },
      vaults: [new MemoryVault()],
      sharedVault: () => Promise.resolve(null),
      forget: () => undefined,
    };
    return new Credentials(port, new SignInBook(file));
  }
  const sourceFor = async (credentials: Credentials): Promise<string | undefined> =>
    (await credentials.find('a.io', null, never))?.source;

  it('is that of the environment, then the app’s own, then the first of other programs', async () => {
    const all = credentialsOf(found('environment'), found('docker'), found('podman'));
    const others = credentialsOf(found('docker'), found('podman'));
    const before = [await sourceFor(all), await sourceFor(others)];
    asked = [];
    for (const credentials of [all, others]) {
      await credentials.port.vaults[0]?.set('a.io', { username: 'own', secret: 's', kind: 'password' });
    }
    expect({ before, after: [await sourceFor(all), await sourceFor(others)], asked }).toEqual({
      before: ['environment', 'docker'],
      after: ['environment', 'vault'],
      asked: ['environment', 'docker'],
    });
  });

  it('is the chosen one as long as it has one, after a restart, too; anonymous asks no helper', async () => {
    const credentials = credentialsOf(found('docker'), found('podman'));
    await credentials.book.choose('a.io', 'podman');
    const chosen = await sourceFor(credentialsOf(found('docker'), found('podman')));
    const gone = await sourceFor(credentialsOf(found('docker')));
    await credentials.book.choose('a.io', ANONYMOUS);
    const anonymous = [await sourceFor(credentials), await sourceFor(credentialsOf(found('environment'), failed))];
    await credentials.book.choose('a.io', null);
    expect({ chosen, gone, anonymous, byOrder: await sourceFor(credentials) }).toEqual({
      chosen: 'podman',
      gone: 'docker',
      anonymous: [undefined, 'environment'],
      byOrder: 'docker',
    });
  });

  it('is another’s where a source fails, and its error where nobody else has one', async () => {
    expect(await sourceFor(credentialsOf(failed, found('podman')))).toBe('podman');
    await expect(sourceFor(credentialsOf(failed))).rejects.toMatchObject({ code: 'auth.helper' });
  });

  it('goes to the sign-in server that took it first, and to no other until somebody signs in anew', async () => {
    const credentials = credentialsOf();
    const realm = (text: string): URL => new URL(text);
    const accepts = (host: string, text: string): Promise<string> =>
      credentials.checkRealm(host, realm(text)).then(
        () => 'goes',
        (error: unknown) => String(error),
      );
    const first = await accepts('a.io', 'https://auth.b.io/token');
    await credentials.acceptRealm('a.io', realm('https://auth.b.io/token'));
    const seen = [
      await accepts('a.io', 'https://auth.b.io/other'),
      await accepts('a.io', 'https://a.io/token'),
      await accepts('a.io', 'https://auth.evil.io/token'),
      await accepts('a.io', 'http://auth.b.io/token'),
      await accepts('other.io', 'https://auth.evil.io/token'),
    ];
    await credentials.book.setRealm('a.io', 'https://auth.evil.io');
    expect({ first, seen, anew: await accepts('a.io', 'https://auth.evil.io/token') }).toEqual({
      first: 'goes',
      seen: ['goes', 'goes', 'AppError: auth.realm', 'AppError: auth.realm', 'goes'],
      anew: 'goes',
    });
  });

  it('keeps a refresh token that replaces its own, where it is this app’s to keep', async () => {
    const credentials = credentialsOf();
    const account = { username: '<token>', secret: 'one', kind: 'identity' } as const;
    const [vault] = credentials.port.vaults;
    await vault?.set('a.io', account);
    const own = { ...account, source: 'vault' };
    const docker = { ...account, source: 'docker', secret: 'theirs' };
    await credentials.renew('a.io', own, 'two');
    await credentials.renew('a.io', docker, 'three');
    expect([
      await vault?.get('a.io'),
      credentials.refreshTokenOf('a.io', own),
      credentials.refreshTokenOf('a.io', docker),
      credentials.refreshTokenOf('b.io', docker),
    ]).toEqual([{ ...account, secret: 'two' }, 'two', 'three', 'theirs']);
  });
});
