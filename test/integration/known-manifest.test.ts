import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { pushRespelled } from '../fixtures/respell-config.ts';
import { makeCachedImage, makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

describe('a VM that was pushed before', () => {
  it('gets the manifest that Tart wrote, although Tart spells the config in another order', async () => {
    const vm = await makeTartVm(home, { name: 'respelled' });
    const first = await openTestEngine({ tartHome: home.root });
    await first.push({ vmId: 'vm:respelled', references: [`${registry.host}/known/source:1`] });
    await first.close();
    const pulled = await pullWithSkopeo(`${registry.host}/known/source:1`);
    const tart = await pushRespelled(registry.host, 'known/source', 'tart', pulled);

    // Another computer, which knows nothing.
    const engine = await openTestEngine({ tartHome: home.root });
    const references = [`${registry.host}/known/source:tart`, `${registry.host}/known/source:copy`];
    const plan = await engine.plan({ vmId: 'vm:respelled', references });
    const { document } = await engine.push({ vmId: 'vm:respelled', references });
    const elsewhere = await engine.push({ vmId: 'vm:respelled', references: [`${registry.host}/known/second:1`] });
    // Whoever changes a setting gets a manifest of their own.
    const config = JSON.parse(readFileSync(vm.configFile, 'utf8')) as object;
    await writeFile(vm.configFile, JSON.stringify({ ...config, cpuCount: 3 }));
    const other = await engine.push({ vmId: 'vm:respelled', references: [`${registry.host}/known/source:other`] });
    await engine.close();
    const second = await pullWithSkopeo(`${registry.host}/known/second:1`);

    expect(plan.targets.map(({ manifestDigest, knownUploadTime }) => ({ manifestDigest, knownUploadTime }))).toEqual([
      { manifestDigest: tart.digest, knownUploadTime: tart.uploadTime },
    ]);
    expect(plan.targets[0]?.references.map(({ state }) => state)).toEqual(['same', 'new']);
    expect(document.targets.map(({ manifestDigest }) => manifestDigest)).toEqual([tart.digest]);
    expect(document.bytes).toMatchObject({ uploaded: 0, encoded: 0 });
    expect(elsewhere.document.targets[0]?.manifestDigest).toBe(tart.digest);
    expect(second.config).toEqual(pulled.config);
    expect(other.document.targets[0]?.manifestDigest).not.toBe(tart.digest);
  });

  it('gets the manifest that only Tart’s cache or the local store knows, and a registry takes it', async () => {
    const vm = await makeTartVm(home, { name: 'pulled' });
    const [inCache, inStore] = [
      await openTestEngine({ tartHome: home.root }),
      await openTestEngine({ tartHome: home.root }),
    ];
    await inCache.push({ vmId: 'vm:pulled', references: [`${registry.host}/known/cached:1`] });
    const pulled = await pullWithSkopeo(`${registry.host}/known/cached:1`);
    await inCache.close();
    await inStore.push({ vmId: 'vm:pulled', references: [`${registry.host}/known/stored:1`], keepLocal: true });
    const images = { host: 'ghcr.io', repository: 'acme/pulled', tags: ['1'], content: vm };
    const { digest } = await makeCachedImage(home, { ...images, manifest: pulled.manifestBytes });

    // It forgets what registries and pushes taught, and reads what this computer holds.
    const stored = await inStore.handlers['index.rebuild']({ askRegistries: false }, new AbortController().signal);
    const again = await inStore.push({ vmId: 'vm:pulled', references: [`${registry.host}/known/stored:2`] });
    await inStore.close();
    // Another computer, which has the cache alone.
    const fresh = await openTestEngine({ tartHome: home.root });
    const cached = await fresh.handlers['index.rebuild']({ askRegistries: false }, new AbortController().signal);
    const { document } = await fresh.push({ vmId: 'vm:pulled', references: [`${registry.host}/known/cached:2`] });
    await fresh.close();

    expect({
      learned: [stored.localManifests > 1, cached.localManifests > 0],
      pushed: document.targets.map(({ manifestDigest, references }) => [manifestDigest, references[0]?.state]),
      again: again.document.targets.map(({ references }) => references[0]?.state),
    }).toEqual({ learned: [true, true], pushed: [[digest, 'written']], again: ['written'] });
  });

  it('gets a new manifest where a known one says something else of it', async () => {
    const vm = await makeTartVm(home, { name: 'labelled' });
    const engine = await openTestEngine({ tartHome: home.root });
    const push = async (tag: string, labels: Record<string, string>): Promise<string | null | undefined> => {
      const references = [`${registry.host}/known/labelled:${tag}`];
      const { document } = await engine.push({ vmId: 'vm:labelled', references, labels });
      return document.targets[0]?.manifestDigest;
    };
    const digests = [await push('plain', {}), await push('labelled', { team: 'a' }), await push('again', {})];
    await writeFile(vm.nvramFile, Buffer.alloc(131_072, 7));
    digests.push(await push('nvram', {}));
    await engine.close();
    expect(digests.map((digest) => digests.indexOf(digest))).toEqual([0, 1, 0, 3]);
  });
});
