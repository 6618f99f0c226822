import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, isPiece, registryError } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry(SMALLEST_DISK);
const never = new AbortController().signal;

describe('a repository that was never worked with', () => {
  it('tells by its newest images what a VM is made of: nothing is encoded for another tag', async () => {
    const first = await openTestEngine({ tartHome: scene.home.root });
    for (const tag of ['1.0', '1.1'])
      await first.push({ vmId: 'vm:builder', references: [`${scene.registry.host}/newest/vm:${tag}`] });
    await first.close();
    const second = await openTestEngine({ tartHome: scene.home.root });
    const proxy = await startRegistryProxy(scene.registry.host);
    const reference = `${proxy.host}/newest/vm:2.0`;
    const { document } = await second.push({ vmId: 'vm:builder', references: [reference] });
    const again = await second.plan({ vmId: 'vm:builder', references: [`${proxy.host}/newest/vm:3.0`] });
    await Promise.all([second.close(), proxy.close()]);
    const lists = proxy.seen.filter(({ path }) => path.includes('/tags/list')).length;

    expect({
      encoded: document.bytes.encoded,
      sent: proxy.seen.filter(isPiece).length,
      tag: document.targets[0]?.references[0]?.state,
      again: again.bytes.uploaded,
      lists,
    }).toEqual({ encoded: 0, sent: 0, tag: 'written', again: 0, lists: 1 });
  });

  it('is pushed to all the same where it does not list its tags', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const proxy = await startRegistryProxy(scene.registry.host, (seen, incoming, outgoing) =>
      seen.path.includes('/tags/list') ? answer(403, {}, registryError('DENIED'))(seen, incoming, outgoing) : undefined,
    );
    const { job } = await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/unlisted/vm:1`] });
    await Promise.all([engine.close(), proxy.close()]);

    expect(job.state).toBe('done');
  });
});

describe('an index that is made anew', () => {
  it('knows from this computer alone what the next push needs: nothing is read, encoded or sent', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    await engine.push({ vmId: 'vm:builder', references: [`${scene.registry.host}/rebuilt/one:1`] });
    const rebuilt = await engine.handlers['index.rebuild']({ askRegistries: false }, never);
    const plan = await engine.plan({ vmId: 'vm:builder', references: [`${scene.registry.host}/rebuilt/two:1`] });
    await engine.close();
    const { read, encoded, uploaded } = plan.bytes;
    const verdicts = new Set(plan.targets[0]?.layers.map(({ verdict }) => verdict));

    expect({ ...rebuilt, encodedLayers: rebuilt.encodedLayers > 0 }).toEqual({
      localManifests: 0,
      encodedLayers: true,
      remoteManifests: 0,
      repositories: 0,
      failed: [],
    });
    expect({ read, encoded, uploaded, verdicts }).toEqual({
      read: 0,
      encoded: 0,
      uploaded: 0,
      verdicts: new Set(['mount', 'duplicate']),
    });
  });

  it('learns images of Tart’s cache and, where it may ask, what registries hold', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const { host } = scene.registry;
    await engine.push({ vmId: 'vm:builder', references: [`${host}/asked/vm:1`], populateCache: true });
    await engine.handlers['repositories.read']({ host, repository: 'asked/vm' }, never);
    const folder = join(
      scene.home.root,
      'cache',
      'OCIs',
      host.replace(':', '%3A'),
      'lying',
      'vm',
      `sha256:${'0'.repeat(64)}`,
    );
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'manifest.json'), '{"schemaVersion":2}');
    const rebuilt = await engine.handlers['index.rebuild']({ askRegistries: true }, never);
    const report = await engine.handlers['report.images']({ registry: host }, never);
    await engine.close();

    expect({ ...rebuilt, encodedLayers: 0 }).toEqual({
      localManifests: 1,
      encodedLayers: 0,
      remoteManifests: 1,
      repositories: 1,
      failed: [],
    });
    expect(JSON.stringify(report)).toContain('asked/vm');
  });
});
