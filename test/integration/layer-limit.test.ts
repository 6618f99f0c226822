import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConnectProxy } from '../fixtures/connect-proxy.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

/** A host that is known to take 500 layers; only the proxy finds it. */
const LIMITED = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  registry = await startDockerRegistry({ tls: { names: [LIMITED] } });
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

it('a VM of more layers than a registry takes is refused before a byte is sent', async () => {
  const proxy = await startConnectProxy({ target: registry.host });
  const engine = await openTestEngine({
    tartHome: home.root,
    network: {
      trustedCertificates: () => Promise.resolve([registry.authority]),
      proxyFor: () => `http://${proxy.host}`,
    },
    chunkSize: 16 * 1024,
  });
  const outcome = engine.push({ vmId: 'vm:builder', references: [`${LIMITED}/many/layers:1`] });
  await expect(outcome).rejects.toMatchObject({
    code: 'registry.layerLimit',
    // Config and NVRAM are layers too.
    params: { host: LIMITED, limit: 500, layers: Math.ceil(vm.diskSize / (16 * 1024)) + 2 },
  });
  await Promise.all([engine.close(), proxy.close()]);

  expect([proxy.sentBytes() < 100_000, proxy.asked.length > 0]).toEqual([true, true]);
});
