import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, isCommit, isStart } from '../fixtures/faults.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { type Fault, type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, TEST_CHUNK, type TestEngine } from '../fixtures/test-engine.ts';

/** Layers at once that are asked for. */
const AT_ONCE = 8;
const CHUNKS = 28;

let registry: DockerRegistry;
let home: TartHome;
let vm: TartVm;
beforeAll(async () => {
  registry = await startDockerRegistry();
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'many', disk: SMALLEST_DISK });
  // No two chunks alike, none of zeros: as many layers as chunks.
  await writeFile(vm.diskFile, randomBytesOf('paced', CHUNKS * TEST_CHUNK));
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

/** How many layers were under way at the registry when an upload began, and how many answers it had given by then. */
interface Begun {
  readonly underWay: number;
  readonly answers: number;
}

/** A registry behind a proxy that watches layers under way. `fault` is told how many uploads have begun and not ended. */
async function watched(
  fault: (begun: number, underWay: number) => Fault,
): Promise<{ proxy: RegistryProxy; begun: Begun[] }> {
  const begun: Begun[] = [];
  let closed = 0;
  const proxy = await startRegistryProxy(registry.host, async (seen, incoming, outgoing) => {
    const answers = proxy.seen.filter(({ status }) => status !== 0 && status !== 429).length;
    if (isStart(seen)) {
      const decision = await fault(begun.length, begun.length - closed)(seen, incoming, outgoing);
      if (decision !== undefined) return decision;
      begun.push({ underWay: begun.length + 1 - closed, answers });
    }
    if (isCommit(seen)) closed += 1;
    return undefined;
  });
  return { proxy, begun };
}

async function push(engine: TestEngine, proxy: RegistryProxy, name: string): Promise<void> {
  await engine.push({
    vmId: 'vm:many',
    references: [`${proxy.host}/paced/${name}:1`],
    concurrency: AT_ONCE,
  });
}

describe('layers at once', () => {
  it('are half as many after 429, once the wait is over, and come back answer by answer', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const limit = { met: false, answers: 0, underWay: 0 };
    const { proxy, begun } = await watched((sofar, underWay) => (seen, incoming, outgoing) => {
      if (limit.met || sofar < 10) return undefined;
      const answers = proxy.seen.filter(({ status }) => status !== 0).length;
      Object.assign(limit, { met: true, answers, underWay });
      return answer(429, { 'retry-after': '2' })(seen, incoming, outgoing);
    });
    await push(engine, proxy, 'limited');
    const whole = await isWhole(`${registry.host}/paced/limited:1`, vm);
    const waited = engine.waited.includes(2000);
    await Promise.all([engine.close(), proxy.close()]);
    // Those that had their turn already when the limit was met begin all the same.
    const after = begun.slice(10 + AT_ONCE - limit.underWay);
    const tooMany = after.filter(({ underWay, answers }) => {
      const share = Math.min(1, 1 / 2 + (answers - limit.answers) / 64);
      return underWay > Math.floor(AT_ONCE * share);
    });

    expect({ whole, waited, before: Math.max(...begun.slice(0, 10).map(({ underWay }) => underWay)), tooMany }).toEqual(
      {
        whole: true,
        waited: true,
        before: AT_ONCE,
        tooMany: [],
      },
    );
    expect(Math.min(...after.map(({ underWay }) => underWay))).toBeLessThanOrEqual(AT_ONCE / 2 + 1);
  });

  it('are fewer while small answers take several times as long as usual', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const { proxy, begun } = await watched((sofar) => () => {
      // From then on the answer takes two seconds more by the engine's clock.
      if (sofar >= 10) engine.advance(2000);
      return undefined;
    });
    await push(engine, proxy, 'strained');
    await Promise.all([engine.close(), proxy.close()]);
    const underWay = begun.map((one) => one.underWay);

    expect(Math.max(...underWay.slice(0, 10))).toBe(AT_ONCE);
    expect(Math.max(...underWay.slice(-8))).toBeLessThan(AT_ONCE);
  });
});
