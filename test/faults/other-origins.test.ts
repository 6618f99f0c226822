import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../../electron/engine/ports.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { copyWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { isBlobHead, isStart } from '../fixtures/faults.ts';
import { type Fault, type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

const account = { user: 'alice', password: 'made-up-here' };
const credential: Credential = { username: 'alice', secret: account.password, kind: 'password', source: 'test' };
const basic = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;

let home: TartHome;
let registry: DockerRegistry;
let secure: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  [registry, secure] = await Promise.all([startDockerRegistry({ account }), startDockerRegistry({ tls: {} })]);
});
afterAll(async () => {
  await Promise.all([registry.stop(), secure.stop()]);
  await home.remove();
});

/** Pushes as alice; gives the code that it ended with. */
async function push(reference: string, authority?: string): Promise<string> {
  const engine = await openTestEngine({
    tartHome: home.root,
    credential,
    ...(authority === undefined ? {} : { authority }),
  });
  try {
    await engine.push({ vmId: 'vm:builder', references: [reference] });
    return 'done';
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return thrown.params['reason'] === undefined ? thrown.code : `${thrown.code}: ${String(thrown.params['reason'])}`;
  } finally {
    await engine.close();
  }
}

async function isThere(repository: string): Promise<boolean> {
  const creds = ['--src-creds', `${account.user}:${account.password}`];
  const found = await copyWithSkopeo(`${registry.host}/${repository}:1`, ['--src-tls-verify=false', ...creds]).catch(
    () => null,
  );
  await found?.remove();
  return found !== null;
}

/** Sends uploads to another host, as registries do whose bytes lie elsewhere. */
const uploadsTo =
  (location: (own: URL) => string): Fault =>
  (seen) => {
    if (!isStart(seen)) return undefined;
    const change = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
      if (headers.location === undefined) return headers;
      return { ...headers, location: location(new URL(headers.location)) };
    };
    return { answer: change };
  };

describe('another origin', () => {
  it('gets uploads and no credential', async () => {
    // It needs none: what it is sent, it passes on as one who may.
    const storage = await startRegistryProxy(registry.host, () => ({ headers: { authorization: basic } }));
    const proxy = await startRegistryProxy(
      registry.host,
      uploadsTo((own) => `http://${storage.host}${own.pathname}${own.search}`),
    );
    const ended = await push(`${proxy.host}/origins/storage:1`);
    await Promise.all([storage.close(), proxy.close()]);
    expect({
      ended,
      there: await isThere('origins/storage'),
      got: storage.blobBytes() > 0,
      told: storage.seen.filter(({ headers }) => headers.authorization !== undefined),
    }).toEqual({ ended: 'done', there: true, got: true, told: [] });
  });

  it('cannot ask for a sign-in in the registry’s place', async () => {
    const told: (string | undefined)[] = [];
    const asking = createServer((incoming, outgoing) => {
      told.push(incoming.headers.authorization);
      const realm = `http://${incoming.headers.host ?? ''}/token`;
      outgoing.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}", Basic realm="here"` });
      incoming.resume().on('end', () => outgoing.end());
    });
    await new Promise<void>((resolve) => asking.listen(0, '127.0.0.1', resolve));
    const address = asking.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const proxy = await startRegistryProxy(
      registry.host,
      uploadsTo((own) => `http://127.0.0.1:${port}${own.pathname}`),
    );
    const ended = await push(`${proxy.host}/origins/asking:1`);
    asking.closeAllConnections();
    asking.close();
    await proxy.close();
    expect({ ended, there: await isThere('origins/asking') }).toEqual({ ended: 'auth.unauthorized', there: false });
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter((header) => header !== undefined)).toEqual([]);
  });

  it('is asked without credential where a redirect leads there', async () => {
    const elsewhere = await startRegistryProxy(registry.host, () => ({ headers: { authorization: basic } }));
    const proxy = await startRegistryProxy(registry.host, (seen, _incoming, outgoing) => {
      if (!isBlobHead(seen)) return undefined;
      outgoing.writeHead(307, { location: `http://${elsewhere.host}${seen.path}` });
      outgoing.end();
      return 'answered';
    });
    const ended = await push(`${proxy.host}/origins/redirect:1`);
    await Promise.all([elsewhere.close(), proxy.close()]);
    const told = elsewhere.seen.filter(({ headers }) => headers.authorization !== undefined);
    expect({ ended, there: await isThere('origins/redirect'), told }).toEqual({ ended: 'done', there: true, told: [] });
    expect(elsewhere.seen.length).toBeGreaterThan(0);
  });
});

describe('a registry that speaks TLS', () => {
  const throughTls = (fault: Fault): Promise<RegistryProxy> =>
    startRegistryProxy(registry.host, fault, secure.certificates);

  it('keeps it when the registry behind its proxy names http', async () => {
    // The proxy forgets to tell the registry that it speaks TLS: locations come back with http.
    const proxy = await throughTls(() => undefined);
    const ended = await push(`${proxy.host}/origins/kept:1`, secure.authority);
    await proxy.close();
    expect({ ended, there: await isThere('origins/kept') }).toEqual({ ended: 'done', there: true });
  });

  it.each<[string, Fault, string]>([
    ['an upload', uploadsTo((own) => `http://localhost:1${own.pathname}`), 'registry.redirect: downgrade'],
    [
      'a redirect',
      (seen, _incoming, outgoing) => {
        if (!isBlobHead(seen)) return undefined;
        outgoing.writeHead(307, { location: `http://${seen.headers.host ?? ''}${seen.path}` });
        outgoing.end();
        return 'answered';
      },
      'registry.redirect: downgrade',
    ],
    [
      'a loop',
      (seen, _incoming, outgoing) => {
        if (!isBlobHead(seen)) return undefined;
        outgoing.writeHead(307, { location: seen.path });
        outgoing.end();
        return 'answered';
      },
      'registry.redirect: loop',
    ],
    [
      'a sign-in',
      (seen, _incoming, outgoing) => {
        if (seen.path !== '/v2/') return undefined;
        outgoing.writeHead(401, { 'www-authenticate': 'Bearer realm="http://127.0.0.1:1/token"' });
        outgoing.end();
        return 'answered';
      },
      'auth.realm',
    ],
  ])('is not followed down to http: %s', async (name, fault, code) => {
    const proxy = await throughTls(fault);
    const repository = `origins/down-${name.replaceAll(' ', '-')}`;
    const ended = await push(`${proxy.host}/${repository}:1`, secure.authority);
    await proxy.close();
    expect({ ended, there: await isThere(repository) }).toEqual({ ended: code, there: false });
  });
});
