import { describe, expect, it } from 'vitest';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { isBlobHead, isCommit, isMount } from '../fixtures/faults.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);

describe('blobs that are to be sent again', () => {
  it('go to the registry although it says that it has them: one layer, or everything, without a question or a mount', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const proxy = await startRegistryProxy(scene.registry.host);
    const references = [`${proxy.host}/again/vm:1`];
    const { document } = await engine.push({ vmId: 'vm:builder', references });
    await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/again/neighbour:1`] });
    const layers = document.targets[0]?.layers.filter(({ verdict }) => verdict !== 'duplicate') ?? [];
    const one = layers.find(({ kind }) => kind === 'disk')?.digest ?? '';
    const about = (from: number, is: typeof isCommit): string[] =>
      proxy.seen
        .slice(from)
        .filter((seen) => is(seen) && seen.path.includes('/again/vm/'))
        .map(({ path }) => decodeURIComponent(/(sha256(?::|%3A)[0-9a-f]{64})/.exec(path)?.[1] ?? ''));

    const start = proxy.seen.length;
    const single = await engine.push({ vmId: 'vm:builder', references, sendAgain: [one] });
    const sentOne = about(start, isCommit);
    const askedOne = about(start, isBlobHead).includes(one);
    const middle = proxy.seen.length;
    const whole = await engine.push({ vmId: 'vm:builder', references, sendAgain: 'all' });
    const sentAll = about(middle, isCommit);
    const mounted = about(start, isMount);
    await Promise.all([engine.close(), proxy.close()]);

    expect({
      sentOne,
      askedOne,
      mounted,
      reasons: single.document.targets[0]?.layers.filter(({ digest }) => digest === one).map(({ verdict }) => verdict),
      all: new Set(sentAll),
      twice: sentAll.length,
      state: whole.document.targets[0]?.references.map(({ state }) => state),
      pulled: await isWhole(`${scene.registry.host}/again/vm:1`, scene.vm),
    }).toEqual({
      sentOne: [one],
      // After it was sent the registry is asked whether it has it: before the manifest is put.
      askedOne: true,
      mounted: [],
      reasons: expect.arrayContaining(['upload']),
      all: new Set([...layers.map(({ digest }) => digest), expect.any(String)]),
      twice: layers.length + 1,
      state: ['same'],
      pulled: true,
    });
  });
});
