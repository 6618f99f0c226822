import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCredentials } from '../../electron/host/credentials/credentials.ts';
import { EncryptedVault, type Encryption } from '../../electron/host/credentials/encrypted-vault.ts';
import { FileVault } from '../../electron/host/credentials/file-vault.ts';
import { systemClock } from '../../electron/host/system-clock.ts';
import { createFileLog } from '../../electron/main/file-log.ts';
import { events, type Topic } from '../../shared/contract/events.ts';
import { toAppError } from '../../shared/errors/app-error.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { runTartan } from '../fixtures/tartan-process.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { startTokenServer, type TokenServer } from '../fixtures/token-server.ts';

/** Spelled so that no encoding of it looks like another. */
const PASSWORD = 'Made+Up/P%ss wörd';
const WRONG = 'Made+Up/Wr%ng wörd';
const STALE = 'Made+Up/St%le wörd';
const IDENTITY = 'Made+Up/Id%ntity-token';

const never = new AbortController().signal;

/** All ways in which a secret of an account could stand somewhere. */
function spellings(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const basic = Buffer.from(`alice:${secret}`).toString('base64');
  const texts = [
    secret,
    basic,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [...new Set(texts)].map((text) => Buffer.from(text)).concat(Buffer.from(secret, 'utf16le'));
}

/** What of `secrets` stands in bytes. */
function foundIn(bytes: Buffer, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => spellings(secret).some((spelling) => bytes.includes(spelling)));
}

async function filesBelow(folder: string): Promise<{ readonly name: string; readonly bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => ({ name, bytes: await readFile(join(parentPath, name)) })),
  );
}

function encryption(): Encryption {
  const key = randomBytes(32);
  return {
    available: () => Promise.resolve(true),
    encrypt(text) {
      const cipher = createCipheriv('aes-256-ctr', key, key.subarray(0, 16));
      return Promise.resolve(Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]));
    },
    decrypt(bytes) {
      const decipher = createDecipheriv('aes-256-ctr', key, key.subarray(0, 16));
      return Promise.resolve(Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8'));
    },
  };
}

describe('a secret', () => {
  let home: TartHome;
  let server: TokenServer;
  let bearer: DockerRegistry;
  let basic: DockerRegistry;
  let folder: string;

  beforeAll(async () => {
    home = await makeTartHome();
    await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
    const account = { user: 'alice', password: PASSWORD };
    server = await startTokenServer({ account, identityToken: IDENTITY, rotates: true });
    [bearer, basic] = await Promise.all([startDockerRegistry({ token: server }), startDockerRegistry({ account })]);
    folder = await mkdtemp(join(tmpdir(), 'tartan-secrets-'));
  });
  afterAll(async () => {
    await Promise.all([bearer.stop(), basic.stop(), server.close(), home.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('is in no log, error, event, journal and no file of the state folder after a life of sign-ins, failures and pushes', async () => {
    const stateHome = join(folder, 'state');
    const person = join(folder, 'person');
    await mkdir(join(person, '.docker'), { recursive: true });
    const auth = Buffer.from(`alice:${STALE}`).toString('base64');
    const config = { auths: { [basic.host]: { auth }, [bearer.host]: { auth } }, credHelpers: { 'x.io': 'none' } };
    await writeFile(join(person, '.docker', 'config.json'), JSON.stringify(config));
    const log = createFileLog(join(stateHome, 'logs', 'tartan.log'), { debug: true });
    const vault = new EncryptedVault(join(stateHome, 'vault.json'), encryption());
    const facts = { env: {}, platform: 'linux', home: person } as const;
    const vaults = [vault, new FileVault(join(stateHome, 'auth.json'))];
    const credentials = createCredentials(facts, systemClock, log, vaults);
    const engine = await openTestEngine({ tartHome: home.root, stateHome, log, credentials });
    // What leaves the engine: every event, answer and error.
    const heard: string[] = [];
    // Object.keys widens to string[]; the keys of the table are its topics.
    for (const topic of Object.keys(events) as Topic[]) {
      engine.on(topic, (payload) => void heard.push(JSON.stringify(payload)));
    }
    const hear = async (work: Promise<unknown>): Promise<string> => {
      try {
        heard.push(JSON.stringify([await work]));
        return 'done';
      } catch (thrown) {
        const error = toAppError(thrown);
        heard.push(JSON.stringify(error.toData()), error.message, String(error.cause));
        return error.code;
      }
    };
    const { handlers } = engine;
    const signIn = (host: string, secret: string, username = 'alice'): Promise<string> =>
      hear(handlers['registries.signIn']({ host, username, secret, insecure: false, store: 'vault' }, never));
    const push = (host: string, name: string): Promise<string> =>
      hear(engine.push({ vmId: 'vm:builder', references: [`${host}/team/${name}:1`] }));

    const life: string[] = [];
    for (const { host } of [basic, bearer]) {
      const id = await engine.start({ vmId: 'vm:builder', references: [`${host}/team/stale:1`] });
      const failed = await engine.until(id, ({ state }) => state === 'failed');
      life.push(String(failed.error?.code), await signIn(host, WRONG), await signIn(host, PASSWORD));
      // It starts anew by itself.
      life.push(await hear(engine.until(id, ({ state }) => state === 'done')));
      life.push(await hear(handlers['registries.credentials']({ host }, never)));
    }
    life.push(await signIn(bearer.host, IDENTITY, '<token>'), await push(bearer.host, 'identity'));
    // A helper that is not there, a registry that breaks off, a token that is refused in the middle.
    life.push(
      await signIn('127.0.0.1:1', PASSWORD),
      await hear(handlers['registries.credentials']({ host: 'x.io' }, never)),
    );
    const proxy = await startRegistryProxy(basic.host, (seen, _incoming, outgoing) => {
      if (!seen.path.includes('/uploads/')) return undefined;
      outgoing.writeHead(401, { 'www-authenticate': 'Basic realm="r"' });
      // As some gateways do: what they were sent comes back in the answer.
      outgoing.end(
        JSON.stringify({
          errors: [
            { code: 'UNAUTHORIZED', message: `no: ${String(seen.headers.authorization)}`, detail: seen.headers },
          ],
        }),
      );
      return 'answered';
    });
    life.push(await signIn(proxy.host, PASSWORD), await push(proxy.host, 'refused'));
    await proxy.close();
    const during = await filesBelow(stateHome);
    life.push(await hear(handlers['registries.signOut']({ host: basic.host }, never)));
    life.push(await hear(handlers['jobs.list'](null, never)), await hear(handlers['registries.list'](null, never)));
    await engine.close();
    const place = { tartHome: home.root, stateHome };
    const command = ['registry', 'login', basic.host, '-u', 'alice', '--password-stdin', '--store', 'file'];
    const environment = { TARTAN_LOG: '1' };
    const login = await runTartan(command, { ...place, environment, input: PASSWORD });
    const logout = await runTartan(['registry', 'logout', basic.host], { ...place, environment });

    const secrets = [PASSWORD, WRONG, STALE, IDENTITY, ...server.issued];
    const told = [...heard, login.stderr, login.stdout, logout.stderr].join('\n');
    const files = [...during, ...(await filesBelow(stateHome))];
    expect({
      life,
      commands: [login.status, logout.status],
      tokens: server.issued.length > 3,
      told: foundIn(Buffer.from(told), secrets),
      files: files.flatMap(({ name, bytes }) => foundIn(bytes, secrets).map((secret) => `${name}: ${secret}`)),
      looked: ['state.db', 'tartan.log', 'vault.json', 'sign-ins.json', 'auth.json'].filter((name) =>
        files.some((file) => file.name === name && file.bytes.length > 0),
      ),
      // The search itself finds what is there.
      finds: foundIn(await readFile(join(person, '.docker', 'config.json')), secrets),
    }).toEqual({
      life: [
        ...['auth.unauthorized', 'auth.unauthorized', 'done', 'done', 'done'],
        ...['auth.unauthorized', 'auth.unauthorized', 'done', 'done', 'done'],
        ...['done', 'done', 'registry.unreachable', 'done', 'done', 'auth.unauthorized', 'done', 'done', 'done'],
      ],
      commands: [0, 0],
      tokens: true,
      told: [],
      files: [],
      looked: ['state.db', 'tartan.log', 'vault.json', 'sign-ins.json', 'auth.json'],
      finds: [STALE],
    });
  });
});
