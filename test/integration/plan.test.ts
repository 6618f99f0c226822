import { copyFile, open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, RequestCounts } from '../../shared/models/plan.ts';
import { makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const place = prepareVmAndRegistry();
let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine({ tartHome: place.home.root });
});
afterAll(() => engine.close());

function added(one: RequestCounts, other: RequestCounts): RequestCounts {
  return {
    head: one.head + other.head,
    mount: one.mount + other.mount,
    upload: one.upload + other.upload,
    manifest: one.manifest + other.manifest,
  };
}

const disk = (plan: Plan) => (plan.targets[0]?.layers ?? []).filter(({ kind }) => kind === 'disk');

describe('a plan', () => {
  it('tells the requests that the push then makes: of a first push, of one to a second repository, of a second tag', async () => {
    const { host } = place.registry;
    const wanted = [[`${host}/asked/a:1`], [`${host}/asked/a:2`, `${host}/asked/b:1`], [`${host}/asked/a:2`]];
    const counted = [];
    for (const references of wanted) {
      const plan = await engine.plan({ vmId: 'vm:builder', references });
      const { document } = await engine.push({ vmId: 'vm:builder', references });
      counted.push({ expected: added(plan.requests, plan.expectedRequests), made: document.requests });
    }

    // Reading told the plan which chunks are equal: the push need not ask for them.
    expect(counted.map(({ made }) => made)).toEqual(counted.map(({ expected }) => expected));
  });

  it('says since when a chunk is another one than was pushed, and of the others that they are not', async () => {
    const vm = await makeTartVm(place.home, { name: 'altered' });
    const references = [`${place.registry.host}/told/altered:1`];
    await engine.push({ vmId: 'vm:altered', references });
    const pushedMs = Date.now();
    const file = await open(vm.diskFile, 'r+');
    await file.write(Buffer.from('altered'), 0, 7, 4096);
    await file.close();
    const plan = await engine.plan({ vmId: 'vm:altered', references });
    const [first, ...others] = disk(plan);

    expect(first).toMatchObject({ verdict: 'upload', reason: 'changed', unchangedSinceMs: null });
    expect(Math.abs((first?.changedSinceMs ?? 0) - pushedMs)).toBeLessThan(60_000);
    expect(new Set(others.map(({ changedSinceMs }) => changedSinceMs))).toEqual(new Set([null]));
    expect(new Set(others.map(({ unchangedSinceMs }) => unchangedSinceMs))).toEqual(new Set([first?.changedSinceMs]));
  });

  it('says where a layer is known from that this registry lacks', async () => {
    const { host } = place.registry;
    await engine.push({ vmId: 'vm:builder', references: [`${host}/told/known:7`] });
    const twin = await makeTartVm(place.home, { name: 'twin' });
    await copyFile(place.vm.diskFile, twin.diskFile);
    const plan = await engine.plan({ vmId: 'vm:twin', references: ['oci:/tmp/tartan-nowhere:1'] });
    const data = disk(plan).filter(({ zero, verdict }) => !zero && verdict === 'upload');

    expect(data.map(({ origin, reason, knownFrom }) => ({ origin, reason, knownFrom }))).toEqual(
      data.map(() => ({
        origin: 'index',
        reason: 'notInRegistry',
        knownFrom: { registry: host, repository: 'told/known', tag: null },
      })),
    );
    expect(data.length).toBeGreaterThan(1);
  });
});
