import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vmListSchema } from '../../../shared/models/vm.ts';
import { runTartVm } from '../../../test/fixtures/tart-vm.ts';
import { listVms, localVm } from './list-vms.ts';

const CONFIG = JSON.stringify({
  version: 1,
  os: 'linux',
  cpuCountMin: 4,
  cpuCount: 4,
  memorySizeMin: 4_294_967_296,
  memorySize: 4_294_967_296,
  macAddress: '7e:01:02:03:04:05',
});
const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const NOW = 1_700_000_000_000;

let home: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'tart-home-')));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Makes a folder of empty-ish files: `disk.img` is a hole of 1 GB. */
async function make(
  folder: string,
  files: readonly string[] = ['config.json', 'nvram.bin', 'disk.img'],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const file of files) await writeFile(join(folder, file), file === 'config.json' ? CONFIG : 'x');
  if (files.includes('disk.img')) await truncate(join(folder, 'disk.img'), 1_000_000_000);
  return folder;
}
const vm = (name: string, files?: readonly string[]): Promise<string> => make(join(home, 'vms', name), files);
const image = (place: string, digest: string, files?: readonly string[]): Promise<string> =>
  make(join(home, 'cache', 'OCIs', place, digest), files);

/** What a person tells rows apart by. */
async function rows(): Promise<unknown[]> {
  const list = await listVms(home, NOW);
  vmListSchema.parse(list);
  return list.vms.map(({ name, tags, digest, state, layout, defect }) => ({
    name,
    tags,
    digest,
    state,
    layout,
    defect: defect?.code ?? null,
  }));
}
const row = (name: string, more: object = {}): unknown => ({
  name,
  tags: [],
  digest: null,
  state: 'stopped',
  layout: 'standalone',
  defect: null,
  ...more,
});

describe("the list of Tart's home", () => {
  it('is empty where Tart has not been used yet', async () => {
    expect(await listVms(join(home, 'none'), NOW)).toEqual({
      tartHome: join(home, 'none'),
      places: [
        { path: join(home, 'none/vms'), role: 'vms', found: false },
        { path: join(home, 'none/cache/OCIs'), role: 'cache', found: false },
      ],
      vms: [],
      volume: null,
      readMs: NOW,
    });
  });

  it('tells all of a VM without reading its disk', async () => {
    const folder = await vm('builder');
    const list = await listVms(home, NOW);

    expect(list.vms).toEqual([
      {
        id: 'vm:builder',
        kind: 'vm',
        name: 'builder',
        tags: [],
        digest: null,
        folder,
        state: 'stopped',
        layout: 'standalone',
        os: 'linux',
        arch: 'arm64',
        cpuCount: 4,
        memorySize: 4_294_967_296,
        display: { width: 1024, height: 768, unit: null },
        diskFormat: 'raw',
        sizes: {
          logical: 1_000_000_000,
          allocated: expect.any(Number) as unknown,
          shared: expect.toBeOneOf([0, null]) as unknown,
        },
        modifiedMs: expect.any(Number) as unknown,
        defect: null,
      },
    ]);
    expect(list.vms[0]?.sizes?.allocated).toBeLessThan(100_000);
  });

  it('tells who runs, who is suspended and who is neither', async () => {
    const running = await vm('a-running');
    await vm('b-suspended', ['config.json', 'nvram.bin', 'disk.img', 'state.vzvmsave']);
    await vm('c-stopped');
    const tart = await runTartVm({ configFile: join(running, 'config.json') });
    try {
      expect(await rows()).toEqual([
        row('a-running', { state: 'running' }),
        row('b-suspended', { state: 'suspended' }),
        row('c-stopped'),
      ]);
    } finally {
      await tart.stop();
    }
  });

  it('keeps hostile and foreign names as they are', async () => {
    const names = ['-rf', 'a b\n"c"', 'ünïcödé 日本 🚀', '%2e%2e', 'sha256:x', 'x'.repeat(255)];
    for (const name of names) await vm(name);

    expect(await rows()).toEqual(names.sort().map((name) => row(name)));
  });

  it('lists what is broken with its defect, and everything else beside it', async () => {
    await vm('a-fine');
    await vm('b-empty', []);
    await vm('c-no-disk', ['config.json', 'nvram.bin']);
    await vm('d-stacked', ['config.json', 'nvram.bin', 'manifest.json', 'overlay.asif']);
    await vm('e-disk-and-overlay', ['config.json', 'nvram.bin', 'disk.img', 'overlay.asif']);
    await vm('f-cache-record', ['config.json', 'nvram.bin', 'manifest.json']);
    await writeFile(join(await vm('g-broken-config'), 'config.json'), '{');
    await writeFile(join(await vm('h-large-config'), 'config.json'), Buffer.alloc(2 ** 21));
    await symlink(join(home, 'unplugged'), join(home, 'vms', 'i-unplugged'));
    const pipes = await vm('j-pipes', []);
    for (const file of ['config.json', 'disk.img', 'nvram.bin']) spawnSync('mkfifo', [join(pipes, file)]);
    await mkdir(join(await vm('k-folder-for-disk', ['config.json', 'nvram.bin']), 'disk.img'));
    await symlink('/dev/zero', join(await vm('l-device-for-disk', ['config.json', 'nvram.bin']), 'disk.img'));
    await symlink('m-loop', join(home, 'vms', 'm-loop'));
    await symlink(await make(join(home, 'elsewhere')), join(home, 'vms', 'n-linked'));
    await writeFile(join(home, 'vms', '.DS_Store'), 'x');
    await mkdir(join(home, 'vms', '.Trashes'));
    const incomplete = { layout: 'incomplete', defect: 'vm.incomplete' };

    expect(await rows()).toEqual([
      row('a-fine'),
      row('b-empty', incomplete),
      row('c-no-disk', incomplete),
      row('d-stacked', { layout: 'stacked', defect: 'vm.stacked' }),
      row('e-disk-and-overlay', incomplete),
      row('f-cache-record', incomplete),
      row('g-broken-config', { defect: 'vm.configInvalid' }),
      row('h-large-config', { defect: 'vm.configInvalid' }),
      row('i-unplugged', { layout: 'incomplete', defect: 'vm.gone' }),
      row('j-pipes', { layout: 'incomplete', defect: 'file.unreadable' }),
      row('k-folder-for-disk', incomplete),
      row('l-device-for-disk', incomplete),
      row('m-loop', { layout: 'incomplete', defect: 'vm.gone' }),
      row('n-linked'),
    ]);
    const { vms } = await listVms(home, NOW);
    expect(await Promise.all(vms.map(({ id }) => localVm(home, id)))).toEqual(vms);
  });

  it('gives one VM alone by its id, and nothing for an id that would lead elsewhere', async () => {
    const names = ['.hidden', 'a b', 'ünïcödé'];
    for (const name of names) await vm(name);
    await mkdir(join(home, 'vms', '.Trashes'));
    await writeFile(join(home, 'vms', 'file'), 'x');
    const none = ['', '.', '..', '../vms/a b', 'a b/', 'a b/disk.img', '.Trashes', 'file', 'nobody'];
    const found = await Promise.all(names.map((name) => localVm(home, `vm:${name}`)));

    expect({
      found: found.map((one) => one?.name),
      none: await Promise.all(
        [...none.map((name) => `vm:${name}`), 'a b', `image:a.io/b@${DIGEST}`].map((id) => localVm(home, id)),
      ),
    }).toEqual({ found: names, none: [...none, '', ''].map(() => null) });
  });

  it('says of a VM that is not whole which file it lacks', async () => {
    await vm('a-no-config', ['disk.img', 'nvram.bin']);
    await vm('b-no-disk', ['config.json', 'nvram.bin']);
    await vm('c-no-nvram', ['config.json', 'disk.img']);
    await truncate(join(await vm('d-empty-disk'), 'disk.img'), 0);
    await truncate(join(await vm('e-empty-nvram'), 'nvram.bin'), 0);
    await mkdir(join(await vm('f-folder-for-disk', ['config.json', 'nvram.bin']), 'disk.img'));
    await vm('g-disk-and-overlay', ['config.json', 'nvram.bin', 'disk.img', 'overlay.asif']);
    const { vms } = await listVms(home, NOW);

    expect(vms.map(({ defect }) => defect)).toEqual(
      [
        ['a-no-config', 'config.json', 'missing'],
        ['b-no-disk', 'disk.img', 'missing'],
        ['c-no-nvram', 'nvram.bin', 'missing'],
        ['d-empty-disk', 'disk.img', 'empty'],
        ['e-empty-nvram', 'nvram.bin', 'empty'],
        ['f-folder-for-disk', 'disk.img', 'notFile'],
        ['g-disk-and-overlay', 'overlay.asif', 'besideDisk'],
      ].map(([name = '', file, problem]): unknown =>
        expect.objectContaining({ code: 'vm.incomplete', params: { folder: join(home, 'vms', name), file, problem } }),
      ),
    );
  });

  it('lists a cached image once, with all its tags, wherever its name leads', async () => {
    const folder = await image('127.0.0.1%3A5000/team/deep/er/builder', DIGEST);
    await image('127.0.0.1%3A5000/team/deep/er/builder', OTHER);
    await image('localhost:5001/old', DIGEST);
    await image('ghcr.io/org/stacked', DIGEST, ['config.json', 'nvram.bin', 'manifest.json']);
    const tags = join(folder, '..');
    await symlink(folder, join(tags, 'latest'));
    await symlink(folder, join(tags, '1.0'));
    await symlink(join(tags, `sha256:${'c'.repeat(64)}`), join(tags, 'pruned'));
    await symlink(`/elsewhere/${DIGEST}`, join(tags, 'moved-home'));
    await symlink('/etc', join(home, 'cache/OCIs/ghcr.io/etc'));
    await writeFile(join(home, 'cache/OCIs/ghcr.io/note.txt'), 'x');
    const name = '127.0.0.1:5000/team/deep/er/builder';

    expect(await rows()).toEqual([
      row(name, { tags: ['1.0', 'latest'], digest: DIGEST }),
      row(name, { digest: OTHER }),
      row('ghcr.io/org/stacked', { digest: DIGEST, layout: 'stacked', defect: 'vm.stacked' }),
      row('localhost:5001/old', { digest: DIGEST }),
    ]);
  });

  it('finds the tags of a home that has another name, too', async () => {
    const folder = await image('ghcr.io/acme/vm', DIGEST);
    const alias = join(home, '..', `${basename(home)}-alias`);
    await symlink(home, alias);
    try {
      await symlink(join(alias, 'cache/OCIs/ghcr.io/acme/vm', DIGEST), join(folder, '..', 'by-alias'));
      await symlink(`../vm/${DIGEST}`, join(folder, '..', 'relative'));
      const through = await listVms(alias, NOW);

      expect([through.vms.map(({ tags }) => tags), (await listVms(home, NOW)).vms.map(({ tags }) => tags)]).toEqual([
        [['by-alias', 'relative']],
        [['by-alias', 'relative']],
      ]);
    } finally {
      await rm(alias);
    }
  });

  it('shows names of the cache as they are: nothing in them leads anywhere', async () => {
    const names = ['%2e%2e/a', 'host%3Aport%3A1/a', '-rf/$(touch x)', 'a\nb/\u202egnp'];
    for (const name of names) await image(name, DIGEST);

    expect((await listVms(home, NOW)).vms.map(({ name }) => name)).toEqual(
      ['%2e%2e/a', '-rf/$(touch x)', 'a\nb/\u202egnp', 'host:port%3A1/a'].sort(),
    );
  });

  it('does not follow a cache that nests without end', async () => {
    await image(`${'a/'.repeat(11)}b`, DIGEST);
    await image(`${'a/'.repeat(12)}c`, OTHER);

    expect((await listVms(home, NOW)).vms.map(({ digest }) => digest)).toEqual([DIGEST]);
  });

  it('knows no image that is pruned while it looks, and none that is half gone', async () => {
    for (let round = 0; round < 5; round += 1) {
      const folders = await Promise.all(
        Array.from({ length: 30 }, (_, at) => image('ghcr.io/acme/vm', `sha256:${String(at).padStart(64, '0')}`)),
      );
      const listing = listVms(home, NOW);
      for (const folder of folders) {
        for (const file of ['disk.img', 'config.json', 'nvram.bin']) await rm(join(folder, file));
        await rm(folder, { recursive: true });
      }
      const { vms } = await listing;
      const gone = await listVms(home, NOW);

      // An image whose folder was still there when it was looked at a second time may be told as incomplete.
      expect([...new Set(vms.map(({ defect }) => defect?.code ?? 'whole'))]).toSatisfy((codes: string[]) =>
        codes.every((code) => ['whole', 'vm.incomplete', 'vm.gone'].includes(code)),
      );
      expect(gone.vms).toEqual([]);
    }
  });

  it.runIf(process.getuid?.() === 0)(
    'tells which folders may not be read, and lists everything beside them',
    async () => {
      await chmod(home, 0o755);
      await vm('a-fine');
      await chmod(await vm('b-closed'), 0o700);
      await chmod(join(await vm('c-secret'), 'config.json'), 0o600);
      await chmod(join(await image('ghcr.io/closed/vm', DIGEST), '..'), 0o700);
      await image('ghcr.io/open/vm', DIGEST);
      const nobody = 65534;
      process.seteuid?.(nobody);
      try {
        expect(await rows()).toEqual([
          row('a-fine'),
          row('b-closed', { layout: 'incomplete', defect: 'file.unreadable' }),
          row('c-secret', { defect: 'file.unreadable' }),
          row('ghcr.io/closed/vm', { layout: 'incomplete', defect: 'file.unreadable' }),
          row('ghcr.io/open/vm', { digest: DIGEST }),
        ]);
      } finally {
        process.seteuid?.(0);
      }
    },
  );

  it('fails with the path where the folder of the VMs itself cannot be read', async () => {
    await writeFile(join(home, 'vms'), 'no folder');

    await expect(listVms(home, NOW)).rejects.toMatchObject({
      code: 'file.unreadable',
      params: { path: join(home, 'vms'), reason: 'ENOTDIR' },
    });
  });
});
