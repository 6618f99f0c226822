import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../shared/models/job.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, type Fits, first, isCommit, isManifestPut, isPiece, registryError } from '../fixtures/faults.ts';
import { isWhole, tagsOf } from '../fixtures/push-through.ts';
import { type Fault, type SeenRequest, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);
let other: DockerRegistry;

beforeAll(async () => {
  other = await startDockerRegistry();
});
afterAll(() => other.stop());

const always = (fits: Fits, fault: Fault): Fault => first(Number.POSITIVE_INFINITY, fits, fault).fault;
const denied = answer(403, {}, registryError('DENIED'));

/** Pushes to a registry that is well and to one behind a proxy; answers what became of the job, and of both. */
async function pushToBoth(repository: string, fault: Fault) {
  const proxy = await startRegistryProxy(other.host, fault);
  const engine = await openTestEngine({ tartHome: scene.home.root });
  const well = `${scene.registry.host}/${repository}:1`;
  const id = await engine.start({ vmId: 'vm:builder', references: [`${proxy.host}/${repository}:1`, well] });
  let job: Job | null = null;
  while (job === null || !['done', 'failed'].includes(job.state)) {
    ({ job } = await engine.handlers['jobs.get']({ id }, new AbortController().signal));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([engine.close(), proxy.close()]);
  return {
    job,
    whole: await isWhole(well, scene.vm),
    tags: await tagsOf(other.origin, repository),
    states: job.targets.map(({ references }) => references.map(({ state }) => state)),
    seen: proxy.seen,
  };
}

describe('a push to two registries of which one fails', () => {
  it.each<[string, Fault, string]>([
    ['its bytes are refused', always(isPiece, denied), 'registry.denied'],
    ['its manifest is refused', always(isManifestPut, denied), 'registry.denied'],
  ])('brings the image to the other one, and says what is wrong: %s', async (name, fault, code) => {
    const { job, whole, tags, states } = await pushToBoth(`fails/${name.replaceAll(' ', '-')}`, fault);

    expect({ state: job.state, code: job.error?.code, whole, tags, states }).toEqual({
      state: 'failed',
      code,
      whole: true,
      tags: [],
      states: [['failed'], ['written']],
    });
  });

  it('brings it to that one too once it is well, without a byte for the other', async () => {
    let away = true;
    const proxy = await startRegistryProxy(other.host, (seen, incoming) => {
      if (!away || !isPiece(seen)) return undefined;
      incoming.socket.destroy();
      return 'answered';
    });
    const well = await startRegistryProxy(scene.registry.host);
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const references = [proxy.host, well.host].map((host) => `${host}/mended/later:1`);
    const id = await engine.start({ vmId: 'vm:builder', references, whenStuck: 'wait' });
    const waiting = await engine.until(id, ({ state }) => state === 'waiting');
    const before = { whole: await isWhole(`${scene.registry.host}/mended/later:1`, scene.vm), sent: well.blobBytes() };
    away = false;
    const done = await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close(), well.close()]);

    expect({
      waitingFor: waiting.waitingFor,
      before: before.whole,
      more: well.blobBytes() - before.sent,
      whole: await isWhole(`${other.host}/mended/later:1`, scene.vm),
      states: done.targets.map(({ references: tags }) => tags.map(({ state }) => state)),
    }).toEqual({ waitingFor: 'network', before: true, more: 0, whole: true, states: [['written'], ['written']] });
  });
});

describe('a push to registries that take uploads of different forms', () => {
  it('gives each of them its own from the same encoding; one that wants lengths first costs one more for all', async () => {
    const refuse = (fits: Fits): Fault => always(fits, answer(416, {}, registryError('RANGE_INVALID')));
    const isRange: Fits = (seen) => isPiece(seen) && seen.headers['content-range'] !== undefined;
    const isStream: Fits = (seen) => isPiece(seen) && !isRange(seen);
    const isWholePut: Fits = (seen) => isCommit(seen) && Number(seen.headers['content-length']) > 200_000;
    const proxies = await Promise.all([
      startRegistryProxy(scene.registry.host),
      startRegistryProxy(
        other.host,
        refuse((seen) => isStream(seen) || isWholePut(seen)),
      ),
      startRegistryProxy(other.host, refuse(isStream)),
    ]);
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const push = (name: string, repository: string) =>
      engine.push({ vmId: `vm:${name}`, references: proxies.map(({ host }) => `${host}/${repository}:1`) });
    // It is found out what each of them takes.
    await push('builder', 'forms/learned');
    const before = proxies.map(({ seen }) => seen.length);
    const vm = await makeTartVm(scene.home, { name: 'forms', disk: SMALLEST_DISK });
    const { document } = await push('forms', 'forms/used');
    const forms = proxies.map(({ seen }, at) => formsOf(seen.slice(before[at])));
    await Promise.all([engine.close(), ...proxies.map((proxy) => proxy.close())]);

    expect({
      forms,
      encodedTwice: document.bytes.encoded <= 2 * document.bytes.raw,
      whole: await isWhole(`${scene.registry.host}/forms/used:1`, vm),
      others: await tagsOf(other.origin, 'forms/used'),
    }).toEqual({ forms: [['stream'], ['pieces'], ['whole']], encodedTwice: true, whole: true, others: ['1'] });
  });
});

/** In which forms the bytes of disk layers were sent. */
function formsOf(seen: readonly SeenRequest[]): string[] {
  const disk = seen.filter(
    ({ bytes, status, path }) => bytes > 200_000 && status >= 200 && status < 300 && path.includes('/uploads/'),
  );
  const formOf = (one: SeenRequest): string =>
    one.method === 'PUT' ? 'whole' : one.headers['content-range'] === undefined ? 'stream' : 'pieces';
  return [...new Set(disk.map(formOf))];
}
