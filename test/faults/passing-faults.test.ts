import { request } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import {
  answer,
  type CountedFault,
  type Fits,
  first,
  isBlobHead,
  isCommit,
  isManifestPut,
  isPiece,
  isStart,
  registryError,
} from '../fixtures/faults.ts';
import { pushThrough } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { hurriedSleep, openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);

const push = (repository: string, counted: CountedFault) =>
  pushThrough({
    registry: scene.registry.host,
    repository,
    vm: scene.vm,
    tartHome: scene.home.root,
    fault: counted.fault,
  });

describe('a push through a network that breaks', () => {
  it.each<[string, CountedFault]>([
    ['503 twice for a piece', first(2, isPiece, answer(503))],
    ['502 from a gateway that speaks HTML', first(1, isPiece, answer(502, { 'content-type': 'text/html' }, '<html>'))],
    ['a body that breaks off', first(1, isPiece, () => 'cutBody')],
    ['the answer of a piece that is lost', first(1, isPiece, () => 'loseAnswer')],
    ['an answer to a piece that breaks off', first(1, isPiece, () => 'cutAnswer')],
    ['a session that is gone', first(2, isPiece, answer(404, {}, registryError('BLOB_UPLOAD_UNKNOWN')))],
    [
      'a session that is gone when it is closed',
      first(1, isCommit, answer(404, {}, registryError('BLOB_UPLOAD_UNKNOWN'))),
    ],
    ['503 for opening a session', first(2, isStart, answer(503))],
    ['a connection that ends while a session is opened', first(1, isStart, () => 'loseAnswer')],
    [
      'a closing PUT that never arrives',
      first(1, isCommit, (_seen, incoming) => {
        incoming.socket.destroy();
        return 'answered';
      }),
    ],
    ['503 for the closing PUT', first(1, isCommit, answer(503))],
    ['a blob that is damaged on the way once', first(1, isCommit, answer(400, {}, registryError('DIGEST_INVALID')))],
    ['503 for a HEAD', first(2, isBlobHead, answer(503))],
    ['a HEAD without an answer', first(2, isBlobHead, () => 'loseAnswer')],
    ['a registry without HEAD', first(1000, isBlobHead, answer(405))],
    ['the lost answer of the manifest PUT', first(1, isManifestPut, () => 'loseAnswer')],
    ['503 for the manifest PUT', first(2, isManifestPut, answer(503))],
    [
      'a ping that breaks off',
      first(
        1,
        ({ path }) => path === '/v2/',
        () => 'cutAnswer',
      ),
    ],
  ])('ends in a correct image: %s', async (name, counted) => {
    const repository = `passing/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const { ended, tags, whole } = await push(repository, counted);
    expect({ ended, tags, whole, met: counted.hits() > 0 }).toEqual({
      ended: 'done',
      tags: ['1'],
      whole: true,
      met: true,
    });
  });

  it('ends in a correct image: the lost answer of the closing PUT, after which the blob is asked for and not sent again', async () => {
    const counted = first(1, isCommit, () => 'loseAnswer');
    const { ended, whole, seen } = await push('passing/closed-once', counted);
    const closed = seen.filter(isCommit).map(({ path }) => new URL(path, 'http://registry').searchParams.get('digest'));
    expect({ ended, whole, twice: closed.filter((digest, at) => closed.indexOf(digest) !== at) }).toEqual({
      ended: 'done',
      whole: true,
      twice: [],
    });
  });

  it.each<[string, () => string, readonly [number, number]]>([
    ['seconds', () => '7', [7000, 7000]],
    ['a date', () => new Date(Date.now() + 120_000).toUTCString(), [60_000, 120_000]],
    ['a figure with a unit', () => '1m', [60_000, 60_000]],
    ['a figure as GHCR writes it', () => '880.092µs, allowed: 44000/minute', [0, 0]],
  ])('waits as long as the registry asks: %s', async (name, header, [least, most]) => {
    // Without a word of the registry the first wait would be 900 ms.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const counted = first(1, isPiece, (_seen, incoming, outgoing) => {
      // After the body, so that the connection stays; as raw bytes, as a server writes a header that takes any.
      incoming.on('end', () => {
        outgoing.writeHead(429, { 'retry-after': Buffer.from(header(), 'utf8').toString('latin1') });
        outgoing.end(registryError('TOOMANYREQUESTS'));
      });
      return 'answered';
    });
    const { ended, whole, waited } = await push(`passing/wait-${name.replaceAll(' ', '-').toLowerCase()}`, counted);
    random.mockRestore();
    // Once a second a job looks for requests of other processes.
    const asked = waited.filter((ms) => ms !== 1000);
    expect({ ended, whole, asked: asked.every((ms) => ms >= least && ms <= most), times: asked.length }).toEqual({
      ended: 'done',
      whole: true,
      asked: true,
      times: most === 0 ? 0 : 1,
    });
  });
});

describe('a registry that says it is asked too often', () => {
  it('is left alone by everybody until the wait is over, and the layer says why it waits', async () => {
    const limited = answer(429, { 'retry-after': '7' }, registryError('TOOMANYREQUESTS'));
    const counted = first(1, ({ method, path }) => method === 'PUT' && path.includes('digest='), limited);
    const proxy = await startRegistryProxy(scene.registry.host, counted.fault);
    const ofEngine = (): number => proxy.seen.filter(({ headers }) => headers['x-test'] === undefined).length;
    let engine: TestEngine | null = null;
    let met: { sent: number; waiting: unknown[] } | null = null;
    const others: Promise<unknown>[] = [];
    const duringPause = async (): Promise<void> => {
      if (engine === null) return;
      const before = ofEngine();
      others.push(engine.handlers['registries.read']({ host: proxy.host }, new AbortController().signal));
      // Round trips of our own take longer than the one that must not come.
      for (let trips = 0; trips < 20; trips += 1) {
        const { body } = await request(`http://${proxy.host}/v2/`, { headers: { 'x-test': '1' } });
        await body.dump();
      }
      const [listed] = await engine.handlers['jobs.list'](null, new AbortController().signal);
      const { job } = await engine.handlers['jobs.get']({ id: listed?.id ?? '' }, new AbortController().signal);
      const waiting = job.layers.flatMap(({ status, retry }) => (status === 'retrying' ? [retry?.error.code] : []));
      met = { sent: ofEngine() - before, waiting };
    };
    const clock = {
      now: () => Date.now(),
      steady: () => performance.now(),
      sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
        if (ms === 7000) await duringPause();
        else await hurriedSleep(ms, signal);
      },
    };
    engine = await openTestEngine({ tartHome: scene.home.root, clock });
    const { job } = await engine.push({
      vmId: `vm:${scene.vm.name}`,
      references: [`${proxy.host}/passing/paused:1`],
      concurrency: 1,
    });
    const read = await Promise.all(others);
    await Promise.all([engine.close(), proxy.close()]);
    expect({ state: job.state, met, read: read.length }).toEqual({
      state: 'done',
      met: { sent: 0, waiting: ['registry.rateLimited'] },
      read: 1,
    });
  });
});

describe('a registry that does not answer where no layer waits for it', () => {
  it.each<[string, string, Fits, string]>([
    ['a tag', 'tag', ({ method, path }) => method === 'HEAD' && path.includes('/manifests/'), 'planning'],
    ['a greeting', 'greeting', ({ path }) => path === '/v2/', 'planning'],
    ['a manifest', 'manifest', isManifestPut, 'running'],
  ])('is asked again for %s, and the job says which try follows, when and why', async (_name, tag, wanted, state) => {
    const counted = first(1, wanted, answer(503, { 'retry-after': '7' }));
    const proxy = await startRegistryProxy(scene.registry.host, counted.fault);
    const shown: unknown[] = [];
    let engine: TestEngine | null = null;
    const clock = {
      now: () => Date.now(),
      steady: () => performance.now(),
      sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
        await hurriedSleep(ms, signal);
        if (ms !== 7000 || engine === null) return;
        const [job] = await engine.handlers['jobs.list'](null, new AbortController().signal);
        const retry = job?.retry ?? null;
        const inSeconds = retry === null ? null : Math.round((retry.atMs - Date.now()) / 1000);
        shown.push({ state: job?.state, attempt: retry?.attempt, inSeconds, code: retry?.error.code });
      },
    };
    engine = await openTestEngine({ tartHome: scene.home.root, clock });
    const { job } = await engine.push({
      vmId: `vm:${scene.vm.name}`,
      references: [`${proxy.host}/passing/asked:${tag}`],
    });
    await Promise.all([engine.close(), proxy.close()]);

    expect({ shown, left: job.retry }).toEqual({
      shown: [{ state, attempt: 2, inSeconds: 7, code: 'registry.unavailable' }],
      left: null,
    });
  });
});
