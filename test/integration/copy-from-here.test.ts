import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CopyDocument } from '../../shared/models/copy.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
/** Not on this computer, as far as anybody can tell: only the proxy finds it. */
const FAR = 'registry.far.example';
const IMAGE = `${FAR}/vms/builder:1`;

let home: TartHome;
let far: FakeRegistry;
let near: FakeRegistry;
let proxy: ConnectProxy;
let engine: TestEngine;

const openHere = (): Promise<TestEngine> =>
  openTestEngine({
    tartHome: home.root,
    network: {
      trustedCertificates: () => Promise.resolve([far.certificates?.authority ?? '']),
      proxyFor: (origin) => (origin.includes(FAR) ? `http://${proxy.host}` : null),
    },
  });

beforeAll(async () => {
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  [far, near] = await Promise.all([startFakeRegistry({ tls: { names: [FAR] } }), startFakeRegistry()]);
  proxy = await startConnectProxy({ target: far.host });
  // Another computer pushed it: this one has the VM and knows its disk from a push elsewhere.
  const other = await openHere();
  await other.push({ vmId: 'vm:builder', references: [IMAGE] });
  await other.close();
  engine = await openHere();
  await engine.push({ vmId: 'vm:builder', references: [`${near.host}/own/builder:1`] });
});
afterAll(async () => {
  await engine.close();
  await Promise.all([far.close(), near.close(), proxy.close()]);
  await home.remove();
});

const sizeOf = ({ targets }: CopyDocument, origin: string): number =>
  targets
    .flatMap(({ layers }) => layers)
    .filter((layer) => layer.origin === origin && layer.kind !== 'manifest')
    .reduce((sum, { size }) => sum + (size ?? 0), 0);
/** Bytes of blobs that were read at the far registry. */
const readFar = (digests: readonly (string | null)[]): number =>
  far.seen.filter(({ method, path }) => method === 'GET' && digests.some((digest) => path.endsWith(digest ?? '-')))
    .length;

/** Copies to a registry that has nothing, and says what the far one was asked for. */
async function copyToEmpty() {
  const target = await startFakeRegistry();
  try {
    const request = { images: [{ source: IMAGE, targets: [`${target.host}/copy/builder:1`] }] };
    const plan = await engine.planCopy(request);
    far.clearSeen();
    const { document } = await engine.copy(request);
    const disk = document.targets.flatMap(({ layers }) => layers).filter(({ kind }) => kind === 'disk');
    return {
      plan,
      document,
      disk,
      readForDisk: readFar(disk.map(({ digest }) => digest)),
      whole: target.content.isWhole('copy/builder', '1'),
    };
  } finally {
    await target.close();
  }
}

describe('a copy of an image whose chunks are on this computer', () => {
  it('encodes them from the disk of the VM, and says so beforehand', async () => {
    const { plan, document, disk, readForDisk, whole } = await copyToEmpty();
    const packed = disk.reduce((sum, { size }) => sum + (size ?? 0), 0);
    expect([plan.targets[0]?.hereBytes, sizeOf(plan, 'encoded'), sizeOf(document, 'encoded')]).toEqual([
      packed,
      packed,
      packed,
    ]);
    expect([packed > 0, readForDisk, whole]).toEqual([true, 0, true]);
  });

  it('from a registry that is as near reads it there', async () => {
    const target = await startFakeRegistry();
    const plan = await engine.planCopy({
      images: [{ source: `${near.host}/own/builder:1`, targets: [`${target.host}/copy/builder:1`] }],
    });
    await target.close();
    expect([plan.targets[0]?.hereBytes, sizeOf(plan, 'remote')]).toEqual([0, plan.bytes.packed]);
  });

  it('takes what the local store has, as it is', async () => {
    await engine.copy({
      images: [{ source: IMAGE, targets: [`oci:${join(engine.stateHome, 'store')}:kept/builder:1`] }],
    });
    const { plan, document, whole } = await copyToEmpty();
    expect([sizeOf(plan, 'store'), sizeOf(document, 'store'), whole]).toEqual([
      plan.bytes.packed,
      plan.bytes.packed,
      true,
    ]);
    expect(far.seen.filter(({ path }) => path.includes('/blobs/'))).toEqual([]);
    await rm(join(engine.stateHome, 'store'), { recursive: true, force: true });
  });

  it('reads at the source what the disk does not give after all', async () => {
    const { document } = await engine.push({
      vmId: 'vm:builder',
      references: [`${near.host}/cached/builder:1`],
      populateCache: true,
    });
    expect(document.populatedCache).toEqual({ error: null });
    const { vms } = await engine.handlers['vms.list'](null, never);
    const image = vms.find(({ kind }) => kind === 'image');
    // The VM is gone, and somebody wrote to the disk of the image, whose manifest still names what was there.
    await rm(join(home.root, 'vms', 'builder'), { recursive: true });
    const disk = await open(join(image?.folder ?? '', 'disk.img'), 'r+');
    await disk.write(Buffer.from('written over'), 0, 12, 2048);
    await disk.close();
    const { plan, document: copied, readForDisk, whole } = await copyToEmpty();
    expect([(plan.targets[0]?.hereBytes ?? 0) > 0, readForDisk > 0, whole]).toEqual([true, true, true]);
    expect(sizeOf(copied, 'encoded')).toBeLessThan(plan.targets[0]?.hereBytes ?? 0);
  });
});
