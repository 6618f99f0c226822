import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { answer, isBlobHead, isCommit, isManifestPut } from '../fixtures/faults.ts';
import { pushForeignImage } from '../fixtures/foreign-image.ts';
import { type Fault, type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeCachedImage, makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let vm: TartVm;
let source: DockerRegistry;
let target: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  [source, target] = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
});
afterAll(async () => {
  await Promise.all([source.stop(), target.stop()]);
  await home.remove();
});

/** Pulls an image into Tart's cache as tart would, from a registry that answers through `proxy`. */
async function cache(
  proxy: Pick<RegistryProxy, 'host'>,
  repository: string,
  manifest: Uint8Array,
  config: Uint8Array,
  keepManifest = true,
): Promise<{ vmId: string; digest: string }> {
  const made = await makeCachedImage(home, {
    host: proxy.host,
    repository,
    tags: ['1'],
    manifest,
    content: vm,
    keepManifest,
  });
  await writeFile(made.configFile, config);
  return { vmId: `image:${proxy.host}/${repository}@${made.digest}`, digest: made.digest };
}

/** An image of another encoder with cuts of 700 kB, in Tart's cache; its registry answers through a proxy. */
async function foreignImage(
  repository: string,
  fault?: Fault,
): Promise<{ vmId: string; digest: string; config: string; proxy: RegistryProxy }> {
  const { manifest, config } = await pushForeignImage(source.host, repository, '1', vm, 700_000);
  const proxy = await startRegistryProxy(source.host, fault);
  // The fixture wrote this manifest.
  const named = JSON.parse(manifest.toString()) as { readonly config: { readonly digest: string } };
  return { ...(await cache(proxy, repository, manifest, config)), config: named.config.digest, proxy };
}

const isBlobGet = (method: string, path: string): boolean => method === 'GET' && path.includes('/blobs/');

async function withEngine<Result>(work: (engine: TestEngine) => Promise<Result>): Promise<Result> {
  const engine = await openTestEngine({ tartHome: home.root });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

describe('a push of a cached image', () => {
  it('keeps cuts of another length and makes the layers from the disk, without its registry', async () => {
    const cutter = await openTestEngine({ tartHome: home.root, chunkSize: 1_000_000 });
    await cutter.push({ vmId: 'vm:builder', references: [`${source.host}/cuts/decimal:1`] });
    await cutter.close();
    const pulled = await pullWithSkopeo(`${source.host}/cuts/decimal:1`);
    const proxy = await startRegistryProxy(source.host);
    const { vmId, digest } = await cache(proxy, 'cuts/decimal', pulled.manifestBytes, pulled.configBytes);
    const { plan, pushed } = await withEngine(async (engine) => ({
      plan: await engine.plan({ vmId, references: [`${target.host}/cuts/copy:1`] }),
      pushed: await engine.push({ vmId, references: [`${target.host}/cuts/copy:1`] }),
    }));
    await proxy.close();
    const copy = await pullWithSkopeo(`${target.host}/cuts/copy:1`);
    expect(plan.cachedImage).toEqual({ digest, manifest: 'asIs', reason: null });
    expect(pushed.document.targets[0]?.manifestDigest).toBe(digest);
    expect(copy.manifestBytes.equals(pulled.manifestBytes)).toBe(true);
    expect(copy.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    expect(proxy.seen).toEqual([]);
  });

  it('copies layers of another encoder from the image’s registry, and its config with the labels', async () => {
    const { vmId, digest, proxy } = await foreignImage('foreign/whole');
    const references = [`${target.host}/foreign/whole:1`, `${target.host}/foreign/second:1`];
    const { plan, pushed, again } = await withEngine(async (engine) => ({
      plan: await engine.plan({ vmId, references }),
      pushed: await engine.push({ vmId, references }),
      again: await engine.push({ vmId, references, sendAgain: 'all' }),
    }));
    await proxy.close();
    expect(again.document.targets.map(({ manifestDigest }) => manifestDigest)).toEqual([digest, digest]);
    const copies = await Promise.all(references.map((reference) => pullWithSkopeo(reference)));
    expect(plan.cachedImage).toEqual({ digest, manifest: 'asIs', reason: null });
    expect(pushed.document.targets.map(({ manifestDigest }) => manifestDigest)).toEqual([digest, digest]);
    const uploaded = pushed.document.targets[0]?.layers.filter(
      ({ kind, verdict }) => kind === 'disk' && verdict === 'upload',
    );
    expect(new Set(uploaded?.map(({ origin }) => origin))).toEqual(new Set(['remote']));
    for (const { disk, manifest } of copies) {
      expect(disk.equals(readFileSync(vm.diskFile))).toBe(true);
      expect(manifest['annotations']).toEqual({ 'org.cirruslabs.tart.uncompressed-disk-size': String(vm.diskSize) });
    }
  });

  it('brings the image’s config anew where the registry only said to have it', async () => {
    const { vmId, digest, config, proxy } = await foreignImage('foreign/forgotten');
    const repository = 'foreign/forgotten';
    let brought = false;
    const forgetful = await startRegistryProxy(target.host, (seen, incoming, outgoing) => {
      if (isCommit(seen) && decodeURIComponent(seen.path).includes(config)) brought = true;
      const asked = isBlobHead(seen) && seen.path.endsWith(config) && !brought;
      return asked ? answer(200, { 'docker-content-digest': config })(seen, incoming, outgoing) : undefined;
    });
    const { document } = await withEngine((engine) =>
      engine.push({ vmId, references: [`${forgetful.host}/${repository}:1`] }),
    );
    await Promise.all([proxy.close(), forgetful.close()]);
    const copy = await pullWithSkopeo(`${target.host}/${repository}:1`);

    expect({
      brought,
      manifest: document.targets[0]?.manifestDigest,
      puts: forgetful.seen.filter(isManifestPut).map(({ status }) => status),
      whole: copy.disk.equals(readFileSync(vm.diskFile)),
    }).toEqual({ brought: true, manifest: digest, puts: [400, 201], whole: true });
  });

  it('goes on at the byte where the image’s registry broke off', async () => {
    const cut = new Set<string>();
    const { vmId, digest, proxy } = await foreignImage('foreign/broken', ({ method, path }) => {
      if (!isBlobGet(method, path) || cut.has(path)) return undefined;
      cut.add(path);
      return 'cutAnswer';
    });
    const { document } = await withEngine((engine) =>
      engine.push({ vmId, references: [`${target.host}/foreign/broken:1`] }),
    );
    await proxy.close();
    const copy = await pullWithSkopeo(`${target.host}/foreign/broken:1`);
    expect(document.targets[0]?.manifestDigest).toBe(digest);
    expect(proxy.seen.filter(({ headers }) => /^bytes=[1-9]\d*-$/.test(headers.range ?? '')).length).toBeGreaterThan(1);
    expect(copy.disk.equals(readFileSync(vm.diskFile))).toBe(true);
  });

  it('mounts from the image’s repository in the same registry', async () => {
    const { manifest, config } = await pushForeignImage(target.host, 'foreign/near', '1', vm, 700_000);
    const { vmId, digest } = await cache(target, 'foreign/near', manifest, config);
    const { document } = await withEngine((engine) =>
      engine.push({ vmId, references: [`${target.host}/foreign/neighbour:1`] }),
    );
    expect(document.bytes.uploaded).toBe(0);
    expect(document.bytes.mounted).toBeGreaterThan(0);
    expect(document.targets[0]?.manifestDigest).toBe(digest);
    expect((await pullWithSkopeo(`${target.host}/foreign/neighbour:1`)).disk.length).toBe(vm.diskSize);
  });

  it('says that only a new manifest will do, sends nothing, and makes one when that is agreed to', async () => {
    const { vmId, digest, proxy } = await foreignImage('foreign/gone');
    await proxy.close();
    const counter = await startRegistryProxy(target.host);
    const request = { vmId, references: [`${counter.host}/foreign/gone:1`] };
    await withEngine(async (engine) => {
      const plan = await engine.plan(request);
      expect(plan.cachedImage).toEqual({ digest, manifest: 'newNeeded', reason: 'layerMissing' });
      await expect(engine.push(request)).rejects.toMatchObject({ code: 'image.layerMissing' });
      expect(counter.blobBytes()).toBe(0);

      const agreed = await engine.plan({ ...request, newManifest: true });
      expect(agreed.cachedImage).toEqual({ digest, manifest: 'new', reason: 'layerMissing' });
      const { document } = await engine.push({ ...request, newManifest: true });
      expect(document.targets[0]?.manifestDigest).not.toBe(digest);
    });
    await counter.close();
    const pulled = await pullWithSkopeo(`${target.host}/foreign/gone:1`);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    expect(pulled.config).toEqual(JSON.parse(readFileSync(vm.configFile, 'utf8')));
  });

  it('gets a new manifest where its own was not kept', async () => {
    const { manifest, config } = await pushForeignImage(source.host, 'foreign/populated', '1', vm, 700_000);
    const { vmId, digest } = await cache(source, 'foreign/populated', manifest, config, false);
    const { document } = await withEngine((engine) =>
      engine.push({ vmId, references: [`${target.host}/foreign/populated:1`] }),
    );
    const pulled = await pullWithSkopeo(`${target.host}/foreign/populated:1`);
    expect(document.cachedImage).toEqual({ digest, manifest: 'new', reason: 'manifestMissing' });
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
  });
});

describe('a push of a VM that was cloned from a cached image of another encoder', () => {
  /** Layers that our encoder makes of the disk: what cannot be compressed is the same by any. */
  const own = new Set<string>();

  beforeAll(async () => {
    const engine = await openTestEngine({ tartHome: home.root, chunkSize: 700_000 });
    const { document } = await engine.push({ vmId: 'vm:builder', references: [`${source.host}/own/layers:1`] });
    await engine.close();
    for (const { digest } of document.targets[0]?.layers ?? []) if (digest !== null) own.add(digest);
  });

  /** The image in a repository of `target`, cached; its clone pushed from an engine with the same cut. */
  async function clonedFrom(repository: string, to: string, fault?: Fault, falsify = false) {
    // The cache holds just this image.
    await rm(join(home.root, 'cache'), { recursive: true, force: true });
    const { manifest, config } = await pushForeignImage(target.host, repository, '1', vm, 700_000);
    const proxy = await startRegistryProxy(target.host, fault);
    const image = await makeCachedImage(home, {
      host: proxy.host,
      repository,
      tags: ['1'],
      manifest,
      content: vm,
    });
    await writeFile(image.configFile, config);
    if (falsify) {
      const bytes = readFileSync(image.diskFile);
      for (let at = 0; at < bytes.length; at += 700_000) bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(image.diskFile, bytes);
    }
    const engine = await openTestEngine({ tartHome: home.root, chunkSize: 700_000 });
    try {
      const reference = `${proxy.host}/${to}:1`;
      const { document } = await engine.push({ vmId: 'vm:builder', references: [reference] });
      const pulled = await pullWithSkopeo(`${target.host}/${to}:1`);
      const layers = document.targets[0]?.layers ?? [];
      return {
        uploads: layers.some(({ kind, zero, verdict }) => kind === 'disk' && !zero && verdict === 'upload'),
        whole: pulled.disk.equals(readFileSync(vm.diskFile)),
        foreign: layers.some(({ kind, digest }) => kind === 'disk' && digest !== null && !own.has(digest)),
      };
    } finally {
      await engine.close();
      await proxy.close();
    }
  }

  it('mounts the layers that the image names, and uploads none but zeros', async () => {
    const pushed = await clonedFrom('foreign/base', 'foreign/clone');
    expect(pushed).toEqual({ uploads: false, whole: true, foreign: true });
  });

  it('believes nothing that the image’s own disk does not bear out', async () => {
    const pushed = await clonedFrom('foreign/liar', 'foreign/true', undefined, true);
    expect(pushed).toEqual({ uploads: true, whole: true, foreign: false });
  });

  it('encodes layers of its own where the registry will not mount', async () => {
    const pushed = await clonedFrom('foreign/kept', 'foreign/apart', ({ method, path }) =>
      method === 'POST' && path.includes('?mount=') ? { path: path.replace(/\?mount=.*/, '') } : undefined,
    );
    expect(pushed).toEqual({ uploads: true, whole: true, foreign: false });
  });
});
