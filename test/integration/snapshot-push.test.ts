import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { first, isCommit } from '../fixtures/faults.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, runTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';

let registry: DockerRegistry;
beforeAll(async () => {
  registry = await startDockerRegistry();
});
afterAll(() => registry.stop());

function snapshotsIn({ root }: TartHome): string[] {
  try {
    return readdirSync(join(root, '.tartan', 'snapshots'));
  } catch {
    return [];
  }
}

function writeTo(path: string, offset: number, bytes: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes), 0, bytes.length, offset);
  closeSync(file);
}

describe.each(VOLUME_KINDS.filter((kind) => kind !== 'ext4'))('a push of a VM on %s', (kind) => {
  let volume: LoopVolume;
  let home: TartHome;
  beforeAll(async () => {
    volume = makeLoopVolume(kind);
    home = await makeTartHome(volume.path);
  });
  afterAll(() => volume.remove());

  it('reads a snapshot: the VM may be started, written to and deleted meanwhile', async () => {
    const vm = await makeTartVm(home, { name: 'busy', disk: SMALLEST_DISK });
    const [disk, nvram] = [readFileSync(vm.diskFile), readFileSync(vm.nvramFile)];
    const seen: { started: boolean; disturbing: Promise<void> } = { started: false, disturbing: Promise.resolve() };
    const disturb = async (): Promise<void> => {
      const running = await runTartVm(vm);
      seen.started = true;
      writeTo(vm.diskFile, 9 * 1024 * 1024, 'changed by the guest');
      writeTo(vm.nvramFile, 0, 'changed');
      await running.stop();
      await rm(vm.folder, { recursive: true });
    };
    const { fault, hits } = first(1, isCommit, () => {
      seen.disturbing = disturb();
      return undefined;
    });
    const proxy = await startRegistryProxy(registry.host, fault);
    const engine = await openTestEngine({ tartHome: home.root });
    const { document } = await engine.push({
      vmId: 'vm:busy',
      references: [`${proxy.host}/snapshots/${kind}:1`],
      concurrency: 1,
    });
    await seen.disturbing;
    const kept = snapshotsIn(home);
    await Promise.all([engine.close(), proxy.close()]);
    const image = await pullWithSkopeo(`${registry.host}/snapshots/${kind}:1`);
    expect({
      source: document.source,
      locked: document.lockedMs !== null && document.lockedMs < 5000,
      disturbed: hits(),
      started: seen.started,
      whole: image.disk.equals(disk) && image.nvram.equals(nvram),
      kept: kept.length,
    }).toEqual({ source: 'snapshot', locked: true, disturbed: 1, started: true, whole: true, kept: 1 });
  });

  it('makes no other snapshot of a disk that did not change, and one base stays when it did', async () => {
    const vm: TartVm = await makeTartVm(home, { name: 'steady', disk: SMALLEST_DISK });
    const engine = await openTestEngine({ tartHome: home.root });
    const push = async (tag: string) =>
      (await engine.push({ vmId: 'vm:steady', references: [`${registry.host}/snapshots/${kind}-steady:${tag}`] }))
        .document;
    await push('1');
    const before = snapshotsIn(home);
    const again = await push('2');
    const unchanged = snapshotsIn(home);
    writeTo(vm.diskFile, 9 * 1024 * 1024, 'changed');
    const changed = await push('3');
    const after = snapshotsIn(home);
    await engine.close();
    expect({
      again: { read: again.bytes.read, sent: again.bytes.uploaded, source: again.source },
      unchanged,
      changed: changed.source,
      replaced: after.filter((name) => !before.includes(name)).length,
      kept: after.length,
    }).toEqual({
      again: { read: 0, sent: 0, source: 'snapshot' },
      unchanged: before,
      changed: 'snapshot',
      replaced: 1,
      kept: before.length,
    });
  });
});
