import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { isCommit, isMount, isPiece } from '../fixtures/faults.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { cloneTartVm, makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  await cloneTartVm(home, vm, 'twin');
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

const never = new AbortController().signal;

/** Bytes wait at the proxy until `go`; `piece` resolves when the first ones came. */
async function holdingProxy(): Promise<{ proxy: RegistryProxy; piece: Promise<void>; go: () => void }> {
  let held: (() => void)[] | null = [];
  let arrived: () => void = () => undefined;
  const piece = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const proxy = await startRegistryProxy(registry.host, (seen, incoming) => {
    if (held === null || !isPiece(seen) || Number(seen.headers['content-length'] ?? Infinity) < 10_000)
      return undefined;
    incoming.pause();
    held.push(() => incoming.resume());
    arrived();
    return undefined;
  });
  return {
    proxy,
    piece,
    go: () => {
      for (const resume of held?.splice(0) ?? []) resume();
      held = null;
    },
  };
}

/** Packed digests that were committed more than once, but for the small blobs, which are not worth a wait. */
function sentTwice(proxy: RegistryProxy, document: { targets: readonly { layers: readonly unknown[] }[] }): string[] {
  const disk = new Set(
    document.targets.flatMap(({ layers }) =>
      layers.flatMap((layer) =>
        typeof layer === 'object' && layer !== null && 'kind' in layer && layer.kind === 'disk' && 'digest' in layer
          ? [String(layer.digest)]
          : [],
      ),
    ),
  );
  const commits = proxy.seen
    .filter((seen) => isCommit(seen) && seen.status === 201)
    .map(({ path }) => decodeURIComponent(/digest=([^&]+)/.exec(path)?.[1] ?? ''))
    .filter((digest) => disk.has(digest));
  return commits.filter((digest, at) => commits.indexOf(digest) !== at);
}

const start = (engine: TestEngine, name: string, reference: string): Promise<string> =>
  engine.start({ vmId: `vm:${name}`, references: [reference], concurrency: 1 });

describe('two jobs that bring the same layers to one registry', () => {
  it('send each once although nothing but encoding could name them', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const { proxy, piece, go } = await holdingProxy();
    const first = await start(engine, 'builder', `${proxy.host}/unknown/one:1`);
    await piece;
    const second = await start(engine, 'twin', `${proxy.host}/unknown/two:1`);
    await engine.until(second, ({ state }) => state === 'running');
    go();
    for (const id of [first, second]) await engine.until(id, ({ state }) => state === 'done');
    const document = await engine.handlers['jobs.document']({ id: second }, never);
    await Promise.all([engine.close(), proxy.close()]);
    const whole = await Promise.all(['one', 'two'].map((name) => isWhole(`${registry.host}/unknown/${name}:1`, vm)));

    expect({ whole, mounted: proxy.seen.some((seen) => isMount(seen) && seen.status === 201) }).toEqual({
      whole: [true, true],
      mounted: true,
    });
    // The two disks are two files: until their bytes were read nothing tells that they are alike.
    expect(sentTwice(proxy, document).length).toBeLessThanOrEqual(1);
  });

  it('do not stop with each other: where the first is cancelled, the second one sends', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/before/cancel:1`] });
    const fresh = await startDockerRegistry();
    let held: (() => void) | null = null;
    let arrived: () => void = () => undefined;
    const piece = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const proxy = await startRegistryProxy(fresh.host, (seen, incoming) => {
      if (!isPiece(seen) || held !== null) return undefined;
      incoming.pause();
      held = () => incoming.resume();
      arrived();
      return undefined;
    });
    const first = await start(engine, 'builder', `${proxy.host}/cancel/one:1`);
    await piece;
    const twin = await start(engine, 'twin', `${proxy.host}/cancel/two:1`);
    await engine.until(twin, ({ state }) => state === 'running');
    await engine.handlers['jobs.cancel']({ id: first }, never);
    await engine.until(first, ({ state }) => state === 'cancelled');
    await engine.until(twin, ({ state }) => state === 'done');
    const whole = await isWhole(`${fresh.host}/cancel/two:1`, vm);
    await Promise.all([engine.close(), proxy.close()]);
    await fresh.stop();

    expect(whole).toBe(true);
  });

  it('are a push and a copy as well: the copy mounts what the push brings to another repository', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const source = await startDockerRegistry();
    await engine.push({ vmId: 'vm:builder', references: [`${source.host}/base/vm:1`] });
    const { proxy, piece, go } = await holdingProxy();
    const push = await start(engine, 'builder', `${proxy.host}/both/pushed:1`);
    await piece;
    const copy = await engine.startCopy({
      images: [{ source: `${source.host}/base/vm:1`, targets: [`${proxy.host}/both/copied:1`] }],
    });
    await engine.until(copy, ({ state }) => state === 'running');
    go();
    for (const id of [push, copy]) await engine.until(id, ({ state }) => state === 'done');
    const document = await engine.handlers['jobs.document']({ id: push }, never);
    await Promise.all([engine.close(), proxy.close(), source.stop()]);
    const whole = await Promise.all(['pushed', 'copied'].map((name) => isWhole(`${registry.host}/both/${name}:1`, vm)));

    expect({ whole, twice: sentTwice(proxy, document) }).toEqual({ whole: [true, true], twice: [] });
  });
});
