import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methods } from '../../shared/contract/methods.ts';
import { comparisonSchema } from '../../shared/models/comparison.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { answer, first, isCommit, isManifestPut } from '../fixtures/faults.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS, type VolumeKind } from '../fixtures/loop-volume.ts';
import { pushThrough } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, runTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan } from '../fixtures/tartan-process.ts';
import { openTestEngine, TEST_CHUNK } from '../fixtures/test-engine.ts';

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

/** A volume that clones, with a Tart home, for the tests of one block. The members are there when they run. */
function prepareVolume(kind: VolumeKind): { readonly home: TartHome; readonly stateHome: string } {
  const made: { volume?: LoopVolume; home?: TartHome } = {};
  beforeAll(async () => {
    made.volume = makeLoopVolume(kind);
    made.home = await makeTartHome(made.volume.path);
  });
  afterAll(() => made.volume?.remove());
  return {
    get home() {
      if (made.home === undefined) throw new Error('no Tart home before the tests run');
      return made.home;
    },
    get stateHome() {
      return join(made.volume?.path ?? '', 'state');
    },
  };
}

describe.each(VOLUME_KINDS.filter((kind) => kind !== 'ext4'))('a push of a VM on %s', (kind) => {
  const scene = prepareVolume(kind);

  it('reads a snapshot: the VM may be started, written to and deleted meanwhile', async () => {
    const { home } = scene;
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

  it('remembers nothing of a snapshot that somebody wrote to meanwhile', async () => {
    const { home, stateHome } = scene;
    const vm = await makeTartVm(home, { name: 'spoiled', disk: SMALLEST_DISK });
    const before = snapshotsIn(home);
    const { fault, hits } = first(1, isCommit, () => {
      const [id] = snapshotsIn(home).filter((name) => !before.includes(name));
      const disk = join(home.root, '.tartan', 'snapshots', id ?? '', 'disk.img');
      chmodSync(disk, 0o600);
      for (let at = 0; at < statSync(disk).size; at += TEST_CHUNK) writeTo(disk, at, 'not the VM’s');
      return undefined;
    });
    const own = {
      registry: registry.host,
      repository: `snapshots/${kind}-spoiled`,
      vm,
      tartHome: home.root,
      stateHome,
    };
    const spoiled = await pushThrough({ ...own, fault, request: { concurrency: 1 } });
    const { ended, whole } = await pushThrough(own);

    expect({ hits: hits(), first: [spoiled.ended, spoiled.tags], ended, whole }).toEqual({
      hits: 1,
      first: ['vm.diskChanged', []],
      ended: 'done',
      whole: true,
    });
  });

  it('makes no other snapshot of a VM that did not change, and one base stays when its settings or its disk did', async () => {
    const { home } = scene;
    const vm: TartVm = await makeTartVm(home, { name: 'steady', disk: SMALLEST_DISK });
    const engine = await openTestEngine({ tartHome: home.root });
    const push = async (tag: string) =>
      (await engine.push({ vmId: 'vm:steady', references: [`${registry.host}/snapshots/${kind}-steady:${tag}`] }))
        .document;
    await push('1');
    const before = snapshotsIn(home);
    const again = await push('2');
    const unchanged = snapshotsIn(home);
    // As `tart set --cpu 7` does: no byte of the disk changes.
    writeFileSync(vm.configFile, readFileSync(vm.configFile, 'utf8').replace('"cpuCount" : 4', '"cpuCount" : 7'));
    const set = await push('set');
    const image = await pullWithSkopeo(`${registry.host}/snapshots/${kind}-steady:set`);
    writeTo(vm.diskFile, 9 * 1024 * 1024, 'changed');
    const changed = await push('3');
    const after = snapshotsIn(home);
    await engine.close();
    expect({
      again: { read: again.bytes.read, sent: again.bytes.uploaded, source: again.source },
      unchanged,
      set: { read: set.bytes.read, source: set.source, config: image.config },
      changed: changed.source,
      replaced: after.filter((name) => !before.includes(name)).length,
      kept: after.length,
    }).toEqual({
      again: { read: 0, sent: 0, source: 'snapshot' },
      unchanged: before,
      set: { read: 0, source: 'snapshot', config: expect.objectContaining({ cpuCount: 7 }) as unknown },
      changed: 'snapshot',
      replaced: 1,
      kept: before.length,
    });
  });
});

// What does not depend on how the file system clones.
describe.each(VOLUME_KINDS.filter((kind) => kind === 'xfs'))('a push that reads a snapshot, on %s,', (kind) => {
  const scene = prepareVolume(kind);

  it('holds the lock instead where the snapshot cannot be written down', async () => {
    const { home } = scene;
    const vm = await makeTartVm(home, { name: 'cramped', disk: SMALLEST_DISK });
    const folder = join(home.root, '.tartan', 'snapshots');
    mkdirSync(folder, { recursive: true });
    const before = snapshotsIn(home);
    // Folders may be made in it, and none may get its name.
    spawnSync('chattr', ['+a', folder]);
    const engine = await openTestEngine({ tartHome: home.root });
    const reference = `${registry.host}/snapshots/${kind}-cramped:1`;
    const { document } = await engine.push({ vmId: 'vm:cramped', references: [reference] });
    await engine.close();
    spawnSync('chattr', ['-a', folder]);
    // What could not be removed goes at the next start.
    await (await openTestEngine({ tartHome: home.root })).close();
    const image = await pullWithSkopeo(reference);

    expect({
      source: document.source,
      whole: image.disk.equals(readFileSync(vm.diskFile)),
      left: snapshotsIn(home),
    }).toEqual({ source: 'lock', whole: true, left: before });
  });

  it('goes on from the snapshot after the process was killed, whatever became of the VM', async () => {
    const { home, stateHome } = scene;
    const vm = await makeTartVm(home, { name: 'killed', disk: SMALLEST_DISK });
    const [disk, nvram] = [readFileSync(vm.diskFile), readFileSync(vm.nvramFile)];
    const before = snapshotsIn(home);
    let enough: () => void = () => undefined;
    const halfway = new Promise<void>((done) => {
      enough = done;
    });
    let commits = 0;
    const proxy = await startRegistryProxy(registry.host, (request) => {
      if (isCommit(request)) commits += 1;
      if (commits === 3) enough();
      return undefined;
    });
    const reference = `${proxy.host}/snapshots/${kind}-killed:1`;
    const own = { TART_HOME: home.root, TARTAN_HOME: stateHome, TARTAN_CHUNK_SIZE: String(TEST_CHUNK) };
    const args = [resolve('dist/node/tartan.cjs'), 'push', 'killed', reference, '--concurrency', '1'];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...own }, stdio: 'ignore' });
    await halfway;
    child.kill('SIGKILL');
    await once(child, 'exit');
    writeTo(vm.diskFile, 9 * 1024 * 1024, 'changed');
    await rm(vm.folder, { recursive: true });
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    const never = new AbortController().signal;
    const [job] = await engine.handlers['jobs.list'](null, never);
    const id = job?.id ?? '';
    const waiting = await engine.handlers['snapshots.list']({ vmId: 'vm:killed' }, never);
    await engine.handlers['jobs.resume']({ id }, never);
    await engine.until(id, ({ state }) => state === 'done');
    const done = await engine.handlers['snapshots.list']({ vmId: 'vm:killed' }, never);
    await engine.handlers['snapshots.drop']({ id: done[0]?.id ?? '' }, never);
    await Promise.all([engine.close(), proxy.close()]);
    const image = await pullWithSkopeo(`${registry.host}/snapshots/${kind}-killed:1`);

    expect({
      state: job?.state,
      waiting: waiting.map(({ keptFor, jobId }) => ({ keptFor, jobId })),
      done: done.map(({ keptFor, jobId, onlyHere }) => ({ keptFor, jobId, held: onlyHere > 0 })),
      whole: image.disk.equals(disk) && image.nvram.equals(nvram),
      left: snapshotsIn(home),
    }).toEqual({
      state: 'interrupted',
      waiting: [{ keptFor: 'job', jobId: id }],
      done: [{ keptFor: 'base', jobId: null, held: true }],
      whole: true,
      left: before,
    });
  });

  it('is listed, pinned and dropped by the command line, by the beginning of its id', async () => {
    const { home, stateHome } = scene;
    const place = { tartHome: home.root, stateHome };
    await makeTartVm(home, { name: 'listed', disk: SMALLEST_DISK });
    const before = snapshotsIn(home);
    const run = async (...args: string[]) => await runTartan(args, place);
    const rows = ({ stdout }: { stdout: string }) =>
      methods['snapshots.list'].output.parse(JSON.parse(stdout)).map(({ vmName, keptFor }) => ({ vmName, keptFor }));
    await run('push', 'listed', `${registry.host}/snapshots/${kind}-listed:1`);
    const list = await run('snapshots', 'list', 'listed', '--json');
    const id = methods['snapshots.list'].output.parse(JSON.parse(list.stdout))[0]?.id ?? '';
    const shown = id.slice(0, 8);
    const table = await run('snapshots', 'list', 'listed');
    const pinned = await run('snapshots', 'pin', shown, '--json');
    const unpinned = await run('snapshots', 'unpin', shown, '--json');
    const dropped = await run('snapshots', 'drop', shown);
    const gone = await run('snapshots', 'drop', shown, '--json');

    expect({
      listed: rows(list),
      table: table.stdout.split('\n').some((line) => line.includes(shown) && line.includes('the next push')),
      pinned: rows(pinned),
      unpinned: rows(unpinned),
      dropped: [dropped.status, /^listed: .+ freed\.$/m.test(dropped.stderr)],
      gone: [gone.status, gone.stdout.includes('"snapshot.notFound"')],
      left: snapshotsIn(home),
    }).toEqual({
      listed: [{ vmName: 'listed', keptFor: 'base' }],
      table: true,
      pinned: [{ vmName: 'listed', keptFor: 'pin' }],
      unpinned: [{ vmName: 'listed', keptFor: 'base' }],
      dropped: [0, true],
      gone: [3, true],
      left: before,
    });
  });

  it('is a side of a comparison: the VM as it was pushed beside the VM as it is', async () => {
    const { home, stateHome } = scene;
    const vm = await makeTartVm(home, { name: 'then', disk: SMALLEST_DISK });
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    const never = new AbortController().signal;
    const push = async (tag: string) =>
      await engine.push({ vmId: 'vm:then', references: [`${registry.host}/snapshots/${kind}-then:${tag}`] });
    await push('1');
    const [snapshot] = await engine.handlers['snapshots.list']({ vmId: 'vm:then' }, never);
    const id = snapshot?.id ?? '';
    await engine.handlers['snapshots.pin']({ id, pinned: true }, never);
    const compare = async () => {
      const [a, b] = [{ kind: 'snapshot', name: id } as const, { kind: 'vm', name: 'vm:then' } as const];
      const { chunks, nvram, pushing } = await engine.handlers['images.compare']({ a, b }, never);
      const states = chunks.map((chunk) => chunk.b?.state ?? '');
      return { nvram, pushing, at9: states[9], others: states.filter((_state, at) => at !== 9) };
    };
    writeTo(vm.diskFile, 9 * TEST_CHUNK, 'changed');
    const written = await compare();
    await push('2');
    const pushed = await compare();
    const run = async (side: string, ...args: string[]) =>
      await runTartan(['compare', side, 'then', ...args], { tartHome: home.root, stateHome });
    const [byId, newest, text] = [
      await run(`snapshot:${id.slice(0, 8)}`, '--json'),
      await run('snapshot:then', '--json'),
      await run(`snapshot:${id}`),
    ];
    await engine.handlers['snapshots.drop']({ id }, never);
    const gone = await compare().catch((thrown: unknown) => thrown);
    await engine.close();

    const same = { nvram: 'same', pushing: null, others: expect.not.arrayContaining(['only', 'moved', 'unknown']) };
    expect(written).toEqual({ ...same, at9: 'unknown' });
    expect(pushed).toEqual({ ...same, at9: 'only' });
    const sides = [byId, newest].map(({ stdout }) => comparisonSchema.parse(JSON.parse(stdout)).a);
    expect(sides).toMatchObject([
      { kind: 'snapshot', name: id, title: 'then', madeMs: snapshot?.madeMs, unknown: 0 },
      { kind: 'snapshot', title: 'then', unknown: 0 },
    ]);
    expect(sides[1]?.name).not.toBe(id);
    expect(text.stdout).toContain(`then, snapshot of ${new Date(snapshot?.madeMs ?? 0).toISOString()}, packed `);
    expect(gone).toMatchObject({ code: 'snapshot.notFound' });
  });

  it('leaves nothing of a plan whose sheet closed; a push that failed keeps its snapshot until it is removed', async () => {
    const { home } = scene;
    await makeTartVm(home, { name: 'brief', disk: SMALLEST_DISK });
    const before = snapshotsIn(home);
    const { fault } = first(1, isManifestPut, answer(403, {}, '{"errors":[{"code":"DENIED"}]}'));
    const proxy = await startRegistryProxy(registry.host, fault);
    const engine = await openTestEngine({ tartHome: home.root });
    const never = new AbortController().signal;
    const request = { vmId: 'vm:brief', references: [`${proxy.host}/snapshots/${kind}-brief:1`] };
    const { source, lockedMs, jobId: planId } = await engine.plan(request);
    await engine.handlers['plans.close']({ planId }, never);
    const planned = snapshotsIn(home);
    const failing = await engine.start(request);
    const error = await engine.until(failing, ({ state }) => state === 'failed').then(({ error: told }) => told?.code);
    const failed = (await engine.handlers['snapshots.list']({ vmId: 'vm:brief' }, never)).map(({ jobId }) => jobId);
    await engine.handlers['jobs.remove']({ id: failing }, never);
    const removed = snapshotsIn(home);
    await Promise.all([engine.close(), proxy.close()]);

    expect({ source, locked: lockedMs !== null, planned, error, failed, removed }).toEqual({
      source: 'snapshot',
      locked: true,
      planned: before,
      error: 'registry.denied',
      failed: [failing],
      removed: before,
    });
  });

  it('puts what it read into the cache of Tart, to be written to as any image', async () => {
    const { home } = scene;
    await makeTartVm(home, { name: 'cached', disk: SMALLEST_DISK });
    const engine = await openTestEngine({ tartHome: home.root });
    const reference = `${registry.host}/snapshots/${kind}-cached:1`;
    const { document } = await engine.push({ vmId: 'vm:cached', references: [reference], populateCache: true });
    await engine.close();
    const digest = document.targets[0]?.manifestDigest ?? '';
    const folder = join(home.root, 'cache', 'OCIs', registry.host.replace(':', '%3A'), 'snapshots', `${kind}-cached`);
    const modes = ['disk.img', 'nvram.bin'].map((name) =>
      (statSync(join(folder, digest, name)).mode & 0o777).toString(8),
    );

    expect({ populated: document.populatedCache, modes }).toEqual({
      populated: { error: null },
      modes: ['644', '644'],
    });
  });
});
