import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const manifestSchema = z
  .object({ layers: z.array(z.object({ digest: z.string(), size: z.number(), mediaType: z.string() }).loose()) })
  .loose();

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;
/** The layers of an honest push. */
let honest: z.infer<typeof manifestSchema>;

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const api = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${registry.host}/v2/${path}`, init);

async function manifestOf(repository: string, tag: string): Promise<z.infer<typeof manifestSchema>> {
  const answer = await api(`${repository}/manifests/${tag}`, { headers: { Accept: MANIFEST_TYPE } });
  return manifestSchema.parse(await answer.json());
}

async function upload(repository: string, bytes: Buffer): Promise<void> {
  const started = await api(`${repository}/blobs/uploads/`, { method: 'POST' });
  const address = new URL(started.headers.get('location') ?? '', `http://${registry.host}`);
  address.searchParams.set('digest', digestOf(bytes));
  const { status } = await fetch(address, { method: 'PUT', body: new Uint8Array(bytes) });
  if (status !== 201) throw new Error(`the blob was answered with ${status}`);
}

/** A repository whose manifest names, for every chunk of the VM, a layer of noise that it really has. */
async function makeLiar(repository: string): Promise<void> {
  const blobs = [...honest.layers, z.object({ digest: z.string() }).parse(honest['config'])];
  for (const { digest } of blobs)
    await api(`${repository}/blobs/uploads/?mount=${digest}&from=honest/vm`, { method: 'POST' });
  const layers = [];
  for (const [at, layer] of honest.layers.entries()) {
    if (!layer.mediaType.includes('.disk.')) layers.push(layer);
    else {
      const noise = randomBytesOf(`lie ${at}`, 500);
      await upload(repository, noise);
      layers.push({ ...layer, digest: digestOf(noise), size: noise.length });
    }
  }
  const { status } = await api(`${repository}/manifests/1`, {
    method: 'PUT',
    headers: { 'Content-Type': MANIFEST_TYPE },
    body: JSON.stringify({ ...honest, layers }),
  });
  if (status !== 201) throw new Error(`the manifest was answered with ${status}`);
}

beforeAll(async () => {
  home = await makeTartHome();
  [vm, registry] = await Promise.all([makeTartVm(home, { name: 'builder' }), startDockerRegistry()]);
  const engine = await openTestEngine({ tartHome: home.root });
  await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/honest/vm:1`] });
  await engine.close();
  honest = await manifestOf('honest/vm', '1');
  await makeLiar('liar/vm');
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

/** The layers of a pushed image and whether it decodes to the VM's disk. */
async function outcome(repository: string, tag: string): Promise<unknown> {
  const image = await pullWithSkopeo(`${registry.host}/${repository}:${tag}`);
  const { layers } = await manifestOf(repository, tag);
  return { disk: image.disk.equals(readFileSync(vm.diskFile)), layers: layers.map(({ digest }) => digest) };
}
const unchanged = (): unknown => ({ disk: true, layers: honest.layers.map(({ digest }) => digest) });

describe('a manifest that lies about its layers', () => {
  it('changes no layer that is pushed to another repository, once it was read', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const believed = await engine.plan({ vmId: 'vm:builder', references: [`${registry.host}/liar/vm:1`] });
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/other/vm:1`] });
    await engine.close();

    // The lie was read: its own repository is held by its word.
    expect(
      believed.targets[0]?.layers.filter(({ kind, size }) => kind === 'disk' && size === 500).length,
    ).toBeGreaterThan(0);
    expect(await outcome('other/vm', '1')).toEqual(unchanged());
  });

  it('changes nothing where it is one target of several', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    await engine.plan({ vmId: 'vm:builder', references: [`${registry.host}/liar/vm:1`] });
    const references = [`${registry.host}/liar/vm:2`, `${registry.host}/third/vm:1`];
    await engine.push({ vmId: 'vm:builder', references });
    await engine.close();

    expect([await outcome('liar/vm', '2'), await outcome('third/vm', '1')]).toEqual([unchanged(), unchanged()]);
  });

  it('is not made true by a push to its own repository', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/liar/vm:1`] });
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/fourth/vm:1`] });
    await engine.close();

    expect(await outcome('fourth/vm', '1')).toEqual(unchanged());
  });

  it('is found out where its layers are read and decoded: a push there believes it no more', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const reference = `${registry.host}/liar/vm:1`;
    const believed = async (): Promise<number> => {
      const plan = await engine.plan({ vmId: 'vm:builder', references: [reference] });
      return plan.targets[0]?.layers.filter(({ kind, size }) => kind === 'disk' && size === 500).length ?? 0;
    };
    const before = await believed();
    const never = new AbortController().signal;
    const { ok, blobs } = await engine.handlers['images.verify']({ reference, insecure: false, deep: true }, never);
    const honestImage = `${registry.host}/honest/vm:1`;
    const other = await engine.handlers['images.verify'](
      { reference: honestImage, insecure: false, deep: true },
      never,
    );
    const after = await believed();
    await engine.close();

    expect({
      ok,
      lies: blobs.filter(({ state }) => state === 'wrongContent').length > 0,
      after,
      other: other.ok,
    }).toEqual({ ok: false, lies: true, after: 0, other: true });
    expect(before).toBeGreaterThan(0);
  });
});
