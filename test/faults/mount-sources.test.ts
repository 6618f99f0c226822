import { describe, expect, it } from 'vitest';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, isBlobHead, isMount, isStart, registryError } from '../fixtures/faults.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);

describe('a repository that was to give blobs to a neighbour', () => {
  it('and has them no more is asked once, and never hoped for again', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    let gone = false;
    const proxy = await startRegistryProxy(scene.registry.host, (seen, incoming, outgoing) => {
      if (!gone || !seen.path.includes('/sources/gone/blobs/') || !isBlobHead(seen)) return undefined;
      return answer(404, {}, registryError('BLOB_UNKNOWN'))(seen, incoming, outgoing);
    });
    await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/sources/gone:1`] });
    gone = true;
    const asked: number[] = [];
    for (const name of ['first', 'second']) {
      const before = proxy.seen.length;
      const plan = await engine.plan({ vmId: 'vm:builder', references: [`${proxy.host}/sources/${name}:1`] });
      asked.push(proxy.seen.slice(before).filter((seen) => isBlobHead(seen) && seen.path.includes('/gone/')).length);
      expect(plan.targets[0]?.layers.some(({ verdict }) => verdict === 'mount')).toBe(false);
    }
    await Promise.all([engine.close(), proxy.close()]);

    expect(asked).toEqual([expect.any(Number), 0]);
    expect(asked[0]).toBeGreaterThan(0);
  });

  it('and lost them after the plan leaves an open session to the next one that has them', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    let lost = false;
    const proxy = await startRegistryProxy(scene.registry.host, (seen, incoming, outgoing) => {
      const { path } = seen;
      if (lost && path.includes('/late/one/blobs/sha256') && isBlobHead(seen))
        return answer(404, {}, registryError('BLOB_UNKNOWN'))(seen, incoming, outgoing);
      // Without its source the request opens a session.
      if (isMount(seen) && path.includes('from=late%2Fone')) {
        lost = true;
        return { path: path.replace(/\?.*/, '') };
      }
      return undefined;
    });
    for (const name of ['two', 'one'])
      await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/late/${name}:1`] });
    const before = proxy.seen.length;
    const { document } = await engine.push({
      vmId: 'vm:builder',
      references: [`${proxy.host}/late/three:1`],
      concurrency: 1,
    });
    await Promise.all([engine.close(), proxy.close()]);
    const seen = proxy.seen.slice(before);

    expect(await isWhole(`${scene.registry.host}/late/three:1`, scene.vm)).toBe(true);
    // Each session that was opened is used or cancelled.
    const opened = seen.filter((one) => one.method === 'POST' && one.status === 202).length;
    const ended = seen.filter(
      (one) => one.method === 'DELETE' || (one.method === 'PUT' && one.path.includes('digest=')),
    );
    expect(ended.length).toBeGreaterThanOrEqual(opened);
    expect(document.targets[0]?.references.map(({ state }) => state)).toEqual(['written']);
  });
});

describe('a registry that mounts from wherever it has a blob', () => {
  it('is asked so where it is known to, in place of opening a session; what it has not is uploaded in that session', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    await engine.push({ vmId: 'vm:builder', references: [`${scene.registry.host}/hidden/vm:1`] });
    const fresh = await openTestEngine({ tartHome: scene.home.root });
    const proxy = await startRegistryProxy(scene.registry.host, (seen) =>
      isMount(seen) && !seen.path.includes('from=') ? { path: `${seen.path}&from=hidden%2Fvm` } : undefined,
    );
    await fresh.handlers['registries.probe'](
      { host: proxy.host, repository: 'hidden/vm', write: true },
      new AbortController().signal,
    );
    const before = proxy.seen.length;
    const { document } = await fresh.push({ vmId: 'vm:builder', references: [`${proxy.host}/seeking/vm:1`] });
    await Promise.all([engine.close(), fresh.close(), proxy.close()]);
    const seen = proxy.seen.slice(before);
    const nameless = seen.filter((one) => isMount(one) && !one.path.includes('from='));

    expect({
      mounted: nameless.some(({ status }) => status === 201),
      uploads: document.bytes.uploaded,
      started: seen.filter(isStart).length,
    }).toEqual({ mounted: true, uploads: expect.any(Number), started: expect.any(Number) });
    expect(await isWhole(`${scene.registry.host}/seeking/vm:1`, scene.vm)).toBe(true);
  });
});
