import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { isCommit } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, TEST_CHUNK } from '../fixtures/test-engine.ts';

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

describe('a push that is killed', () => {
  it('sends no committed layer again', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-killed-'));
    const commits = { count: 0 };
    let enough: () => void = () => undefined;
    const halfway = new Promise<void>((done) => {
      enough = done;
    });
    const proxy = await startRegistryProxy(registry.host, (seen) => {
      if (isCommit(seen)) commits.count += 1;
      if (commits.count === 6) enough();
      return undefined;
    });
    const reference = `${proxy.host}/faults/killed:1`;
    const args = [resolve('dist/node/tartan.cjs'), 'push', 'builder', reference, '--concurrency', '1'];
    const own = { TART_HOME: home.root, TARTAN_HOME: stateHome, TARTAN_CHUNK_SIZE: String(TEST_CHUNK) };
    const child = spawn(process.execPath, args, { env: { ...process.env, ...own }, stdio: 'ignore' });
    await halfway;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const before = proxy.blobBytes();
    const committed = commits.count;
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    const { document } = await engine.push({ vmId: 'vm:builder', references: [reference] });
    await Promise.all([engine.close(), proxy.close()]);
    const present = document.targets[0]?.layers.filter(({ verdict }) => verdict === 'present') ?? [];
    const pulled = await pullWithSkopeo(`${registry.host}/faults/killed:1`);
    // The last commit before the kill may not have reached the registry or the record.
    expect(present.length).toBeGreaterThanOrEqual(committed - 2);
    expect(proxy.blobBytes() - before).toBeLessThanOrEqual(document.bytes.uploaded + 1000);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    await rm(stateHome, { recursive: true, force: true });
  });
});
