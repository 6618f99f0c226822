import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { answer, isBlobHead, isCommit, isManifestPut } from '../fixtures/faults.ts';
import { type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry();

/** A registry whose memory of blobs outlives their bytes: it says of every blob that it has it. */
async function forgetful(): Promise<RegistryProxy> {
  const committed = new Set<string>();
  return await startRegistryProxy(scene.registry.host, (seen, incoming, outgoing) => {
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
    const engine = await openTestEngine({ tartHome: scene.home.root });
    // What the layers are is known from a push elsewhere, so that the registry is asked for all of them.
    await engine.push({ vmId: 'vm:builder', references: [`${scene.registry.host}/lost/${name.length}:1`] });
    const proxy = await forgetful();
    const { document } = await engine.push({
      vmId: 'vm:builder',
      references: [`${proxy.host}/${repository}:1`],
      verify,
    });
    await Promise.all([engine.close(), proxy.close()]);
    const pulled = await pullWithSkopeo(`${scene.registry.host}/${repository}:1`);
    const commits = proxy.seen.filter(isCommit).map(({ path }) => /digest=([^&]+)/.exec(path)?.[1]);
    const puts = proxy.seen.filter(isManifestPut).map(({ status }) => status);
    expect(pulled.disk.equals(readFileSync(scene.vm.diskFile))).toBe(true);
    expect(new Set(commits).size).toBe(commits.length);
    expect(document.targets[0]?.references.map(({ state }) => state)).toEqual(['written']);
    expect(puts).toEqual(verify ? [201] : expect.arrayContaining([400, 201]));
  });
});
