import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportDocumentSchema } from '../../shared/models/report.ts';
import type { SavingsSums } from '../../shared/models/savings.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanPlace, type TartanResult } from '../fixtures/tartan-process.ts';

const MIB = 1024 * 1024;

let home: TartHome;
let vm: TartVm;
let registries: DockerRegistry[];

beforeAll(async () => {
  home = await makeTartHome();
  // 96 MiB that do not compress: far more than a process reads of itself. No hole: its zero chunk, known beforehand,
  // would make each chunk of that length worth a look before it is sent.
  const tail = ['random', 'random', 'random', 'zeros', 'short'] as const;
  const disk = { chunkSize: 32 * MIB, fileSystemSize: 32 * MIB, contentSize: 8 * MIB, tail };
  vm = await makeTartVm(home, { name: 'builder', disk });
  registries = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
});
afterAll(async () => {
  await Promise.all(registries.map((registry) => registry.stop()));
  await home.remove();
});

describe('what a push reads and sends, counted by the system and at the registry', () => {
  it('is one reading and one sending to each registry for two tags, two repositories and two registries, and nothing the second time', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const place: TartanPlace = { tartHome: home.root, stateHome, chunkSize: 32 * MIB };
    const proxies = await Promise.all(registries.map(({ host }) => startRegistryProxy(host)));
    const references = proxies.flatMap(({ host }) => [`${host}/two/a:1`, `${host}/two/a:2`, `${host}/two/b:1`]);
    const idle = await runTartan(['list'], place);
    const first = await runTartan(['push', 'builder', ...references], place);
    const sent = proxies.map((proxy) => proxy.blobBytes());
    const report = await runTartan(['report', '--json'], place);
    const second = await runTartan(['push', 'builder', ...references, `${proxies[0]?.host ?? ''}/two/a:3`], place);
    const sentAgain = proxies.map((proxy, at) => proxy.blobBytes() - (sent[at] ?? 0));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    const both = await runTartan(['report', '--json'], place);
    await rm(stateHome, { recursive: true, force: true });
    const totalsOf = ({ stdout }: TartanResult): SavingsSums =>
      reportDocumentSchema.parse(JSON.parse(stdout)).savings.totals;
    const data = 96 * MIB;
    const readOnce = first.read - idle.read;
    expect({ statuses: [idle.status, first.status, second.status], sentAgain }).toEqual({
      statuses: [0, 0, 0],
      sentAgain: [0, 0],
    });
    expect(readOnce).toBeGreaterThan(data);
    expect(readOnce).toBeLessThan(2 * data);
    // What is recorded is what the system and the registries count: the requests beside the blobs are a few kilobytes.
    const [told, toldBoth] = [totalsOf(report), totalsOf(both)];
    expect(told.read).toBeGreaterThan(data);
    expect(told.read).toBeLessThan(readOnce);
    expect(sent.reduce((sum, bytes) => sum + bytes, 0) - told.sent).toBeLessThan(20_000);
    expect([toldBoth.read, toldBoth.sent, toldBoth.jobs]).toEqual([told.read, told.sent, 2]);
    for (const bytes of sent) {
      expect(bytes).toBeGreaterThan(data);
      expect(bytes).toBeLessThan(1.5 * data);
    }
    // Beside its own program a repeated push reads no more than a small part of the disk.
    expect(second.read - idle.read).toBeLessThan(16 * MIB);
    const whole = await Promise.all(
      registries.flatMap(({ host }) => ['a:1', 'a:2', 'b:1'].map((name) => isWhole(`${host}/two/${name}`, vm))),
    );
    expect(whole).toEqual(whole.map(() => true));
  });
});
