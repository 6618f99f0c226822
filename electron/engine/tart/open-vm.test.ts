import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, open, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltLockHelper, buildLockHelper } from '../../../test/fixtures/lock-helper.ts';
import { runTartVm } from '../../../test/fixtures/tart-vm.ts';
import { forkNodeHelper } from '../../host/fork-helper.ts';
import type { Clock, EnginePorts, HelperProcess } from '../ports.ts';
import { openCachedImage } from './cached-image.ts';
import { type OpenVm, openVm } from './open-vm.ts';
import { vmConfigLayer } from './vm-config-layer.ts';

const CONFIG = {
  version: 1,
  os: 'linux',
  arch: 'arm64',
  cpuCountMin: 4,
  cpuCount: 4,
  memorySizeMin: 4_294_967_296,
  memorySize: 4_294_967_296,
  macAddress: '7e:01:02:03:04:05',
};
const never = new AbortController().signal;

let helpers: BuiltLockHelper;
let folder: string;
let opened: OpenVm[];
let forked: HelperProcess[];
let nowMs: number;

/** Far behind all stamps of files, so that nothing is waited for. */
const clock: Clock = {
  now: () => nowMs,
  steady: () => nowMs,
  sleep: () => Promise.reject(new Error('nothing to wait for')),
};

beforeAll(async () => {
  helpers = await buildLockHelper();
});
afterAll(() => helpers.remove());
beforeEach(async () => {
  nowMs = Date.UTC(2100, 0);
  const home = await mkdtemp(join(tmpdir(), 'open-vm-'));
  folder = join(home, 'builder');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG, null, 2));
  await writeFile(join(folder, 'nvram.bin'), 'nvram');
  await writeFile(join(folder, 'disk.img'), 'disk');
  await truncate(join(folder, 'disk.img'), 3_000_000);
  opened = [];
  forked = [];
});
afterEach(async () => {
  for (const vm of opened) await vm.close();
  for (const helper of forked) helper.kill();
  await rm(join(folder, '..'), { recursive: true, force: true });
});

function ports(): Pick<EnginePorts, 'paths' | 'clock' | 'forkHelper'> {
  const none = '/none';
  return {
    paths: {
      tartHome: none,
      stateHome: none,
      codecWorker: none,
      stateWorker: none,
      blobWorker: none,
      lockHelper: helpers.file,
      codecWasm: none,
    },
    clock,
    forkHelper: (file, args) => {
      const helper = forkNodeHelper(file, args);
      forked.push(helper);
      return helper;
    },
  };
}

async function openIt(signal = never): Promise<OpenVm> {
  const vm = await openVm({ name: 'builder', folder }, ports(), signal);
  opened.push(vm);
  return vm;
}

function sizesOf(vm: { identities: OpenVm['identities'] }): unknown {
  return { disk: vm.identities.disk.size, nvram: vm.identities.nvram.size };
}

describe('opening a VM for a push', () => {
  it('brings settings, sizes and the lock, until it is closed', async () => {
    const vm = await openIt();
    nowMs += 1500;
    const whileOpen = await openIt().catch((error: unknown) => error);
    await vm.confirmUnchanged(never);
    await vm.close();
    nowMs += 1000;

    expect({
      config: vm.config,
      layer: Buffer.from(vm.configBytes).equals(vmConfigLayer(vm.config)),
      sizes: sizesOf(vm),
      held: vm.held,
      heldMs: vm.heldMs(),
      suspended: vm.suspended,
      lost: vm.lost.aborted,
      whileOpen,
      after: (await openIt()).held,
    }).toEqual({
      config: { ...CONFIG, diskFormat: 'raw', display: { width: 1024, height: 768 } },
      layer: true,
      sizes: { disk: 3_000_000, nvram: 5 },
      held: true,
      heldMs: 1500,
      suspended: false,
      lost: false,
      whileOpen: expect.objectContaining({ code: 'vm.busy' }) as unknown,
      after: true,
    });
  });

  it('takes a suspended VM and says so', async () => {
    await writeFile(join(folder, 'state.vzvmsave'), 'memory');

    expect((await openIt()).suspended).toBe(true);
  });

  it('refuses a running VM without a helper of its own', async () => {
    const tart = await runTartVm({ configFile: join(folder, 'config.json') });
    try {
      await expect(openIt()).rejects.toMatchObject({ code: 'vm.running', params: { name: 'builder' } });
      expect(forked).toEqual([]);
    } finally {
      await tart.stop();
    }
  });

  it.each([
    ['a broken config.json', 'vm.configInvalid', () => writeFile(join(folder, 'config.json'), '{')],
    ['no disk', 'vm.incomplete', () => rm(join(folder, 'disk.img'))],
    ['an empty disk', 'vm.incomplete', () => truncate(join(folder, 'disk.img'), 0)],
    ['an empty NVRAM', 'vm.incomplete', () => truncate(join(folder, 'nvram.bin'), 0)],
    ['no folder', 'vm.gone', () => rm(folder, { recursive: true })],
    [
      'a stacked VM',
      'vm.stacked',
      async () => {
        await rm(join(folder, 'disk.img'));
        await writeFile(join(folder, 'manifest.json'), '{}');
        await writeFile(join(folder, 'overlay.asif'), 'x');
      },
    ],
  ])('refuses %s with %s, and lets the lock go', async (_name, code, spoil) => {
    await spoil();
    await expect(openIt()).rejects.toMatchObject({ code });
    expect(forked.filter(({ pid }) => existsSync(`/proc/${pid ?? 0}`))).toEqual([]);
  });

  it('sees a disk or NVRAM that changed while it was read', async () => {
    const vm = await openIt();
    const disk = await open(join(folder, 'disk.img'), 'r+');
    await disk.write('DISK', 0);
    await disk.close();
    await expect(vm.confirmUnchanged(never)).rejects.toMatchObject({
      code: 'vm.diskChanged',
      params: { name: 'builder', path: join(folder, 'disk.img') },
    });
    await vm.close();

    const again = await openIt();
    await appendFile(join(folder, 'nvram.bin'), '!');
    await expect(again.confirmUnchanged(never)).rejects.toMatchObject({
      params: { name: 'builder', path: join(folder, 'nvram.bin') },
    });
    await rm(join(folder, 'nvram.bin'));
    await expect(again.confirmUnchanged(never)).rejects.toMatchObject({ code: 'vm.gone' });
  });

  it('confirms nothing once somebody took the VM', async () => {
    const vm = await openIt();
    const lost = new Promise((resolve) => vm.lost.addEventListener('abort', resolve, { once: true }));
    process.kill(forked[0]?.pid ?? 0, 'SIGINT');
    await lost;

    await expect(vm.confirmUnchanged(never)).rejects.toMatchObject({ code: 'vm.lockLost' });
  });

  it('ends at once when it is cancelled', async () => {
    await expect(openIt(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('opening a cached image for a push', () => {
  /** Makes the folder a cached image of a manifest; answers the digest folder. */
  async function cached(manifest: string | null, named = manifest ?? ''): Promise<string> {
    const digest = `sha256:${createHash('sha256').update(named).digest('hex')}`;
    const image = join(folder, '..', digest);
    await mkdir(image);
    for (const file of ['config.json', 'nvram.bin', 'disk.img']) {
      await writeFile(join(image, file), await readFile(join(folder, file)));
    }
    if (manifest !== null) await writeFile(join(image, 'manifest.json'), manifest);
    return image;
  }
  const openImage = async (path: string): Promise<unknown> => {
    const image = await openCachedImage({ name: 'host/repo', folder: path }, clock, never);
    await image.confirmUnchanged(never);
    return {
      manifest: image.manifestBytes?.toString() ?? null,
      cpuCount: image.config.cpuCount,
      ...Object(sizesOf(image)),
    };
  };

  it('brings the manifest where its bytes are those of the digest, and takes no lock', async () => {
    const facts = { cpuCount: 4, disk: 3_000_000, nvram: 5 };

    expect([
      await openImage(await cached('{"a":1}')),
      await openImage(await cached('{"a": 2}', '{"a":2}')),
      await openImage(await cached(null)),
      forked.length,
    ]).toEqual([{ ...facts, manifest: '{"a":1}' }, { ...facts, manifest: null }, { ...facts, manifest: null }, 0]);
  });

  it('tells a disk that somebody altered since it was pulled, by whichever Tart', async () => {
    const asPulled = async (path: string): Promise<boolean> =>
      (await openCachedImage({ name: 'host/repo', folder: path }, clock, never)).asPulled;
    // Old Tart writes the manifest behind the disk; new Tart before it, and NVRAM behind it.
    const old = await cached('{"pulled":"old"}');
    const young = await cached('{"pulled":"new"}');
    await writeFile(join(young, 'nvram.bin'), await readFile(join(folder, 'nvram.bin')));
    const before = [await asPulled(old), await asPulled(young)];
    for (const image of [old, young]) {
      const { atime, mtime } = await stat(join(image, 'disk.img'));
      const pulledMs = Date.now();
      // The kernel's stamps are as coarse as its ticks.
      do await appendFile(join(image, 'disk.img'), 'x');
      while ((await stat(join(image, 'disk.img'))).ctimeMs <= pulledMs);
      // Whoever hides that cannot set the time at which he did.
      await utimes(join(image, 'disk.img'), atime, mtime);
    }

    expect([before, await asPulled(old), await asPulled(young)]).toEqual([[true, true], false, false]);
  });

  it('says that it is gone where Tart pruned it', async () => {
    const image = await cached('{}');
    const open = await openCachedImage({ name: 'host/repo', folder: image }, clock, never);
    await rm(image, { recursive: true });

    await expect(open.confirmUnchanged(never)).rejects.toMatchObject({ code: 'vm.gone' });
    await expect(openImage(image)).rejects.toMatchObject({ code: 'vm.gone' });
  });
});
