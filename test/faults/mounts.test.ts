import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, isCommit, isMount, isStart, registryError } from '../fixtures/faults.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { type Fault, type RegistryProxy, type SeenRequest, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);

/** Pushes to two repositories of one registry, one layer at a time. */
async function pushToTwo(name: string, fault: Fault): Promise<{ proxy: RegistryProxy; whole: boolean[] }> {
  const proxy = await startRegistryProxy(scene.registry.host, fault);
  const engine = await openTestEngine({ tartHome: scene.home.root });
  const repositories = [`mounts/${name}/a`, `mounts/${name}/b`];
  const references = repositories.map((repository) => `${proxy.host}/${repository}:1`);
  await engine.push({ vmId: 'vm:builder', references, concurrency: 1 });
  await Promise.all([engine.close(), proxy.close()]);
  const whole = await Promise.all(
    repositories.map((repository) => isWhole(`${scene.registry.host}/${repository}:1`, scene.vm)),
  );
  return { proxy, whole };
}

const onMount =
  (fault: Fault): Fault =>
  (seen, incoming, outgoing) =>
    isMount(seen) ? fault(seen, incoming, outgoing) : undefined;

/** Without its query the request opens a session, as registries do that cannot mount. */
const neverMounts = onMount(({ path }) => ({ path: path.replace(/\?.*/, '') }));

/** The upload session of a request. */
const idOf = ({ path }: SeenRequest): string => /uploads\/([0-9a-f-]{36})/.exec(path)?.[1] ?? '';

describe('a mount that is refused', () => {
  it.each<[string, Fault]>([
    ['unauthorized', answer(401, { 'www-authenticate': 'Basic realm="x"' }, registryError('UNAUTHORIZED'))],
    ['forbidden', answer(403, {}, registryError('DENIED'))],
    ['invalid', answer(400, {}, registryError('NAME_INVALID'))],
    ['unknown', answer(404, {}, registryError('NAME_UNKNOWN'))],
    ['broken', answer(500)],
    ['lost', () => 'loseAnswer'],
    [
      'of-another',
      onMount(() => ({ answer: (headers) => ({ ...headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` }) })),
    ],
  ])('is no reason to fail: %s', async (name, fault) => {
    const { proxy, whole } = await pushToTwo(name, onMount(fault));
    expect({ whole, asked: proxy.seen.some(isMount) }).toEqual({ whole: [true, true], asked: true });
  });

  it('is not asked for again where the registry said no', async () => {
    const { proxy } = await pushToTwo('once', onMount(answer(403, {}, registryError('DENIED'))));
    // From one repository to another; the other way round is another question.
    const asked = proxy.seen.filter(isMount).map(({ path }) => path.replace(/mount=[^&]*&/, ''));
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('gives an open session, which the upload uses', async () => {
    const { proxy, whole } = await pushToTwo('session', neverMounts);
    const mounts = proxy.seen.filter(isMount).length;
    const opened = proxy.seen.filter((seen) => isStart(seen) && seen.path.includes('/session/b/')).length;
    const uploads = new Set(proxy.seen.filter((seen) => isCommit(seen) && seen.path.includes('/session/b/')).map(idOf));
    // Each asked mount left a session: the others were opened.
    expect({ whole, mounts, opened }).toEqual({ whole: [true, true], mounts: 3, opened: uploads.size - mounts });
  });

  it('three times tells that the registry never does: the next run asks in vain no more, until a month has passed', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-mounts-'));
    const proxy = await startRegistryProxy(scene.registry.host, neverMounts);
    const asked: number[] = [];
    const planned: boolean[] = [];
    const encoded: number[] = [];
    for (const [name, day] of [
      ['first', 0],
      ['second', 29],
      ['third', 31],
    ] as const) {
      const before = proxy.seen.filter(isMount).length;
      const engine = await openTestEngine({ tartHome: scene.home.root, stateHome });
      engine.advance(day * 24 * 3600 * 1000);
      const references = ['a', 'b'].map((repository) => `${proxy.host}/mounts/${name}/${repository}:1`);
      const plan = await engine.plan({ vmId: 'vm:builder', references });
      planned.push(plan.targets.some(({ layers }) => layers.some(({ verdict }) => verdict === 'mount')));
      const { document } = await engine.push({ vmId: 'vm:builder', references, concurrency: 1 });
      encoded.push(document.bytes.encoded);
      await engine.close();
      asked.push(proxy.seen.filter(isMount).length - before);
    }
    await proxy.close();
    await rm(stateHome, { recursive: true, force: true });

    // In the third run both repositories ask: others were seen to have the blobs.
    expect({ asked, planned: planned.slice(1) }).toEqual({ asked: [3, 0, 5], planned: [false, true] });
    // Both repositories get a layer from one pass where nothing is hoped for.
    expect(encoded[1]).toBeLessThan(Number(encoded[2]));
    expect(await isWhole(`${scene.registry.host}/mounts/second/b:1`, scene.vm)).toBe(true);
  });
});
