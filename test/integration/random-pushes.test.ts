import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { storedImage } from '../fixtures/stored-image.ts';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { digestsOf, stateOfVm, VmYard, vmName, vmStep } from '../fixtures/vm-yard.ts';

const SEED = 2;
const PUSHES = 5;
const roundArbitrary = fc.record({
  steps: fc.array(vmStep, { minLength: 1, maxLength: 4 }),
  name: vmName,
  repository: fc.constantFrom('first', 'second'),
  planned: fc.boolean(),
  restarted: fc.boolean(),
});

let registry: DockerRegistry;

beforeAll(async () => {
  registry = await startDockerRegistry();
});
afterAll(() => registry.stop());

describe.each(VOLUME_KINDS.filter((kind) => kind !== 'ext4'))(
  'whatever is done to VMs on %s between pushes',
  (kind) => {
    let volume: LoopVolume;
    beforeAll(() => {
      volume = makeLoopVolume(kind);
    });
    afterAll(() => volume.remove());

    it('each push brings disk, NVRAM and settings as they are, by full hashing', async () => {
      const home = await makeTartHome(volume.path);
      const stateHome = await mkdtemp(join(tmpdir(), 'random-pushes-'));
      const yard = new VmYard(home, await makeTartVm(home, { name: 'one', disk: SMALLEST_DISK }));
      const place = { tartHome: home.root, stateHome };
      const origins = new Map<string, number>();
      let engine = await openTestEngine(place);
      const push = async (
        round: typeof roundArbitrary extends fc.Arbitrary<infer Value> ? Value : never,
      ): Promise<void> => {
        for (const step of round.steps) await yard.do(step);
        if (round.restarted) {
          await engine.close();
          engine = await openTestEngine(place);
        }
        const vm = yard.vm(round.name);
        const request = {
          vmId: `vm:${vm.name}`,
          references: [`${registry.host}/random/${kind}-${round.repository}:1`],
        };
        if (round.planned) await engine.plan(request);
        const state = stateOfVm(vm);
        const { document } = await engine.push({ ...request, force: true });
        for (const { kind, origin } of document.targets[0]?.layers ?? []) {
          if (kind === 'disk') origins.set(origin, (origins.get(origin) ?? 0) + 1);
        }
        const { misnamed, ...image } = storedImage(registry.storage, document);

        expect({ misnamed, ...digestsOf(image) }).toEqual({ misnamed: [], ...digestsOf(state) });
      };
      await fc.assert(
        fc.asyncProperty(fc.array(roundArbitrary, { minLength: PUSHES, maxLength: PUSHES }), async (rounds) => {
          for (const round of rounds) await push(round);
        }),
        { seed: SEED, numRuns: 1, endOnFailure: true },
      );
      await engine.close();
      await rm(stateHome, { recursive: true, force: true });

      // What is known without reading was believed often enough to tell.
      expect({ cache: (origins.get('cache') ?? 0) > 0, extents: (origins.get('extents') ?? 0) > 0 }).toEqual({
        cache: true,
        extents: true,
      });
    });
  },
);
