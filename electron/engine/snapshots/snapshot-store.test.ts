import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltFile, buildProgram } from '../../../test/fixtures/bundle.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../../../test/fixtures/loop-volume.ts';
import { identify, snapshotOptions } from '../../../test/fixtures/snapshot-options.ts';
import { type HeldSnapshot, SnapshotStore } from './snapshot-store.ts';

/** What these VMs are set to. */
const SETTINGS = { config: '{}', suspended: false } as const;

let program: BuiltFile;
beforeAll(async () => {
  program = await buildProgram('test/fixtures/snapshot-program.ts');
});
afterAll(() => program.remove());

describe.each(VOLUME_KINDS.filter((kind) => kind !== 'ext4'))('snapshots on %s', (kind) => {
  let volume: LoopVolume;
  let home: string;
  let rounds = 0;
  beforeAll(() => {
    volume = makeLoopVolume(kind);
  });
  afterAll(() => volume.remove());
  beforeEach(() => {
    rounds += 1;
    home = join(volume.path, `home-${String(rounds)}`);
  });

  /** A VM's folder with a disk and NVRAM that no other has. */
  function makeVm(name: string): string {
    const folder = join(home, 'vms', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'disk.img'), `disk of ${name}`.repeat(1000));
    writeFileSync(join(folder, 'nvram.bin'), `nvram of ${name}`);
    return folder;
  }

  async function snapshotOf(store: SnapshotStore, name: string): Promise<HeldSnapshot> {
    const folder = join(home, 'vms', name);
    const [disk, nvram] = [join(folder, 'disk.img'), join(folder, 'nvram.bin')];
    const source = { disk: await identify(disk), nvram: await identify(nvram) };
    const vm = { id: `vm:${name}`, name, disk, nvram, source, ...SETTINGS };
    const cloned = await store.clone(vm);
    if (cloned === null) throw new Error('this volume clones');
    const held = await cloned.commit(1);
    if (held === null) throw new Error('this volume is not full');
    return held;
  }

  async function base(store: SnapshotStore, name: string): Promise<HeldSnapshot> {
    const held = await snapshotOf(store, name);
    await held.keepAsBase();
    await held.release();
    return held;
  }

  const folders = (): string[] => {
    const parent = join(home, '.tartan', 'snapshots');
    return existsSync(parent) ? readdirSync(parent) : [];
  };
  const keptIn = async (store: SnapshotStore): Promise<string[]> =>
    (await store.kept(null)).map(({ record }) => record.vmName).sort();

  it('hold what the disk was, whatever becomes of the VM, and leave nothing when they are let go', async () => {
    const folder = makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    const held = await snapshotOf(store, 'a');
    appendFileSync(join(folder, 'disk.img'), 'written by the guest');
    rmSync(folder, { recursive: true });
    const seen = {
      disk: readFileSync(held.diskPath, 'utf8') === 'disk of a'.repeat(1000),
      nvram: readFileSync(held.nvramPath, 'utf8'),
      whole: await held.isWhole(),
      listed: await keptIn(store),
    };
    await held.release();

    expect({ ...seen, left: existsSync(join(home, '.tartan')) }).toEqual({
      disk: true,
      nvram: 'nvram of a',
      whole: true,
      listed: [],
      left: false,
    });
  });

  it('are let go as quietly when somebody removed them meanwhile', async () => {
    makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    const held = await snapshotOf(store, 'a');
    rmSync(join(home, '.tartan'), { recursive: true });
    const whole = await held.isWhole();

    await expect(held.release()).resolves.toBeUndefined();
    expect({ whole, left: existsSync(join(home, '.tartan')) }).toEqual({ whole: false, left: false });
  });

  it('are taken again for a VM in the same state, and not for one whose files, settings or name changed', async () => {
    const folder = makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    const { record } = await base(store, 'a');
    const look = async () => {
      const [disk, nvram] = await Promise.all(['disk.img', 'nvram.bin'].map((name) => identify(join(folder, name))));
      if (disk === undefined || nvram === undefined) throw new Error('two were looked at');
      return { id: 'vm:a', name: 'a', source: { disk, nvram }, ...SETTINGS };
    };
    const seen = await look();
    const same = await store.takeUnchanged(seen);
    await same?.release();
    const settings = await store.takeUnchanged({ ...seen, config: '{"cpuCount":6}' });
    const suspended = await store.takeUnchanged({ ...seen, suspended: true });
    const renamed = await store.takeUnchanged({ ...seen, id: 'vm:b', name: 'b' });
    appendFileSync(join(folder, 'nvram.bin'), 'x');
    const written = await store.takeUnchanged(await look());

    expect({ same: same?.record.id, settings, suspended, renamed, written }).toEqual({
      same: record.id,
      settings: null,
      suspended: null,
      renamed: null,
      written: null,
    });
  });

  it('are not used once somebody wrote to them', async () => {
    makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    const held = await base(store, 'a');
    const before = await store.baseFor({ id: 'vm:a', disk: null });
    chmodSync(held.diskPath, 0o600);
    appendFileSync(held.diskPath, 'x');

    expect({
      before: before?.id,
      base: await store.baseFor({ id: 'vm:a', disk: null }),
      taken: await store.takeUnchanged({ id: 'vm:a', name: 'a', source: held.record.source, ...SETTINGS }),
    }).toEqual({ before: held.record.id, base: null, taken: null });
  });

  it('are kept as the newest of their VM, which is known under another name, too', async () => {
    const folder = makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    await base(store, 'a');
    const newer = await base(store, 'a');
    const disk = await identify(join(folder, 'disk.img'));
    makeVm('b');
    await base(store, 'b');

    expect({
      folders: folders().length,
      renamed: (await store.baseFor({ id: 'vm:renamed', disk }))?.id,
      other: await store.baseFor({ id: 'vm:c', disk: null }),
    }).toEqual({ folders: 2, renamed: newer.record.id, other: null });
  });

  it('are kept as the newest of their VM when the clock was set back since the last one', async () => {
    makeVm('a');
    let now = 2000;
    const store = new SnapshotStore(snapshotOptions(home, { nowMs: () => now }));
    await base(store, 'a');
    now = 1000;
    const newer = await base(store, 'a');

    expect((await store.kept(null)).map(({ record }) => record.id)).toEqual([newer.record.id]);
  });

  it('stay within a budget, the oldest go first, and pins stay', async () => {
    for (const name of ['old', 'pinned', 'middle', 'new']) makeVm(name);
    const sizes = new Map([
      ['old', 30],
      ['pinned', 500],
      ['middle', 60],
      ['new', 40],
    ]);
    let now = 0;
    const store = new SnapshotStore(
      snapshotOptions(home, {
        onlyHere: ({ record }) => Promise.resolve(sizes.get(record.vmName) ?? 0),
        nowMs: () => {
          now += 1;
          return now;
        },
      }),
    );
    for (const name of sizes.keys()) {
      const { record } = await base(store, name);
      if (name === 'pinned') await store.keeper.pin(record.id, true);
    }
    await store.keeper.keepWithin(130);
    const enough = await keptIn(store);
    await store.keeper.keepWithin(100);
    const fewer = await keptIn(store);
    await store.keeper.keepWithin(0);

    expect({ enough, fewer, none: await keptIn(store), folders: folders().length }).toEqual({
      enough: ['middle', 'new', 'old', 'pinned'],
      fewer: ['middle', 'new', 'pinned'],
      none: ['pinned'],
      folders: 1,
    });
  });

  it('go when they are dropped, but not while somebody reads them, in this process or another', async () => {
    makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    const elsewhere = new SnapshotStore(snapshotOptions(home));
    const held = await snapshotOf(store, 'a');
    await held.keepAsBase();
    const { id } = held.record;
    const busy = [await store.keeper.drop(id), await elsewhere.keeper.drop(id)];
    const taken = await elsewhere.takeUnchanged({ id: 'vm:a', name: 'a', source: held.record.source, ...SETTINGS });
    await held.release();
    const dropped = await elsewhere.keeper.drop(id);

    expect({ busy, taken, dropped, again: await store.keeper.drop(id), folders: folders() }).toEqual({
      busy: ['busy', 'busy'],
      taken: null,
      dropped: 'done',
      again: 'gone',
      folders: [],
    });
  });

  it('of a job are its own until it is over', async () => {
    makeVm('a');
    const store = new SnapshotStore(snapshotOptions(home));
    const held = await snapshotOf(store, 'a');
    await held.assign({ id: 'job', journal: '/journal' });
    await held.release();
    const again = await store.takeOfJob('job');
    await again?.release();
    await store.keeper.forgetJob('job');

    expect({ again: again?.record.id, over: await store.takeOfJob('job'), folders: folders() }).toEqual({
      again: held.record.id,
      over: null,
      folders: [],
    });
  });

  it.each([
    ['before it is whole', 'cloned', false, 0],
    ['for a plan', 'made', false, 0],
    ['for a job that is over', 'assigned', false, 0],
    ['for a job that is not over', 'assigned', true, 1],
    ['for the next push', 'kept', false, 1],
  ] as const)(
    'of a process that is killed stay only where something keeps them: %s',
    async (_when, step, journal, left) => {
      const folder = makeVm('killed');
      const file = join(home, 'journal');
      if (journal) writeFileSync(file, '');
      const child = spawn(process.execPath, [program.file, home, folder, file, step], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      const store = new SnapshotStore(snapshotOptions(home));
      await store.keeper.clear();
      const alive = folders().length;
      child.kill('SIGKILL');
      await once(child, 'exit');
      await store.keeper.clear();

      expect({ alive, left: folders().length, tartan: existsSync(join(home, '.tartan')) }).toEqual({
        alive: 1,
        left,
        tartan: left > 0,
      });
    },
  );
});
