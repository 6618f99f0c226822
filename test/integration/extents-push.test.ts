import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../shared/models/plan.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { cloneTartVm, makeCachedImage, makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, TEST_CHUNK } from '../fixtures/test-engine.ts';

function writeTo(path: string, offset: number, bytes: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes), 0, bytes.length, offset);
  closeSync(file);
}

/** Chunks that had to be read, and the bases that the others share their blocks with. */
function told({ targets }: Plan): { readonly read: number[]; readonly bases: string[] } {
  const disk = (targets[0]?.layers ?? []).filter(({ kind }) => kind === 'disk');
  const read = disk.filter(({ origin }) => origin === 'index' || origin === 'encoded').map(({ index }) => index - 1);
  return {
    read,
    bases: [...new Set(disk.flatMap(({ base }) => (base === null ? [] : [`${base.kind} ${base.name}`])))],
  };
}

async function manifestOf(place: string): Promise<Uint8Array> {
  const answer = await fetch(`http://${place}`, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } });
  return new Uint8Array(await answer.arrayBuffer());
}

// Both file systems are compared chunk by chunk in the unit tests; one is enough to see that a push does it.
describe.each(VOLUME_KINDS.filter((kind) => kind === 'xfs'))('a push on %s', (kind) => {
  let registry: DockerRegistry;
  let volume: LoopVolume;
  let home: TartHome;
  beforeAll(async () => {
    volume = makeLoopVolume(kind);
    [registry, home] = await Promise.all([startDockerRegistry(), makeTartHome(volume.path)]);
  });
  afterAll(async () => {
    await registry.stop();
    volume.remove();
  });

  it('reads only the chunks that changed since the last push, and of a clone those that differ from its origin', async () => {
    const vm = await makeTartVm(home, { name: 'origin', disk: SMALLEST_DISK });
    const engine = await openTestEngine({ tartHome: home.root });
    const push = async (vmId: string, tag: string) =>
      (await engine.push({ vmId, references: [`${registry.host}/extents/vm:${tag}`] })).document;
    await push('vm:origin', '1');
    const offspring = await cloneTartVm(home, vm, 'offspring');
    writeTo(vm.diskFile, 9 * TEST_CHUNK + 5, 'changed');
    const changed = await push('vm:origin', '2');
    writeTo(vm.diskFile, 9 * TEST_CHUNK + 6, 'changed again');
    const look = { vmId: 'vm:origin', against: null };
    const { layers: looked } = await engine.handlers['vms.known'](look, AbortSignal.timeout(60_000));
    writeTo(offspring.diskFile, 8 * TEST_CHUNK + 5, 'changed too');
    const cloned = await push('vm:offspring', '3');
    const disk = readFileSync(offspring.diskFile);
    await engine.close();
    const pulled = await pullWithSkopeo(`${registry.host}/extents/vm:3`);

    expect({
      changed: told(changed),
      cloned: told(cloned),
      unknown: looked.flatMap(({ rawDigest }, chunk) => (rawDigest === null ? [chunk] : [])),
      read: [changed.bytes.read, cloned.bytes.read],
      whole: pulled.disk.equals(disk),
    }).toEqual({
      changed: { read: [9], bases: ['snapshot origin'] },
      // The origin's snapshot of the first push has made way for one of its later state.
      cloned: { read: [8, 9], bases: ['snapshot origin'] },
      unknown: [9],
      // What is new is read twice: once to know it, once to encode it.
      read: [2 * TEST_CHUNK, 3 * TEST_CHUNK],
      whole: true,
    });
  });

  it('of a clone of a pulled image reads only what differs, for the repository that the image came from', async () => {
    const content = await makeTartVm(home, { name: 'content', disk: SMALLEST_DISK });
    const engine = await openTestEngine({ tartHome: home.root });
    await engine.push({ vmId: 'vm:content', references: [`${registry.host}/extents/image:1`] });
    await engine.close();
    const manifest = await manifestOf(`${registry.host}/v2/extents/image/manifests/1`);
    const image = await makeCachedImage(home, {
      host: registry.host,
      repository: 'extents/image',
      tags: ['1'],
      manifest,
      content,
    });
    const clone = await cloneTartVm(home, image, 'of-image');
    writeTo(clone.diskFile, 8 * TEST_CHUNK + 5, 'changed');
    // Another computer's state: nothing was ever hashed here.
    const other = await openTestEngine({ tartHome: home.root });
    const { document } = await other.push({ vmId: 'vm:of-image', references: [`${registry.host}/extents/image:2`] });
    const elsewhere = await other.plan({ vmId: 'vm:of-image', references: [`${registry.host}/extents/elsewhere:1`] });
    const disk = readFileSync(clone.diskFile);
    await other.close();
    const pulled = await pullWithSkopeo(`${registry.host}/extents/image:2`);

    expect({
      push: told(document),
      read: document.bytes.read,
      elsewhere: told(elsewhere).bases,
      whole: pulled.disk.equals(disk),
    }).toEqual({
      push: { read: [8], bases: [`image ${registry.host}/extents/image:1`] },
      read: 2 * TEST_CHUNK,
      elsewhere: [],
      whole: true,
    });
  });
});
