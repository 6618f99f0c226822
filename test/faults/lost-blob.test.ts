import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { answer, isBlobHead, isCommit, isManifestPut } from '../fixtures/faults.ts';
import { type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

/** A registry whose memory of blobs outlives their bytes: it says of every blob that it has it. */
async function forgetful(): Promise<RegistryProxy> {
  const committed = new Set<string>();
  return await startRegistryProxy(registry.host, (seen, incoming, outgoing) => {
    if (isCommit(seen)) committed.add(decodeURIComponent(/digest=([^&]+)/.exec(seen.path)?.[1] ?? ''));
    const digest = /\/blobs\/(sha256:[0-9a-f]+)$/.exec(seen.path)?.[1] ?? '';
    if (!isBlobHead(seen) || committed.has(digest)) return undefined;
    return answer(200, { 'docker-content-digest': digest })(seen, incoming, outgoing);
  });
}

describe('a registry that says it has blobs which are gone', () => {
  it.each([
    ['the manifest is refused and put again', { verify: false }],
    ['--verify finds it out before the manifest', { verify: true }],
  ])('gets them, each once: %s', async (name, { verify }) => {
    const repository = `lost/${verify ? 'verified' : 'refused'}`;
    const engine = await openTestEngine({ tartHome: home.root });
    // What the layers are is known from a push elsewhere, so that the registry is asked for all of them.
    await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/lost/${name.length}:1`] });
    const proxy = await forgetful();
    const { document } = await engine.push({
      vmId: 'vm:builder',
      references: [`${proxy.host}/${repository}:1`],
      verify,
    });
    await Promise.all([engine.close(), proxy.close()]);
    const pulled = await pullWithSkopeo(`${registry.host}/${repository}:1`);
    const commits = proxy.seen.filter(isCommit).map(({ path }) => /digest=([^&]+)/.exec(path)?.[1]);
    const puts = proxy.seen.filter(isManifestPut).map(({ status }) => status);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    expect(new Set(commits).size).toBe(commits.length);
    expect(document.targets[0]?.references.map(({ state }) => state)).toEqual(['written']);
    expect(puts).toEqual(verify ? [201] : expect.arrayContaining([400, 201]));
  });
});
