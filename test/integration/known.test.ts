import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VmKnowledge } from '../../shared/models/vm-knowledge.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeCachedImage, makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
let registry: DockerRegistry;
let home: TartHome;
let vm: TartVm;
let engine: TestEngine;

beforeAll(async () => {
  registry = await startDockerRegistry();
});
afterAll(() => registry.stop());
beforeEach(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  engine = await openTestEngine({ tartHome: home.root });
});
afterEach(async () => {
  await engine.close();
  await home.remove();
});

function verdicts({ layers }: VmKnowledge): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of layers) counts[verdict ?? 'unknown'] = (counts[verdict ?? 'unknown'] ?? 0) + 1;
  return counts;
}

const known = (vmId = 'vm:builder', against: VmKnowledge['against'] = null): Promise<VmKnowledge> =>
  engine.handlers['vms.known']({ vmId, against }, never);

describe('what is known of a VM without reading it', () => {
  it('is nothing but its holes before it is read for the first time', async () => {
    const found = await known();
    expect({ ...found, layers: found.layers.length }).toEqual({
      vmId: 'vm:builder',
      chunkSize: 1024 * 1024,
      against: null,
      layers: Math.ceil(vm.diskSize / (1024 * 1024)),
      distinct: 0,
      digestedMs: null,
      places: [],
    });
    expect(Object.keys(verdicts(found))).toEqual(['unknown']);
    expect(found.layers.some(({ zero }) => zero)).toBe(true);
    // Holes hardly cost anything, data what public images pack to.
    const packed = found.layers.reduce((sum, { estimatedSize }) => sum + (estimatedSize ?? 0), 0);
    const onDisk = statSync(join(vm.folder, 'disk.img')).blocks * 512;
    expect(packed / onDisk).toBeCloseTo(0.6, 1);
  });

  it('is after the first plan what that found: no repository holds it, and a push would send it', async () => {
    const digested: unknown[] = [];
    engine.on('vms.digested', (told) => digested.push(told));
    const plan = await engine.plan({ vmId: 'vm:builder', references: [`${registry.host}/known/planned:1.0`] });
    const found = await known();

    expect(digested).toEqual([{ vmId: 'vm:builder' }]);
    expect([found.against, found.places]).toEqual([null, []]);
    // The plan knows config and NVRAM as well.
    const planned = plan.targets[0]?.layers.filter(({ kind }) => kind === 'disk') ?? [];
    expect(found.layers.map(({ verdict, reason }) => [verdict, reason])).toEqual(
      planned.map(({ verdict, reason }) => [verdict, reason]),
    );
  });

  it('is after a push where its layers are, with the tags that a look at the repository found', async () => {
    const { document } = await engine.push({
      vmId: 'vm:builder',
      references: [`${registry.host}/known/one:1.0`, `${registry.host}/known/one:latest`],
    });
    await engine.handlers['repositories.read']({ host: registry.host, repository: 'known/one' }, never);
    const found = await known();
    const manifest = document.targets[0]?.manifestDigest ?? '';

    expect(Object.keys(verdicts(found)).sort()).toEqual(['duplicate', 'present']);
    expect(found.digestedMs).not.toBeNull();
    expect(found.places).toEqual([
      {
        registry: registry.host,
        repository: 'known/one',
        digest: manifest,
        tags: ['1.0', 'latest'],
        held: found.distinct,
        seenMs: expect.any(Number),
      },
    ]);
    // Another repository has none of it.
    const elsewhere = await known('vm:builder', { registry: registry.host, repository: 'known/other' });
    expect(verdicts(elsewhere)['present']).toBeUndefined();
  });

  it('is forgotten when the disk changes', async () => {
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/known/two:1.0`] });
    utimesSync(vm.diskFile, new Date(), new Date());
    const found = await known();
    expect(Object.keys(verdicts(found))).toEqual(['unknown']);
    expect([found.digestedMs, found.places]).toEqual([null, []]);
  });

  it('is for a cached image what its manifest says, against the repository it came from', async () => {
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/known/three:1.0`] });
    const { manifestBytes } = await pullWithSkopeo(`${registry.host}/known/three:1.0`);
    const image = await makeCachedImage(home, {
      host: registry.host,
      repository: 'known/three',
      tags: ['1.0'],
      manifest: manifestBytes,
      content: vm,
    });
    const found = await known(`image:${registry.host}/known/three@${image.digest}`);
    expect(found.against).toEqual({ registry: registry.host, repository: 'known/three' });
    expect(Object.keys(verdicts(found)).sort()).toEqual(['duplicate', 'present']);
  });
});

describe('reading registries', () => {
  it('finds the repositories of one that lists them, and tells how far the tags are', async () => {
    await engine.push({
      vmId: 'vm:builder',
      references: [`${registry.host}/listed/a:1`, `${registry.host}/listed/a:2`, `${registry.host}/listed/b:1`],
    });
    const fresh = await openTestEngine({ tartHome: home.root });
    const told: unknown[] = [];
    fresh.on('repositories.reading', (progress) => told.push(progress));
    const added = await fresh.handlers['registries.add']({ host: registry.host, insecure: false }, never);
    const listed = await fresh.handlers['registries.read']({ host: registry.host }, never);
    const read = await fresh.handlers['repositories.read']({ host: registry.host, repository: 'listed/a' }, never);
    await fresh.close();

    expect(added.repositories).toEqual([]);
    expect(listed.repositories.map(({ repository }) => repository)).toEqual(
      expect.arrayContaining(['listed/a', 'listed/b']),
    );
    expect(listed).toMatchObject({ health: 'reachable', askedMs: expect.any(Number) });
    expect(read.groups.map(({ tags, size }) => [tags, size !== null])).toEqual([[['1', '2'], true]]);
    expect(told[0]).toEqual({ host: registry.host, repository: 'listed/a', read: 0, total: 2 });
  });

  it('knows the health of a registry from a plan that it answered or refused, and tells of each change once', async () => {
    const proxy = await startRegistryProxy(registry.host);
    const planner = await openTestEngine({ tartHome: home.root });
    const told: unknown[] = [];
    planner.on('registries.changed', ({ host, health }) => told.push({ host, health }));
    const references = [`${proxy.host}/planned/a:1`];
    await planner.plan({ vmId: 'vm:builder', references });
    await planner.plan({ vmId: 'vm:builder', references });
    await expect(planner.plan({ vmId: 'vm:no-such', references })).rejects.toThrow();
    await proxy.close();
    await expect(planner.plan({ vmId: 'vm:builder', references })).rejects.toThrow(
      expect.objectContaining({ code: 'registry.unreachable' }),
    );
    await planner.close();

    expect(told).toEqual([
      { host: proxy.host, health: 'reachable' },
      { host: proxy.host, health: 'offline' },
    ]);
  });

  it('lists a removed registry again once it is pushed to', async () => {
    const hosts = async (): Promise<string[]> =>
      (await engine.handlers['registries.list'](null, never))
        .filter(({ thisComputer }) => !thisComputer)
        .map(({ host }) => host);
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/back/a:1`] });
    await engine.handlers['registries.remove']({ host: registry.host }, never);
    expect(await hosts()).toEqual([]);
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/back/a:2`] });
    expect(await hosts()).toEqual([registry.host]);
  });
});
