import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { isCommit, isManifestPut, isMount, isPiece } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { cloneTartVm, makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  await cloneTartVm(home, await makeTartVm(home, { name: 'builder' }), 'twin');
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

const never = new AbortController().signal;

describe('two pushes at once', () => {
  it('send a layer that both need once; the other repository mounts it', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    // Both know their layers before they begin.
    for (const name of ['builder', 'twin']) {
      await engine.push({ vmId: `vm:${name}`, references: [`${registry.host}/before/${name}:1`] });
    }
    let held: (() => void)[] | null = [];
    let arrived: () => void = () => undefined;
    const piece = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const proxy = await startRegistryProxy(registry.host, (seen, incoming) => {
      if (held === null || !isPiece(seen)) return undefined;
      // Bytes wait until both pushes stand before them.
      incoming.pause();
      held.push(() => incoming.resume());
      arrived();
      return undefined;
    });
    const ids = await Promise.all(
      ['builder', 'twin'].map((name) =>
        engine.start({ vmId: `vm:${name}`, references: [`${proxy.host}/both/${name}:1`], concurrency: 1 }),
      ),
    );
    // One of them sends; the other stands before the same layer, or sends the next one.
    for (const id of ids) await engine.until(id, ({ state }) => state === 'running');
    await piece;
    for (const go of held.splice(0)) go();
    held = null;
    for (const id of ids) await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close()]);
    const commits = proxy.seen.filter(isCommit).map(({ path }) => /digest=([^&]+)/.exec(path)?.[1] ?? '');
    const repeated = commits.filter((digest, at) => commits.indexOf(digest) !== at);
    // The two configs differ only in nothing: small blobs are not worth a wait.
    expect(repeated.length).toBeLessThanOrEqual(2);
    expect(proxy.seen.filter((seen) => isMount(seen) && seen.status === 201).length).toBeGreaterThan(0);
    expect(proxy.seen.filter(isManifestPut).map(({ status }) => status)).toEqual([201, 201]);
  });
});

describe('two engines of one process', () => {
  it('never run the same job: the second one hears that it runs elsewhere', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-two-'));
    const first = await openTestEngine({ tartHome: home.root, stateHome });
    const second = await openTestEngine({ tartHome: home.root, stateHome });
    let go: () => void = () => undefined;
    const proxy = await startRegistryProxy(registry.host, (seen, incoming) => {
      if (isPiece(seen) && Number(seen.headers['content-length']) > 10_000) {
        incoming.pause();
        go = () => incoming.resume();
      }
      return undefined;
    });
    const id = await first.start({ vmId: 'vm:builder', references: [`${proxy.host}/two/engines:1`], concurrency: 1 });
    await first.until(id, ({ layers }) => layers.some(({ status }) => status === 'uploading'));
    const seen = await second.handlers['jobs.get']({ id }, never);
    const resumed = second.handlers['jobs.resume']({ id }, never);
    await expect(resumed).rejects.toMatchObject({ code: 'job.elsewhere' });
    await first.handlers['jobs.cancel']({ id }, never);
    go();
    await first.until(id, ({ state }) => state === 'cancelled');
    await Promise.all([first.close(), second.close(), proxy.close()]);
    await rm(stateHome, { recursive: true, force: true });
    expect(seen.job).toMatchObject({ state: 'running', elsewhere: true, actions: ['pause', 'cancel'] });
  });
});
