import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { first, isCommit } from '../fixtures/faults.ts';
import { lockHolderOf } from '../fixtures/file-lock.ts';
import { isWhole, pushThrough } from '../fixtures/push-through.ts';
import type { FaultDecision } from '../fixtures/registry-proxy.ts';
import { forbidSnapshots, makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';

let home: TartHome;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  await forbidSnapshots(home);
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

/**
 * Pushes a VM of its own, one layer at a time, and does something to it when a blob is being closed.
 *
 * @param at which one that is, counted from 1
 */
async function pushWhile(name: string, disturb: (vm: TartVm) => FaultDecision, at = 1) {
  const vm = await makeTartVm(home, { name, disk: SMALLEST_DISK });
  let commits = 0;
  const { fault, hits } = first(
    1,
    (seen) => isCommit(seen) && (commits += 1) === at,
    () => disturb(vm),
  );
  const { ended, tags, seen } = await pushThrough({
    registry: registry.host,
    repository: `disturbed/${name}`,
    vm,
    tartHome: home.root,
    fault,
    request: { concurrency: 1 },
  });
  const left = seen.filter(({ method }) => method === 'DELETE').length;
  return { vm, ended, tags, left, disturbed: hits(), commits: seen.filter(isCommit).length };
}

/** Writes a few bytes into the middle of a VM's disk. */
function writeTo(vm: TartVm): void {
  const disk = openSync(vm.diskFile, 'r+');
  writeSync(disk, Buffer.from('changed'), 0, 7, 9 * 1024 * 1024);
  closeSync(disk);
}

describe('a VM that no snapshot can be made of and somebody wants in the middle of a push', () => {
  it('ends the push when its disk is written to, and nothing is tagged', async () => {
    const { ended, tags, disturbed } = await pushWhile('written', (vm) => {
      writeTo(vm);
      return undefined;
    });
    expect({ ended, tags, disturbed }).toEqual({ ended: 'vm.diskChanged', tags: [], disturbed: 1 });
  });

  it('ends the push when its disk is written to after the last byte of it was read, and nothing is tagged', async () => {
    const undisturbed = await pushWhile('read', () => undefined);
    const { ended, tags, commits } = await pushWhile(
      'read-and-written',
      (vm) => {
        writeTo(vm);
        return undefined;
      },
      undisturbed.commits,
    );
    expect({ without: undisturbed.ended, ended, tags, commits }).toEqual({
      without: 'done',
      ended: 'vm.diskChanged',
      tags: [],
      commits: undisturbed.commits,
    });
  });

  it('is not read from another VM that has its name for a while, and nothing of that one is remembered', async () => {
    const other = await makeTartVm(home, { name: 'other', disk: { ...SMALLEST_DISK, seed: 'other' } });
    const vm = await makeTartVm(home, { name: 'swapped', disk: SMALLEST_DISK });
    const aside = `${vm.folder}-aside`;
    let commits = 0;
    const { fault } = first(Number.POSITIVE_INFINITY, isCommit, () => {
      commits += 1;
      if (commits === 1) {
        renameSync(vm.folder, aside);
        renameSync(other.folder, vm.folder);
      }
      return undefined;
    });
    const stateHome = join(home.root, 'state-of-swapped');
    const own = { registry: registry.host, repository: 'disturbed/swapped', vm, tartHome: home.root, stateHome };
    const disturbed = await pushThrough({ ...own, fault, request: { concurrency: 1 } });
    renameSync(vm.folder, other.folder);
    renameSync(aside, vm.folder);
    const { ended, whole } = await pushThrough(own);

    expect({ first: [disturbed.ended, disturbed.tags], ended, whole }).toEqual({
      first: ['vm.diskChanged', []],
      ended: 'done',
      whole: true,
    });
  });

  it.each(['SIGINT', 'SIGUSR1', 'SIGKILL'] as const)(
    'is let go at once at %s, as Tart sends it, and left alone',
    async (signal) => {
      let holder = 0;
      const { vm, ended, tags, left } = await pushWhile(`wanted-${signal.toLowerCase()}`, (wanted) => {
        holder = lockHolderOf(wanted.configFile);
        process.kill(holder, signal);
        // Whoever wants the VM does not wait until a registry has answered: this one never does.
        return 'answered';
      });
      const free = lockHolderOf(vm.configFile) === 0;
      expect({ held: holder > 0, own: holder === process.pid, ended, tags, closes: left > 0, free }).toEqual({
        held: true,
        own: false,
        ended: 'vm.lockLost',
        tags: [],
        // The upload session that was open.
        closes: true,
        free: true,
      });
    },
  );
});

describe('a disk in Apple’s sparse format', () => {
  it('is pushed as the file that it is, with its label', async () => {
    const vm = await makeTartVm(home, { name: 'sparse', disk: SMALLEST_DISK, config: { diskFormat: 'asif' } });
    const { ended } = await pushThrough({
      registry: registry.host,
      repository: 'formats/asif',
      vm,
      tartHome: home.root,
    });
    const image = await copyWithSkopeo(`${registry.host}/formats/asif:1`);
    const config: unknown = JSON.parse((await image.blob(image.config)).toString('utf8'));
    await image.remove();
    expect({ ended, config, whole: await isWhole(`${registry.host}/formats/asif:1`, vm) }).toEqual({
      ended: 'done',
      config: { architecture: 'arm64', config: { Labels: { 'org.cirruslabs.tart.disk.format': 'asif' } }, os: 'linux' },
      whole: true,
    });
  });
});
