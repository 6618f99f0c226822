import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planSchema } from '../../shared/models/plan.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanResult } from '../fixtures/tartan-process.ts';

/** A name that no resolver knows (RFC 6761): only the proxy finds the registry. */
const NAME = 'registry.invalid';
const PASSWORD = 'made-up-for-this-proxy';

let home: TartHome;
let registry: DockerRegistry;
let port: string;
let stateHome: string;

beforeAll(async () => {
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  registry = await startDockerRegistry({ tls: { names: [NAME] } });
  port = registry.host.split(':')[1] ?? '';
});
beforeEach(async () => {
  stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  return () => rm(stateHome, { recursive: true, force: true });
});
afterAll(async () => {
  await Promise.all([registry.stop(), home.remove()]);
});

function authorityFile(): string {
  return registry.certificates?.authorityFile ?? '';
}

function push(reference: string, environment: Readonly<Record<string, string>>): Promise<TartanResult> {
  return runTartan(['push', 'builder', reference, '--json'], { tartHome: home.root, stateHome, environment });
}

async function throughProxy<T>(
  options: Omit<Parameters<typeof startConnectProxy>[0], 'target'>,
  work: (proxy: ConnectProxy) => Promise<T>,
): Promise<T> {
  const proxy = await startConnectProxy({ target: registry.host, ...options });
  try {
    return await work(proxy);
  } finally {
    await proxy.close();
  }
}

function errorOf(result: TartanResult): unknown {
  return JSON.parse(result.stdout);
}

describe('a push behind a proxy', () => {
  it('goes through it, blobs and all, with the account that the proxy asks for', async () => {
    const account = { user: 'alice', password: PASSWORD };
    await throughProxy({ account }, async (proxy) => {
      const result = await push(`${NAME}:${port}/proxied/builder:1`, {
        HTTPS_PROXY: `http://alice:${PASSWORD}@${proxy.host}`,
        SSL_CERT_FILE: authorityFile(),
      });
      expect(result).toMatchObject({ status: 0 });
      const { bytes, targets } = planSchema.parse(JSON.parse(result.stdout));
      expect(new Set(proxy.asked)).toEqual(new Set([`${NAME}:${port}`]));
      expect(bytes.uploaded).toBeGreaterThan(1_000_000);
      expect(proxy.sentBytes()).toBeGreaterThan(bytes.uploaded);
      const image = await pullWithSkopeo(`${registry.host}/proxied/builder:1`, ['--src-tls-verify=false']);
      expect(image.layers.map(({ digest }) => digest)).toEqual(targets[0]?.layers.map(({ digest }) => digest));
    });
  });

  it('goes past it to a host that NO_PROXY names, and to this computer', async () => {
    await throughProxy({}, async (proxy) => {
      const environment = { HTTPS_PROXY: `http://${proxy.host}`, SSL_CERT_FILE: authorityFile() };
      const named = await push(`${NAME}:${port}/direct/builder:1`, { ...environment, NO_PROXY: `.${NAME}` });
      const loopback = await push(`${registry.host}/direct/builder:1`, environment);
      // Without the proxy nobody finds the name.
      expect(errorOf(named)).toMatchObject({
        error: { code: 'registry.unreachable', params: { reason: 'ENOTFOUND' } },
      });
      expect(loopback).toMatchObject({ status: 0 });
      expect(proxy.asked).toEqual([]);
    });
  });

  it('goes to nobody, and says why, where what is set is no address', async () => {
    const environment = { HTTPS_PROXY: `http://alice:${PASSWORD}@[`, SSL_CERT_FILE: authorityFile() };
    const asJson = await push(`${NAME}:${port}/nowhere/builder:1`, environment);
    const inWords = await runTartan(['push', 'builder', `${NAME}:${port}/nowhere/builder:1`], {
      tartHome: home.root,
      stateHome,
      environment,
    });
    expect({ status: asJson.status, error: errorOf(asJson) }).toMatchObject({
      status: 3,
      error: { error: { code: 'proxy.invalid', params: { host: `${NAME}:${port}`, variable: 'HTTPS_PROXY' } } },
    });
    expect(inWords.stderr).toContain('HTTPS_PROXY holds no address');
    expect(asJson.stdout + asJson.stderr + inWords.stdout + inWords.stderr).not.toContain(PASSWORD);
  });

  it.each([407, 403, 502])('ends with a code that says so when the proxy answers %i', async (status) => {
    await throughProxy({ refuse: status }, async (proxy) => {
      const result = await push(`${NAME}:${port}/refused/builder:1`, {
        HTTPS_PROXY: `http://alice:${PASSWORD}@${proxy.host}`,
        SSL_CERT_FILE: authorityFile(),
      });
      expect(result.status).toBe(1);
      expect(errorOf(result)).toMatchObject({
        error: { code: 'registry.unreachable', params: { reason: `PROXY_${status}` } },
      });
      expect(result.stdout + result.stderr).not.toContain(PASSWORD);
    });
  });
});

describe("a registry with the company's own authority", () => {
  it('is trusted by a file in certs.d of its host', async () => {
    const folder = join(stateHome, '.config', 'containers', 'certs.d', registry.host);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'ca.crt'), registry.authority);
    expect(await push(`${registry.host}/trusted/by-folder:1`, {})).toMatchObject({ status: 0 });
  });

  it('is trusted by the file that SSL_CERT_FILE names', async () => {
    const environment = { SSL_CERT_FILE: authorityFile() };
    expect(await push(`${registry.host}/trusted/by-file:1`, environment)).toMatchObject({ status: 0 });
  });

  it('is not trusted otherwise', async () => {
    const result = await push(`${registry.host}/trusted/by-nobody:1`, {});
    expect(result.status).toBe(1);
    expect(errorOf(result)).toMatchObject({ error: { code: 'registry.tls' } });
  });
});
