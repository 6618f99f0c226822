import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAppError } from '../../shared/errors/app-error.ts';
import { FINAL_JOB_STATES } from '../../shared/models/job.ts';
import type { Plan } from '../../shared/models/plan.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { storedImage } from '../fixtures/stored-image.ts';
import { makeTartHome, makeTartVm, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { digestsOf, stateOfVm, VmYard, vmName, vmStep } from '../fixtures/vm-yard.ts';

// With this one a push that does not look again is seen to tag a torn image.
const SEED = 3;
const PUSHES = 5;
/** How a push may end that somebody disturbed. */
const REFUSALS = ['vm.diskChanged', 'vm.gone', 'vm.notFound', 'file.unreadable'];

const roundArbitrary = fc.record({
  before: fc.array(vmStep, { maxLength: 2 }),
  /** Each at one of the requests of plan and push. Of two writes a torn image may hold the second alone. */
  disturbances: fc.array(fc.record({ step: vmStep, at: fc.nat({ max: 40 }) }), { minLength: 1, maxLength: 3 }),
  name: vmName,
  planned: fc.boolean(),
  restarted: fc.boolean(),
});
type Round = typeof roundArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

let registry: DockerRegistry;
beforeAll(async () => {
  registry = await startDockerRegistry();
});
afterAll(() => registry.stop());

/** The digest under a tag, asked of the registry itself; null where there is none. */
async function digestUnder(repository: string): Promise<string | null> {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const url = `${registry.origin}/v2/${repository}/manifests/1`;
  const { headers, body } = await request(url, { method: 'HEAD', headers: { accept } });
  await body.dump();
  return headers['docker-content-digest']?.toString() ?? null;
}

describe.each(VOLUME_KINDS)('whatever is done to VMs on %s while one of them is pushed', (kind) => {
  let volume: LoopVolume;
  beforeAll(() => {
    volume = makeLoopVolume(kind);
  });
  afterAll(() => volume.remove());

  it('brings the VM as it was at some moment, whole, or tags nothing; and the next push of each VM is right', async () => {
    const home = await makeTartHome(volume.path);
    const stateHome = await mkdtemp(join(tmpdir(), 'random-disturbances-'));
    const place = { tartHome: home.root, stateHome };
    const repository = `disturbed/${kind}`;
    const yard = new VmYard(home, await makeTartVm(home, { name: 'one', disk: SMALLEST_DISK }));
    let disturb: () => Promise<void> = () => Promise.resolve();
    const proxy = await startRegistryProxy(registry.host, async () => {
      await disturb();
      return undefined;
    });
    let engine = await openTestEngine(place);
    const ends = new Map<string, number>();

    /** Pushes a VM, from a plan if so wanted; answers how that ended. */
    const push = async (vm: TartVm, host: string, planned: boolean): Promise<string> => {
      const wanted = { vmId: `vm:${vm.name}`, references: [`${host}/${repository}:1`], force: true };
      let planId: { planId?: 'plan' } = {};
      if (planned) {
        try {
          await engine.plan(wanted);
          planId = { planId: 'plan' };
        } catch (thrown) {
          return toAppError(thrown).code;
        }
      }
      const id = await engine.start({ ...wanted, ...planId });
      const { error } = await engine.until(id, ({ state }) => FINAL_JOB_STATES.includes(state));
      if (error !== null) return error.code;
      pushed = await engine.handlers['jobs.document']({ id }, new AbortController().signal);
      return 'done';
    };
    let pushed: Plan | null = null;
    const imageOf = (document: Plan | null): Record<string, unknown> => {
      if (document === null) throw new Error('nothing was pushed');
      const { misnamed, ...image } = storedImage(registry.storage, document);
      return { misnamed, ...digestsOf(image) };
    };
    const stateOf = (vm: TartVm): Record<string, unknown>[] => {
      try {
        return [{ misnamed: [], ...digestsOf(stateOfVm(vm)) }];
      } catch {
        return [];
      }
    };

    const round = async ({ before, disturbances, name, planned, restarted }: Round): Promise<void> => {
      for (const step of before) await yard.do(step);
      if (restarted) {
        await engine.close();
        engine = await openTestEngine(place);
      }
      const vm = yard.vm(name);
      const states = stateOf(vm);
      const tag = await digestUnder(repository);
      let requests = 0;
      disturb = async () => {
        const due = disturbances.filter(({ at }) => at === requests);
        requests += 1;
        for (const { step } of due) {
          await yard.do(step);
          states.push(...stateOf(vm));
        }
      };
      const ended = await push(vm, proxy.host, planned);
      disturb = () => Promise.resolve();
      ends.set(ended, (ends.get(ended) ?? 0) + 1);

      if (ended === 'done') expect(states).toContainEqual(imageOf(pushed));
      else
        expect({ ended, tag: await digestUnder(repository) }).toEqual({
          ended: expect.toBeOneOf(REFUSALS) as unknown,
          tag,
        });
      for (const other of [...yard.vms.values()]) {
        expect({ ended: await push(other, registry.host, false), image: imageOf(pushed) }).toEqual({
          ended: 'done',
          image: stateOf(other)[0],
        });
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(roundArbitrary, { minLength: PUSHES, maxLength: PUSHES }), async (rounds) => {
        for (const one of rounds) await round(one);
      }),
      { seed: SEED, numRuns: 1, endOnFailure: true },
    );
    await engine.close();
    await proxy.close();
    await rm(stateHome, { recursive: true, force: true });

    // Not all of them were refused: whole images were seen.
    expect(ends.get('done') ?? 0).toBeGreaterThan(0);
  });
});
