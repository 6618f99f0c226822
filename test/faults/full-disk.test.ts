import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planSchema } from '../../shared/models/plan.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { runTartan } from '../fixtures/tartan-process.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry();

describe.runIf(VOLUME_KINDS.includes('ext4'))('a push whose state folder is on a full disk', () => {
  let volume: LoopVolume;
  let stateHome: string;
  beforeAll(() => {
    volume = makeLoopVolume('ext4', undefined, 16 * 1024 * 1024);
    stateHome = join(volume.path, 'state');
    mkdirSync(stateHome);
    volume.fill();
  });
  afterAll(() => volume.remove());

  it('does without journal, index and cache, and brings the image; a tag moves', async () => {
    const reference = `${scene.registry.host}/faults/full:1`;
    const push = async (label: string) =>
      await runTartan(['push', 'builder', reference, '--json', '--label', `which=${label}`], {
        tartHome: scene.home.root,
        stateHome,
      });
    const first = await push('first');
    const second = await push('second');
    const pulled = await pullWithSkopeo(reference);
    const states = [first, second].map(({ stdout }) =>
      planSchema.parse(JSON.parse(stdout)).targets.flatMap(({ references }) => references.map(({ state }) => state)),
    );

    expect({
      status: [first.status, second.status],
      states,
      whole: pulled.disk.equals(readFileSync(scene.vm.diskFile)),
      config: pulled.ociConfig,
    }).toEqual({
      status: [0, 0],
      states: [['written'], ['written']],
      whole: true,
      config: expect.objectContaining({ config: { Labels: expect.objectContaining({ which: 'second' }) as unknown } }),
    });
  });
});
