import { createServer, type RequestListener } from 'node:http';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { freePort } from '../fixtures/free-port.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngineOptions } from '../fixtures/test-engine.ts';

let home: TartHome;

beforeAll(async () => {
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
});
afterAll(() => home.remove());

/** Pushes; gives the code that it ended with. */
async function push(reference: string, insecure = false, options: Partial<TestEngineOptions> = {}): Promise<string> {
  const engine = await openTestEngine({ tartHome: home.root, ...options });
  try {
    await engine.push({ vmId: 'vm:builder', references: [reference], insecure });
    return 'done';
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return thrown.code;
  } finally {
    await engine.close();
  }
}

async function whileServing<Result>(answer: RequestListener, work: (host: string) => Promise<Result>): Promise<Result> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    return await work(`127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const always =
  (status: number, type: string, body: string): RequestListener =>
  (incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(status, { 'content-type': type });
    outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  };

describe('a server that is no registry', () => {
  it.each<[string, RequestListener]>([
    ['a web page for everything', always(200, 'text/html', '<!doctype html><title>Welcome</title>')],
    ['a word for everything', always(200, 'text/plain', 'It works!')],
    ['an empty answer to everything', always(200, 'application/octet-stream', '')],
    ['JSON for everything', always(200, 'application/json', '{}')],
    ['nothing known', always(404, 'text/html', '<h1>404</h1>')],
    ['a sign-in of another kind', always(401, 'text/html', '<form>')],
    ['created, whatever it is', always(201, 'application/json', '{}')],
    [
      'a portal that takes everything and has nothing but the front door right',
      (incoming, outgoing) => {
        incoming.resume();
        outgoing.writeHead(incoming.method === 'GET' || incoming.method === 'HEAD' ? 200 : 201, {
          ...(incoming.url === '/v2/' ? { 'docker-distribution-api-version': 'registry/2.0' } : {}),
        });
        outgoing.end();
      },
    ],
  ])('is told from one, and is sent nothing: %s', async (_name, answer) => {
    const sent: string[] = [];
    const ended = await whileServing(
      (incoming, outgoing) => {
        if (incoming.method !== 'GET' && incoming.method !== 'HEAD') sent.push(incoming.method ?? '');
        answer(incoming, outgoing);
      },
      (host) => push(`${host}/a/b:1`),
    );
    expect({ ended, sent }).toEqual({ ended: 'registry.notRegistry', sent: [] });
  });
});

describe('a registry behind TLS', () => {
  let secure: DockerRegistry;
  let mutual: DockerRegistry;
  beforeAll(async () => {
    [secure, mutual] = await Promise.all([
      startDockerRegistry({ tls: {} }),
      startDockerRegistry({ tls: { clientCertificates: true } }),
    ]);
  });
  afterAll(() => Promise.all([secure.stop(), mutual.stop()]));

  it('is not believed under an unknown authority', async () => {
    expect(await push(`${secure.host}/a/b:1`)).toBe('registry.tls');
  });

  it('is not believed under another name than its own', async () => {
    // Every name leads to this computer; the certificate is for localhost.
    const lookup = (_name: string, _options: unknown, done: (error: null, found: object[]) => void): void =>
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    // undici’s type wants dns.lookup with all of its overloads.
    const dispatcher = new Agent({ connect: { ca: secure.authority, lookup: lookup as never } });
    const port = secure.host.split(':')[1] ?? '';
    const ended = await push(`registry.example:${port}/a/b:1`, false, { network: { dispatcher } });
    expect(ended).toBe('registry.tls');
  });

  it('is found behind the loopback’s plain http, and refused where plain http was asked for', async () => {
    const trusting = { authority: secure.authority };
    expect([
      await push(`${secure.host}/a/b:1`, false, trusting),
      await push(`${secure.host}/a/b:1`, true, trusting),
    ]).toEqual(['done', 'registry.protocol']);
  });

  it('is out of reach where it wants a client certificate', async () => {
    expect(await push(`${mutual.host}/a/b:1`, false, { authority: mutual.authority })).toBe('registry.unreachable');
  });

  it('says that a host speaks plain http only', async () => {
    const lookup = (_name: string, _options: unknown, done: (error: null, found: object[]) => void): void =>
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    const dispatcher = new Agent({ connect: { lookup: lookup as never } });
    const ended = await whileServing(always(200, 'application/json', '{}'), (host) =>
      push(`registry.example:${host.split(':')[1] ?? ''}/a/b:1`, false, { network: { dispatcher } }),
    );
    expect(ended).toBe('registry.plainHttp');
  });
});

describe('a host whose name cannot be looked up', () => {
  it.each<[string, string, number]>([
    ['has no address, is asked for once more', 'ENOTFOUND', 2],
    ['cannot be looked up now, is asked for as anything that passes', 'EAI_AGAIN', 5],
  ])('%s', async (_what, reason, most) => {
    let asked = 0;
    const lookup = (_name: string, _options: unknown, done: (error: Error) => void): void => {
      asked += 1;
      done(Object.assign(new Error(reason), { code: reason }));
    };
    // undici’s type wants dns.lookup with all of its overloads.
    const dispatcher = new Agent({ connect: { lookup: lookup as never } });
    const engine = await openTestEngine({ tartHome: home.root, network: { dispatcher } });
    // A push greets the registry while the VM is being locked: how often it asks depends on what takes longer.
    const ended = await engine.handlers['images.inspect'](
      { reference: 'registry.example/a/b:1', insecure: false },
      new AbortController().signal,
    ).catch((thrown: unknown) => (thrown instanceof AppError ? thrown.code : thrown));
    await engine.close();

    expect({ ended, asked }).toEqual({ ended: 'registry.unreachable', asked: most });
  });
});

describe('a proxy that cannot be reached', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    ['nobody answers', async () => `http://127.0.0.1:${await freePort()}`, /^PROXY_ECONNREFUSED$/],
    // Without a network nobody can say that there is no such name.
    ['its name has no address', () => Promise.resolve('http://proxy.invalid:3128'), /^PROXY_(ENOTFOUND|EAI_AGAIN)$/],
  ])('is named as what is wrong, not the registry behind it: %s', async (_what, where, reason) => {
    const proxy = await where();
    const engine = await openTestEngine({ tartHome: home.root, network: { proxyFor: () => proxy } });
    const asked = { reference: 'registry.example/a/b:1', insecure: false };
    const ended = engine.handlers['images.inspect'](asked, new AbortController().signal);

    await expect(ended).rejects.toMatchObject({
      code: 'registry.unreachable',
      params: { host: 'registry.example', reason: expect.stringMatching(reason) as unknown },
    });
    await engine.close();
  });
});
