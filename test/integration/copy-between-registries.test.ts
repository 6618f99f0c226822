import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CurlAnswer, curl } from '../fixtures/curl.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { digestOf } from '../fixtures/embedded-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { basicOf } from '../fixtures/fake-registry/sign-in.ts';
import { makeIndexLayout, skopeo } from '../fixtures/oci-image.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { runTartan } from '../fixtures/tartan-process.ts';
import { startTokenServer, type TokenServer } from '../fixtures/token-server.ts';

const READER = { user: 'alice', password: 'made-up-for-tokens' };
const KEEPER = { user: 'bob', password: 'made-up-for-basic' };
/** What the account may write to; everything else it may only read. */
const MINE = /^repository:mine\//;

let home: TartHome;
let tokens: TokenServer;
/** Gives tokens, over plain http; repositories of others may be read only. */
let byToken: DockerRegistry;
/** Wants an account, over TLS with an authority of its own. */
let byTls: DockerRegistry;
let folder: string;
/** While the image of others is put there. */
let seeding = true;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-two-'));
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  tokens = await startTokenServer({
    account: READER,
    // As servers do that refuse the whole request for a scope that is not allowed.
    grant: (scope) => (seeding || scope.endsWith(':pull') || MINE.test(scope) ? scope : null),
  });
  [byToken, byTls] = await Promise.all([
    startDockerRegistry({ token: tokens }),
    startDockerRegistry({ tls: {}, account: KEEPER }),
  ]);
  const docker = join(folder, 'docker');
  await mkdir(docker);
  const auth = (account: typeof READER): object => ({ auth: basicOf(account).slice('Basic '.length) });
  const auths = { [byToken.host]: auth(READER), [byTls.host]: auth(KEEPER) };
  await writeFile(join(docker, 'config.json'), JSON.stringify({ auths }));
  environment = {
    DOCKER_CONFIG: docker,
    REGISTRY_AUTH_FILE: join(docker, 'config.json'),
    SSL_CERT_FILE: byTls.certificates?.authorityFile ?? '',
  };
});
afterAll(async () => {
  await Promise.all([byToken.stop(), byTls.stop(), tokens.close(), home.remove()]);
  await rm(folder, { recursive: true, force: true });
});

const tartan = (...args: string[]) =>
  runTartan(args, { tartHome: home.root, stateHome: join(folder, 'state'), environment });

/** Asks a registry with curl, as the account that may. */
async function ask(registry: DockerRegistry, path: string, repository: string): Promise<CurlAnswer> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
  if (registry === byTls)
    return await curl(`${registry.origin}${path}`, {
      headers: { accept, authorization: basicOf(KEEPER) },
      authorityFile: registry.certificates?.authorityFile,
    });
  const given = await curl(`${tokens.realm}?service=test-registry&scope=repository:${repository}:pull`, {
    headers: { authorization: basicOf(READER) },
  });
  const { token } = JSON.parse(given.body.toString()) as { token: string };
  return await curl(`${registry.origin}${path}`, { headers: { accept, authorization: `Bearer ${token}` } });
}

interface Found {
  readonly manifests: string[];
  readonly blobs: string[];
}

/** Every manifest and blob below a reference, each read from the registry and hashed here. */
async function digestsOf(registry: DockerRegistry, repository: string, reference: string): Promise<Found> {
  const { status, body } = await ask(registry, `/v2/${repository}/manifests/${reference}`, repository);
  if (status !== 200) throw new Error(`${reference}: ${status}`);
  interface Named {
    readonly digest: string;
  }
  const parsed = JSON.parse(body.toString()) as { manifests?: Named[]; config?: Named; layers?: Named[] };
  const children = await Promise.all(
    (parsed.manifests ?? []).map(({ digest }) => digestsOf(registry, repository, digest)),
  );
  const named = [...(parsed.config === undefined ? [] : [parsed.config]), ...(parsed.layers ?? [])];
  const blobs = await Promise.all(
    [...new Set(named.map(({ digest }) => digest))].map(async (digest) => {
      const blob = await ask(registry, `/v2/${repository}/blobs/${digest}`, repository);
      return `sha256:${createHash('sha256').update(blob.body).digest('hex')}`;
    }),
  );
  return {
    manifests: [digestOf(body), ...children.flatMap((child) => child.manifests)],
    blobs: [...blobs, ...children.flatMap((child) => child.blobs)],
  };
}

/** skopeo's copy of an image out of the registry: it checks every digest by itself. */
async function readBySkopeo(registry: DockerRegistry, name: string): Promise<string> {
  const out = await mkdtemp(join(folder, 'skopeo-'));
  const account = registry === byTls ? KEEPER : READER;
  await skopeo(
    'copy',
    '--all',
    '--src-creds',
    `${account.user}:${account.password}`,
    `docker://${registry.host}/${name}`,
    `oci:${out}:x`,
  );
  return digestOf(await skopeo('inspect', '--raw', `oci:${out}:x`));
}

describe('a copy between a registry with tokens and one with TLS and accounts', () => {
  it('of a VM goes both ways, digest by digest, and reads what may only be read', async () => {
    const pushed = await tartan('push', 'builder', `${byToken.host}/theirs/builder:1`, '--json');
    seeding = false;
    const there = await tartan('copy', `${byToken.host}/theirs/builder:1`, `${byTls.host}/kept/builder:1`, '--json');
    const back = await tartan('copy', `${byTls.host}/kept/builder:1`, `${byToken.host}/mine/builder:2`, '--json');
    const within = await tartan('copy', `${byToken.host}/theirs/builder:1`, `${byToken.host}/mine/mounted:3`, '--json');
    const ended = [pushed, there, back, within].map(({ status, stderr }) => (status === 0 ? 'done' : stderr));
    expect(ended).toEqual(['done', 'done', 'done', 'done']);
    expect(JSON.parse(within.stdout)).toMatchObject({ bytes: { uploaded: 0 } });
    const [first, second, third] = await Promise.all([
      digestsOf(byToken, 'theirs/builder', '1'),
      digestsOf(byTls, 'kept/builder', '1'),
      digestsOf(byToken, 'mine/builder', '2'),
    ]);
    expect(first.blobs.length).toBeGreaterThan(5);
    expect([second, third]).toEqual([first, first]);
    expect(await Promise.all([readBySkopeo(byTls, 'kept/builder:1'), readBySkopeo(byToken, 'mine/builder:2')])).toEqual(
      [first.manifests[0], first.manifests[0]],
    );
  });

  it('of an index brings its children both ways', async () => {
    const layout = join(folder, 'multi');
    const made = await makeIndexLayout(layout);
    const put = await tartan('copy', `oci:${layout}:multi`, `${byTls.host}/kept/multi:1`);
    const there = await tartan('copy', `${byTls.host}/kept/multi:1`, `${byToken.host}/mine/multi:1`);
    expect([put.status, there.status]).toEqual([0, 0]);
    const found = await digestsOf(byToken, 'mine/multi', '1');
    expect(found.manifests).toEqual([made.digest, ...made.children]);
    expect(await digestsOf(byTls, 'kept/multi', '1')).toEqual(found);
    expect(await readBySkopeo(byToken, 'mine/multi:1')).toBe(made.digest);
  });
});
