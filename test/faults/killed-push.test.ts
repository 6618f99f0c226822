import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { isCommit } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine, TEST_CHUNK } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry();

describe('a push that is killed', () => {
  it('sends no committed layer again', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-killed-'));
    const commits = { count: 0 };
    let enough: () => void = () => undefined;
    const halfway = new Promise<void>((done) => {
      enough = done;
    });
    const proxy = await startRegistryProxy(scene.registry.host, (seen) => {
      if (isCommit(seen)) commits.count += 1;
      if (commits.count === 6) enough();
      return undefined;
    });
    const reference = `${proxy.host}/faults/killed:1`;
    const args = [resolve('dist/node/tartan.cjs'), 'push', 'builder', reference, '--concurrency', '1'];
    const own = { TART_HOME: scene.home.root, TARTAN_HOME: stateHome, TARTAN_CHUNK_SIZE: String(TEST_CHUNK) };
    const child = spawn(process.execPath, args, { env: { ...process.env, ...own }, stdio: 'ignore' });
    await halfway;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const before = proxy.blobBytes();
    const committed = commits.count;
    const engine = await openTestEngine({ tartHome: scene.home.root, stateHome });
    const { document } = await engine.push({ vmId: 'vm:builder', references: [reference] });
    await Promise.all([engine.close(), proxy.close()]);
    const present = document.targets[0]?.layers.filter(({ verdict }) => verdict === 'present') ?? [];
    const pulled = await pullWithSkopeo(`${scene.registry.host}/faults/killed:1`);
    // The last commit before the kill may not have reached the registry or the record.
    expect(present.length).toBeGreaterThanOrEqual(committed - 2);
    expect(proxy.blobBytes() - before).toBeLessThanOrEqual(document.bytes.uploaded + 1000);
    expect(pulled.disk.equals(readFileSync(scene.vm.diskFile))).toBe(true);
    await rm(stateHome, { recursive: true, force: true });
  });
});
