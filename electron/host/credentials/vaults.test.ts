import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../engine/ports.ts';
import { EncryptedVault, type Encryption } from './encrypted-vault.ts';
import { FileVault } from './file-vault.ts';
import { HelperVault } from './helper-vault.ts';
import { keepCommand } from './tart-keychain.ts';

const kim: Account = { username: 'kim', secret: 'made-up: pä"s\\s', kind: 'password' };
const robot: Account = { username: '<token>', secret: 'made-up-refresh-token', kind: 'identity' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-vault-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** AES-GCM with a key of its own, as a system's keychain would hold. */
function encryptionOf(key: Buffer, available = true): Encryption {
  return {
    available: () => Promise.resolve(available),
    encrypt(text) {
      const start = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, start);
      return Promise.resolve(Buffer.concat([start, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]));
    },
    decrypt(bytes) {
      const all = Buffer.from(bytes);
      const decipher = createDecipheriv('aes-256-gcm', key, all.subarray(0, 12));
      decipher.setAuthTag(all.subarray(-16));
      return Promise.resolve(
        Buffer.concat([decipher.update(all.subarray(12, -16)), decipher.final()]).toString('utf8'),
      );
    },
  };
}

describe('the app’s own vault', () => {
  const path = (): string => join(folder, 'state', 'vault.json');

  it('keeps sign-ins encrypted over restarts, for this user only, until they are removed', async () => {
    const key = randomBytes(32);
    const first = new EncryptedVault(path(), encryptionOf(key));
    await Promise.all([first.set('ghcr.io', kim), first.set('docker.io', robot)]);
    const file = await readFile(path(), 'utf8');
    const { mode } = await stat(path());
    const second = new EncryptedVault(path(), encryptionOf(key));
    const other = new EncryptedVault(path(), encryptionOf(randomBytes(32)));

    expect({
      kind: await second.kind(),
      hosts: await second.list(),
      kept: [await second.get('GHCR.io'), await second.get('https://index.docker.io/v1/'), await second.get('quay.io')],
      withAnotherKey: await other.get('ghcr.io'),
      told: ['kim', kim.secret, robot.secret, 'made-up'].filter((text) => file.includes(text)),
      mode: mode & 0o777,
      removed: [await second.remove('ghcr.io'), await second.remove('ghcr.io')],
      left: await first.list(),
    }).toEqual({
      kind: 'system',
      hosts: ['ghcr.io', 'docker.io'],
      kept: [kim, robot, null],
      withAnotherKey: null,
      told: [],
      mode: 0o600,
      removed: [true, false],
      left: ['docker.io'],
    });
  });

  it('writes nothing where the system cannot encrypt, and says that it forgets', async () => {
    const vault = new EncryptedVault(path(), encryptionOf(randomBytes(32), false));
    await vault.set('ghcr.io', kim);
    expect([await vault.kind(), await vault.get('ghcr.io'), await exists(join(folder, 'state'))]).toEqual([
      'memory',
      kim,
      false,
    ]);
  });

  it('begins anew over a damaged file, and says so when it cannot write', async () => {
    const vault = new EncryptedVault(path(), encryptionOf(randomBytes(32)));
    await mkdir(join(folder, 'state'));
    await writeFile(path(), '{"version":1,"accounts":');
    const lost = await vault.get('ghcr.io');
    await vault.set('ghcr.io', kim);
    const blocked = new EncryptedVault(join(path(), 'vault.json'), encryptionOf(randomBytes(32)));

    expect([lost, await vault.get('ghcr.io')]).toEqual([null, kim]);
    await expect(blocked.set('ghcr.io', kim)).rejects.toMatchObject({ code: 'file.unwritable' });
  });
});

describe('auth.json of the state folder', () => {
  it('keeps accounts as Docker’s and Podman’s files do, and what it does not know', async () => {
    const path = join(folder, 'auth.json');
    await writeFile(path, JSON.stringify({ theirs: 1, auths: { 'quay.io': { auth: 'eDp5', more: true } } }));
    await chmod(path, 0o644);
    const vault = new FileVault(path);
    await vault.set('ghcr.io', kim);
    await vault.set('docker.io', robot);
    const { mode } = await stat(path);
    const kept = [await vault.get('ghcr.io'), await vault.get('registry-1.docker.io'), await vault.get('quay.io')];
    const removed = await vault.remove('ghcr.io');

    expect({ kept, mode: mode & 0o777, removed, file: JSON.parse(await readFile(path, 'utf8')) as unknown }).toEqual({
      kept: [kim, robot, { username: 'x', secret: 'y', kind: 'password' }],
      mode: 0o600,
      removed: true,
      file: {
        theirs: 1,
        auths: {
          'quay.io': { auth: 'eDp5', more: true },
          'https://index.docker.io/v1/': {
            auth: Buffer.from('<token>:').toString('base64'),
            identitytoken: 'made-up-refresh-token',
          },
        },
      },
    });
  });
});

describe('a credential helper as a place for sign-ins', () => {
  it('gets the secret through a pipe, and no error repeats it', async () => {
    const helper = join(folder, 'docker-credential-loud');
    await writeFile(helper, `#!/bin/sh\necho "$@" >> ${folder}/arguments\nread all\necho "cannot keep $all"\nexit 1\n`);
    await chmod(helper, 0o755);
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const vault = new HelperVault('loud', { env, platform: 'linux', home: folder });
    const failed = await vault.set('ghcr.io', robot).catch((thrown: unknown) => thrown);

    expect({ failed, given: await readFile(join(folder, 'arguments'), 'utf8') }).toMatchObject({
      failed: { code: 'auth.helper', params: { helper: 'loud', reason: 'failed', message: null } },
      given: 'store\n',
    });
    await expect(
      new HelperVault('nowhere', { env, platform: 'linux', home: folder }).set('ghcr.io', kim),
    ).rejects.toMatchObject({ code: 'auth.helper', params: { reason: 'missing' } });
  });
});

describe('the keychain', () => {
  it('is told a name as one word and a secret without syntax', () => {
    expect(keepCommand('ghcr.io', { username: 'k "i" \\m', secret: 'ä"; rm', kind: 'password' })).toBe(
      'add-internet-password -U -a "k \\"i\\" \\\\m" -s "ghcr.io" -r htps -l "Tart Credentials" -X c3a4223b20726d',
    );
  });
});
