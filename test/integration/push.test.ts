import { readFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanTarget } from '../../shared/models/plan.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { freePort } from '../fixtures/free-port.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import {
  makeCachedImage,
  makeTartHome,
  makeTartVm,
  runTartVm,
  type TartHome,
  type TartVm,
} from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;
let other: DockerRegistry;

const diskVerdicts = ({ layers }: PlanTarget): unknown[] =>
  layers.filter(({ kind }) => kind === 'disk').map(({ verdict }) => verdict);

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  [registry, other] = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
});
afterAll(async () => {
  await Promise.all([registry.stop(), other.stop()]);
  await home.remove();
});

describe('a push of a VM', () => {
  it('gives an image that decodes to the same disk and NVRAM, under both tags', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const references = [`${registry.host}/vms/builder:1.0`, `${registry.host}/vms/builder:latest`];
    const { job, document } = await engine.push({ vmId: 'vm:builder', references });
    await engine.close();
    const [first, second] = await Promise.all(references.map((reference) => pullWithSkopeo(reference)));
    expect(job.state).toBe('done');
    expect(document.targets[0]?.references.map(({ state }) => state)).toEqual(['written', 'written']);
    expect(first?.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    expect(first?.nvram.equals(readFileSync(vm.nvramFile))).toBe(true);
    expect(first?.config).toMatchObject({ os: 'linux', version: 1 });
    expect(second?.manifestBytes.equals(first?.manifestBytes ?? Buffer.alloc(0))).toBe(true);
  });

  it('sends nothing and reads nothing the second time, and writes the same digest under another tag', async () => {
    const proxy = await startRegistryProxy(registry.host);
    const engine = await openTestEngine({ tartHome: home.root });
    const first = await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/vms/again:1`] });
    const before = proxy.blobBytes();
    const plan = await engine.plan({ vmId: 'vm:builder', references: [`${proxy.host}/vms/again:2`] });
    const second = await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/vms/again:2`] });
    await Promise.all([engine.close(), proxy.close()]);
    expect(before).toBeGreaterThan(0);
    expect(plan.bytes).toMatchObject({ uploaded: 0, read: 0 });
    expect(second.document.bytes).toMatchObject({ uploaded: 0, read: 0, encoded: 0 });
    expect(proxy.blobBytes()).toBe(before);
    expect(second.document.targets[0]?.manifestDigest).toBe(first.document.targets[0]?.manifestDigest);
  });

  it('goes to two repositories and two registries with one encoding', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    const references = [`${registry.host}/two/a:x`, `${registry.host}/two/b:x`, `${other.host}/two/c:x`];
    const planned = await engine.plan({ vmId: 'vm:builder', references });
    const { document } = await engine.push({ vmId: 'vm:builder', references });
    await engine.close();
    const images = await Promise.all(references.map((reference) => pullWithSkopeo(reference)));
    expect(document.bytes.encoded).toBeLessThanOrEqual(vm.diskSize);
    expect(document.targets[1]?.layers.some(({ verdict }) => verdict === 'mount')).toBe(true);
    // The plan's price is what the push then sends, but for what only encoding tells of the sizes.
    expect(planned.targets.map(diskVerdicts)).toEqual(document.targets.map(diskVerdicts));
    expect(planned.bytes.uploaded / document.bytes.uploaded).toBeGreaterThan(0.5);
    expect(planned.bytes.uploaded / document.bytes.uploaded).toBeLessThan(1.5);
    expect(new Set(images.map(({ manifestBytes }) => manifestBytes.toString('hex'))).size).toBe(1);
    expect(images[2]?.disk.equals(readFileSync(vm.diskFile))).toBe(true);
  });

  it('sends only the changed chunk of a disk that changed a little', async () => {
    const changed = await makeTartVm(home, { name: 'changing' });
    const proxy = await startRegistryProxy(registry.host);
    const engine = await openTestEngine({ tartHome: home.root });
    const reference = `${proxy.host}/vms/changing:1`;
    await engine.push({ vmId: 'vm:changing', references: [reference] });
    const disk = await open(changed.diskFile, 'r+');
    await disk.write(Buffer.from('changed'), 0, 7, 4096);
    await disk.close();
    const { document } = await engine.push({ vmId: 'vm:changing', references: [reference] });
    await Promise.all([engine.close(), proxy.close()]);
    const uploaded = document.targets[0]?.layers.filter(({ verdict }) => verdict === 'upload');
    expect(uploaded?.map(({ index }) => index)).toEqual([1]);
    const pulled = await pullWithSkopeo(`${registry.host}/vms/changing:1`);
    expect(pulled.disk.equals(readFileSync(changed.diskFile))).toBe(true);
  });

  it('pushes a cached image with the very bytes of its manifest', async () => {
    const engine = await openTestEngine({ tartHome: home.root });
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/cached/source:1`] });
    const pulled = await pullWithSkopeo(`${registry.host}/cached/source:1`);
    const image = await makeCachedImage(home, {
      host: registry.host,
      repository: 'cached/source',
      tags: ['1'],
      manifest: pulled.manifestBytes,
      content: vm,
    });
    // Pull writes the VM config layer as it is.
    await writeFile(image.configFile, pulled.configBytes);
    const fresh = await openTestEngine({ tartHome: home.root });
    const { vms } = await fresh.handlers['vms.list'](null, new AbortController().signal);
    const listed = vms.find(({ kind }) => kind === 'image');
    const { document } = await fresh.push({ vmId: listed?.id ?? '', references: [`${other.host}/cached/copy:1`] });
    await Promise.all([engine.close(), fresh.close()]);
    expect(document.targets[0]?.manifestDigest).toBe(image.digest);
    expect(listed).toMatchObject({
      name: `${registry.host}/cached/source`,
      tags: ['1'],
      digest: image.digest,
      defect: null,
    });
  });
});

describe('a push that cannot be', () => {
  it.each([
    [
      'a VM that is not there',
      async () => ({ vmId: 'vm:nobody', references: [`${registry.host}/x:y`] }),
      'vm.notFound',
    ],
    [
      'a host that does not answer',
      async () => ({ vmId: 'vm:builder', references: [`127.0.0.1:${await freePort()}/x:y`] }),
      'registry.unreachable',
    ],
    [
      'a reference that is none',
      () => Promise.resolve({ vmId: 'vm:builder', references: ['Nowhere'] }),
      'reference.invalid',
    ],
  ])('says so: %s', async (_what, request, code) => {
    const engine = await openTestEngine({ tartHome: home.root });
    await expect(engine.push(await request())).rejects.toMatchObject({ code });
    await engine.close();
  });

  it('refuses a running VM and tags nothing', async () => {
    const running = await makeTartVm(home, { name: 'running' });
    const tart = await runTartVm(running);
    const engine = await openTestEngine({ tartHome: home.root });
    await expect(
      engine.push({ vmId: 'vm:running', references: [`${registry.host}/vms/running:1`] }),
    ).rejects.toMatchObject({ code: 'vm.running' });
    await Promise.all([engine.close(), tart.stop()]);
    await expect(pullWithSkopeo(`${registry.host}/vms/running:1`)).rejects.toThrow();
  });

  it('signs in with the right password and says when it is wrong', async () => {
    const closed = await startDockerRegistry({ account: { user: 'alice', password: 'made-up-here' } });
    const request = { vmId: 'vm:builder', references: [`${closed.host}/a/b:1`] };
    const credential = (secret: string) => ({ username: 'alice', secret, kind: 'password' as const, source: 'test' });
    const [right, wrong, none] = await Promise.all([
      openTestEngine({ tartHome: home.root, credential: credential('made-up-here') }),
      openTestEngine({ tartHome: home.root, credential: credential('another') }),
      openTestEngine({ tartHome: home.root }),
    ]);
    await expect(wrong.push(request)).rejects.toMatchObject({ code: 'auth.unauthorized' });
    await expect(none.push(request)).rejects.toMatchObject({ code: 'auth.required' });
    await expect(right.push(request)).resolves.toMatchObject({ job: { state: 'done' } });
    await Promise.all([right.close(), wrong.close(), none.close(), closed.stop()]);
  });

  it('trusts a registry with its own authority only when told to', async () => {
    const secure = await startDockerRegistry({ tls: {} });
    const request = { vmId: 'vm:builder', references: [`${secure.host}/a/b:1`] };
    const [trusting, strict] = await Promise.all([
      openTestEngine({ tartHome: home.root, authority: secure.authority }),
      openTestEngine({ tartHome: home.root }),
    ]);
    await expect(strict.push(request)).rejects.toMatchObject({ code: 'registry.tls' });
    await expect(trusting.push(request)).resolves.toMatchObject({ job: { state: 'done' } });
    await Promise.all([trusting.close(), strict.close(), secure.stop()]);
  });
});
