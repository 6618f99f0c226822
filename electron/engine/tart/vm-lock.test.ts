import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { holdFileLock } from '../../../test/fixtures/file-lock.ts';
import { type BuiltLockHelper, buildLockHelper } from '../../../test/fixtures/lock-helper.ts';
import { runTartVm } from '../../../test/fixtures/tart-vm.ts';
import { forkNodeHelper } from '../../host/fork-helper.ts';
import type { ForkHelper, HelperProcess } from '../ports.ts';
import { CONFIG_LIMIT, vmFiles } from './vm-folder.ts';
import { lockVm, type VmLock } from './vm-lock.ts';
import { vmStateOf } from './vm-state.ts';

const CONFIG = '{"version":1,"name":"ünï"}';
const never = new AbortController().signal;

let helpers: BuiltLockHelper;
let folder: string;
let config: string;
let held: VmLock[];
let forked: HelperProcess[];

const fork: ForkHelper = (file, args) => {
  const helper = forkNodeHelper(file, args);
  forked.push(helper);
  return helper;
};

beforeAll(async () => {
  helpers = await buildLockHelper();
});
afterAll(() => helpers.remove());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vm lock ✓ '));
  config = join(folder, 'config.json');
  await writeFile(config, CONFIG);
  held = [];
  forked = [];
});
afterEach(async () => {
  for (const lock of held) await lock.release();
  for (const helper of forked) helper.kill();
  await rm(folder, { recursive: true, force: true });
});

async function lock(helperFile: string, signal = never): Promise<VmLock> {
  const taken = await lockVm({ name: 'vm', config, helperFile, fork }, signal);
  held.push(taken);
  return taken;
}

function whenLost(taken: VmLock): Promise<unknown> {
  return new Promise((resolve) => {
    taken.lost.addEventListener('abort', () => resolve(taken.lost.reason), { once: true });
  });
}

/** The process that perl, as an independent judge, sees holding the lock; 0 = none. */
function holderByPerl(): number {
  const script =
    'use Fcntl; open(F,"+<",$ARGV[0]); my $l=pack("s s x4 q q l x4",F_RDLCK,0,0,0,0); fcntl(F,F_GETLK,$l); my @l=unpack("s s x4 q q l x4",$l); print $l[0]==F_UNLCK?0:$l[4]';
  return Number(spawnSync('perl', ['-e', script, config], { encoding: 'utf8' }).stdout);
}

/** A process that locks the VM as the engine does, so that it can die. Resolves when the lock is held. */
async function engineOfItsOwn(helperFile: string): Promise<{ readonly pid: number }> {
  const script = `
    const helper = require('node:child_process').fork(process.argv[1], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    helper.once('message', ({ type }) => console.log(type));
    helper.send({ type: 'lock', config: process.argv[2] });`;
  const child = spawn(process.execPath, ['-e', script, helperFile, config], { stdio: ['ignore', 'pipe', 'inherit'] });
  const answer = await new Promise((resolve) =>
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())),
  );
  if (answer !== 'locked\n' || child.pid === undefined) throw new Error(`not locked: ${String(answer)}`);
  return { pid: child.pid };
}

describe.each([
  ['with libc', () => helpers.file],
  ['with perl where libc cannot be called', () => helpers.withoutKoffi],
])("Tart's lock on a VM, %s", (_name, helperFile) => {
  it('is seen by other processes, brings the settings, and goes when it is released', async () => {
    const taken = await lock(helperFile());
    const during = { ...taken, lost: taken.lost.aborted, seen: holderByPerl() !== 0 };
    await taken.release();
    const again = await lock(helperFile());

    expect({ during, again: again.held }).toEqual({
      during: { config: CONFIG, held: true, lost: false, seen: true, release: expect.any(Function) as unknown },
      again: true,
    });
    expect(taken.lost.aborted).toBe(false);
  });

  it('is refused as busy while another push reads the VM, which does not count as running', async () => {
    await lock(helperFile());

    await expect(lock(helpers.file)).rejects.toMatchObject({ code: 'vm.busy' });
    await expect(lock(helpers.withoutKoffi)).rejects.toMatchObject({ code: 'vm.busy' });
    expect(await vmStateOf(vmFiles(folder))).toBe('stopped');
  });

  it.each(['SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'is lost when its holder gets %s, as tart stop and suspend send',
    async (name) => {
      const taken = await lock(helperFile());
      const lost = whenLost(taken);
      process.kill(holderByPerl(), name);

      expect(await lost).toMatchObject({ code: 'vm.lockLost', params: { name: 'vm' } });
      expect(holderByPerl()).toBe(0);
    },
  );

  it('goes with the engine, however that ends', async () => {
    const engine = await engineOfItsOwn(helperFile());
    const during = holderByPerl();
    process.kill(engine.pid, 'SIGKILL');
    // Other processes need a moment to see that it is gone; the test's own limit is the bound.
    while (holderByPerl() !== 0) await new Promise((resolve) => setTimeout(resolve, 10));

    expect(during).toBeGreaterThan(0);
  });

  it('goes with its helper, and is told as lost', async () => {
    const taken = await lock(helperFile());
    const lost = whenLost(taken);
    process.kill(forked[0]?.pid ?? 0, 'SIGKILL');

    expect(await lost).toMatchObject({ code: 'vm.lockLost' });
    while (holderByPerl() !== 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it.runIf(process.platform === 'linux')(
    'has config.json open once: closing it anywhere would drop the lock',
    async () => {
      await lock(helperFile());
      const holder = holderByPerl();
      const links = await Promise.all(
        (await readdir(`/proc/${holder}/fd`)).map((entry) => readlink(`/proc/${holder}/fd/${entry}`).catch(() => '')),
      );

      expect(links.filter((target) => target === config)).toEqual([config]);
    },
  );

  it('is refused as busy while Tart itself pushes the VM', async () => {
    const tart = await holdFileLock(config, { title: 'tart push vm ghcr.io/acme/vm:1' });
    try {
      await expect(lock(helperFile())).rejects.toMatchObject({
        code: 'vm.busy',
        params: { name: 'vm', pid: tart.pid },
      });
      expect(await vmStateOf(vmFiles(folder))).toBe('stopped');
    } finally {
      await tart.stop();
    }
  });

  it('is refused where somebody runs the VM, naming the process', async () => {
    const tart = await runTartVm({ configFile: config });
    try {
      await expect(lock(helperFile())).rejects.toMatchObject({
        code: 'vm.running',
        params: { name: 'vm', pid: tart.pid },
      });
    } finally {
      await tart.stop();
    }
  });
});

describe("Tart's lock on a VM", () => {
  it('is not taken, and no helper stays, when the push is cancelled', async () => {
    const cancelled = new AbortController();
    const taking = lock(helpers.file, cancelled.signal);
    cancelled.abort();
    await expect(taking).rejects.toMatchObject({ code: 'cancelled' });
    await expect(lock(helpers.file, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(forked).toHaveLength(1);
  });

  it('fails with a code where there is no config.json, or something else in its place', async () => {
    const outcome = async (make: () => Promise<void>): Promise<unknown> => {
      await rm(config, { recursive: true, force: true });
      await make();
      return lock(helpers.file).catch((error: unknown) => error);
    };
    expect(await outcome(() => Promise.resolve())).toMatchObject({ code: 'vm.gone' });
    expect(await outcome(() => mkdir(config).then(() => undefined))).toMatchObject({
      code: 'file.unreadable',
      params: { path: config, reason: 'EISDIR' },
    });
    expect(await outcome(() => Promise.resolve(void spawnSync('mkfifo', [config])))).toMatchObject({
      code: 'file.unreadable',
      params: { path: config, reason: 'notFile' },
    });
    expect(await outcome(() => writeFile(config, Buffer.alloc(CONFIG_LIMIT + 1)))).toMatchObject({
      code: 'vm.configInvalid',
      params: { problem: 'tooLarge' },
    });
  });

  it('fails as an internal error where the helper cannot be started', async () => {
    const broken = join(folder, 'broken.cjs');
    await writeFile(broken, 'process.exit(1)');
    await expect(lock(broken)).rejects.toMatchObject({ code: 'internal' });
  });

  it.runIf(process.platform === 'linux')('is held by a process that is small and has no more than libc', async () => {
    await lock(helpers.file);
    const status = await readFile(`/proc/${forked[0]?.pid ?? 0}/smaps_rollup`, 'utf8');
    const pss = Number(/^Pss:\s+(\d+)/m.exec(status)?.[1]) / 1024;

    expect(pss).toBeLessThan(48);
  });
});
