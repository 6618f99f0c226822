import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { curl } from '../fixtures/curl.ts';
import { digestOf, type StartedRegistry, startEmbedded } from '../fixtures/embedded-registry.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';

const never = new AbortController().signal;

let folder: string;
const opened: StartedRegistry[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-serve-'));
});
afterEach(async () => {
  for (const registry of opened.splice(0)) await registry.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startEmbedded>[0] = {}): Promise<StartedRegistry> {
  const registry = await startEmbedded(options);
  opened.push(registry);
  return registry;
}

/** `tartan serve` as a process of its own. */
async function serve(stateHome: string): Promise<{ host: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [resolve('dist/node/tartan.cjs'), 'serve', '--port', '0', '--json'], {
    env: { ...process.env, TARTAN_HOME: stateHome },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') break;
  }
  const { address } = JSON.parse(text) as { address: string };
  return { host: address, child };
}

/** Begins a PATCH that promises more than it sends; resolves when the server has `sent` bytes. */
async function halfPatch(host: string, location: string, bytes: Buffer, promised: number): Promise<ClientRequest> {
  const sending = request(`http://${host}${location}`, {
    method: 'PATCH',
    headers: { 'content-length': promised, 'content-type': 'application/octet-stream' },
  });
  sending.on('error', () => undefined);
  await new Promise<void>((written) => sending.write(bytes, () => written()));
  return sending;
}

async function statusOf(host: string, location: string): Promise<string | undefined> {
  return (await curl(`http://${host}${location}`)).headers['range'];
}

async function session(host: string, repository: string): Promise<string> {
  const answer = await curl(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  return answer.headers['location'] ?? '';
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await look()) return;
    await wait(25);
  }
  throw new Error('it did not come to that');
}

describe('who may ask the embedded registry', () => {
  it.each([
    ['another name that leads here', { host: 'evil.example' }, 421],
    ['another name with the right port', { host: 'evil.example:PORT' }, 421],
    ['another port', { host: '127.0.0.1:1' }, 421],
    ['a web page', { origin: 'https://evil.example' }, 403],
    ['localhost', { host: 'localhost:PORT' }, 200],
    ['a client', {}, 200],
  ])('%s', async (_who, headers, status) => {
    const registry = await start();
    const [, port = ''] = registry.host.split(':');
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', port)]),
    );
    expect((await registry.ask('/v2/', { headers: sent })).status).toBe(status);
  });

  it('with a token nobody without it, as password of any name or as bearer', async () => {
    const registry = await start({ token: 'correct horse' });
    const basic = (password: string): string => `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;
    const answers = await Promise.all(
      [undefined, basic('wrong'), basic('correct horse'), 'Bearer correct horse', 'Bearer wrong'].map((authorization) =>
        registry.ask('/v2/', { headers: authorization === undefined ? {} : { authorization } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200, 401, 401]);
    expect(answers[0]?.headers['www-authenticate']).toBe('Basic realm="Tartan"');
    await makeLayout(folder, 'x', ['one']);
    await expect(skopeo('copy', `oci:${folder}:x`, `docker://${registry.host}/a/b:1`)).rejects.toThrow('unauthorized');
    await skopeo('copy', '--dest-creds', 'me:correct horse', `oci:${folder}:x`, `docker://${registry.host}/a/b:1`);
  });

  it('read only: nothing is changed', async () => {
    const registry = await start({ readOnly: true });
    const answers = await Promise.all([
      registry.ask('/v2/a/b/blobs/uploads/', { method: 'POST' }),
      registry.ask('/v2/a/b/manifests/x', { method: 'PUT', body: '{}' }),
      registry.ask('/v2/a/b/manifests/x', { method: 'DELETE' }),
      registry.ask('/v2/'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([405, 405, 405, 200]);
  });

  it('a second registry of one engine is refused, and so is a port that is in use', async () => {
    const registry = await start();
    const other = await startEmbedded();
    opened.push(other);
    const on = (engine: StartedRegistry['engine'], port: number) =>
      engine.handlers['serve.start']({ port, token: null, readOnly: false }, never);
    await expect(on(registry.engine, 0)).rejects.toMatchObject({ code: 'serve.alreadyOn' });
    await other.engine.handlers['serve.stop'](null, never);
    await expect(on(other.engine, Number(registry.host.split(':')[1]))).rejects.toMatchObject({
      code: 'serve.portBusy',
    });
    expect(await other.engine.handlers['serve.state'](null, never)).toEqual({
      on: false,
      starting: false,
      error: expect.objectContaining({ code: 'serve.portBusy' }),
    });
  });
});

describe('an upload that breaks', () => {
  it('goes on at the byte where the client was cut', async () => {
    const registry = await start();
    const bytes = randomBytes(3_000_000);
    const location = await session(registry.host, 'a/b');
    const sending = await halfPatch(registry.host, location, bytes.subarray(0, 1_000_000), bytes.length);
    sending.destroy();
    await until(async () => (await statusOf(registry.host, location)) === '0-999999');
    const rest = await registry.ask(location, {
      method: 'PATCH',
      headers: { 'content-range': '1000000-2999999' },
      body: bytes.subarray(1_000_000),
    });
    const closed = await registry.ask(`${location}?digest=${digestOf(bytes)}`, { method: 'PUT' });
    expect([rest.status, closed.status]).toEqual([202, 201]);
    expect((await registry.ask(`/v2/a/b/blobs/${digestOf(bytes)}`)).body.equals(bytes)).toBe(true);
  });

  it('goes on after the server was killed in the middle of it, and leaves nothing that is wrong', async () => {
    const bytes = randomBytes(4_000_000);
    const first = await serve(folder);
    const location = await session(first.host, 'a/b');
    const sending = await halfPatch(first.host, location, bytes.subarray(0, 2_500_000), bytes.length);
    const uploads = join(folder, 'store', '.tartan', 'uploads');
    const size = async (): Promise<number> =>
      (await stat(join(uploads, `${location.split('/').at(-1) ?? ''}.data`)).catch(() => null))?.size ?? 0;
    await until(async () => (await size()) > 1_000_000);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    sending.destroy();
    const second = await serve(folder);
    const range = (await statusOf(second.host, location)) ?? '';
    const kept = Number(range.split('-')[1]) + 1;
    expect(kept).toBe(await size());
    expect((await curl(`http://${second.host}/v2/a/b/blobs/${digestOf(bytes)}`)).status).toBe(404);
    expect(await readdir(join(folder, 'store', 'blobs', 'sha256'))).toEqual([]);
    await curl(`http://${second.host}${location}`, {
      method: 'PATCH',
      headers: { 'content-range': `${kept}-${bytes.length - 1}` },
      body: bytes.subarray(kept),
    });
    const closed = await curl(`http://${second.host}${location}?digest=${digestOf(bytes)}`, { method: 'PUT' });
    expect(closed.status).toBe(201);
    const pulled = await curl(`http://${second.host}/v2/a/b/blobs/${digestOf(bytes)}`);
    expect(pulled.body.equals(bytes)).toBe(true);
  });

  it('of two requests at once on one session the second is told to wait its turn', async () => {
    const registry = await start();
    const bytes = randomBytes(2_000_000);
    const location = await session(registry.host, 'a/b');
    const sending = await halfPatch(registry.host, location, bytes.subarray(0, 1_000_000), bytes.length);
    const second = await registry.ask(location, { method: 'PATCH', body: bytes });
    const answered = once(sending, 'response');
    sending.end(bytes.subarray(1_000_000));
    const [answer] = (await answered) as [{ statusCode: number; resume(): void }];
    answer.resume();
    const closed = await registry.ask(`${location}?digest=${digestOf(bytes)}`, { method: 'PUT' });
    expect([second.status, answer.statusCode, closed.status]).toEqual([416, 202, 201]);
  });

  it('is forgotten after a day', async () => {
    const registry = await start();
    const location = await session(registry.host, 'a/b');
    registry.engine.advance(25 * 60 * 60_000);
    expect((await registry.ask(location)).status).toBe(404);
    await session(registry.host, 'a/b');
    expect((await readdir(join(registry.folder, '.tartan', 'uploads'))).length).toBe(1);
  });

  it('a thousand sessions may be open, and no more', async () => {
    const registry = await start();
    const statuses = new Map<number, number>();
    for (let round = 0; round < 21; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 48 }, () => fetch(`http://${registry.host}/v2/a/b/blobs/uploads/`, { method: 'POST' })),
      );
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 202: 1000, 429: 8 });
  });
});

describe('many at once', () => {
  it('64 clients push images of their own and a shared one; all of them come out whole', async () => {
    const registry = await start();
    const base = `http://${registry.host}/v2`;
    const shared = randomBytes(500_000);
    const push = async (client: number): Promise<string> => {
      const own = randomBytes(300_000);
      const repository = `many/client-${client % 16}`;
      for (const bytes of [own, shared]) {
        const opening = await fetch(`${base}/${repository}/blobs/uploads/`, { method: 'POST' });
        const location = opening.headers.get('location') ?? '';
        const closed = await fetch(`http://${registry.host}${location}?digest=${digestOf(bytes)}`, {
          method: 'PUT',
          body: bytes,
        });
        expect(closed.status).toBe(201);
      }
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      const descriptor = (bytes: Buffer) => ({
        mediaType: 'application/x',
        digest: digestOf(bytes),
        size: bytes.length,
      });
      const manifest = { schemaVersion: 2, mediaType, config: descriptor(own), layers: [descriptor(shared)] };
      const put = await fetch(`${base}/${repository}/manifests/tag-${client}`, {
        method: 'PUT',
        headers: { 'content-type': mediaType },
        body: JSON.stringify(manifest),
      });
      expect(put.status).toBe(201);
      return `many/client-${client % 16}:tag-${client}`;
    };
    const names = await Promise.all(Array.from({ length: 64 }, (_, client) => push(client)));
    const { images } = await registry.engine.handlers['store.list'](null, never);
    const check = await registry.engine.handlers['store.check']({ repair: false, from: [], insecure: false }, never);
    expect(images.every(({ complete }) => complete)).toBe(true);
    expect(images.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(check).toMatchObject({ ok: true, blobs: 64 * 2 + 1 });
    expect(await readdir(join(registry.folder, '.tartan', 'uploads'))).toEqual([]);
  });

  it('two processes over one store lose no name of either', async () => {
    const [first, second] = await Promise.all([serve(folder), serve(folder)]);
    const config = randomBytes(1000);
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const push = async (host: string, tag: string): Promise<void> => {
      await fetch(`http://${host}/v2/a/b/blobs/uploads/?digest=${digestOf(config)}`, { method: 'POST', body: config });
      const manifest = {
        schemaVersion: 2,
        mediaType,
        config: { mediaType: 'application/x', digest: digestOf(config), size: 1000 },
        layers: [],
        annotations: { tag },
      };
      const put = await fetch(`http://${host}/v2/a/b/manifests/${tag}`, {
        method: 'PUT',
        headers: { 'content-type': mediaType },
        body: JSON.stringify(manifest),
      });
      expect(put.status).toBe(201);
    };
    const tags = Array.from({ length: 40 }, (_, at) => `t${at}`);
    await Promise.all(tags.map((tag, at) => push(at % 2 === 0 ? first.host : second.host, tag)));
    for (const { host } of [first, second]) {
      const { body } = await curl(`http://${host}/v2/a/b/tags/list`);
      expect((JSON.parse(body.toString()) as { tags: string[] }).tags.sort()).toEqual([...tags].sort());
    }
  });
});
