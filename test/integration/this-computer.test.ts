import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followServing } from '../../electron/main/serving.ts';
import type { EventPayload, Topic } from '../../shared/contract/events.ts';
import type { Registry } from '../../shared/models/registry.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { ServeState, StoreProgress } from '../../shared/models/store.ts';
import { type StartedRegistry, startEmbedded } from '../fixtures/embedded-registry.ts';
import { freePort } from '../fixtures/free-port.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const silent = { debug: () => undefined, warn: () => undefined };

let folder: string;
let started: StartedRegistry;
const opened: TestEngine[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-store-'));
  started = await startEmbedded();
});
afterEach(async () => {
  await Promise.all([started.stop(), ...opened.splice(0).map((engine) => engine.close())]);
  await rm(folder, { recursive: true, force: true });
});

/** An image in the folder `name`, as another tool makes it. */
async function layoutAt(name: string): Promise<string> {
  const path = join(folder, name);
  await makeLayout(path, 'x', ['one', 'two']);
  return path;
}

/** Resolves with the next payload that is as wanted. */
function heard<Name extends Topic>(
  engine: TestEngine,
  topic: Name,
  wanted: (payload: EventPayload<Name>) => boolean = () => true,
): Promise<EventPayload<Name>> {
  return new Promise((resolve) => {
    const stop = engine.on(topic, (payload) => {
      if (!wanted(payload)) return;
      stop();
      resolve(payload);
    });
  });
}

async function change(engine: TestEngine, part: Partial<Settings>): Promise<void> {
  const settings = await engine.handlers['settings.get'](null, never);
  await engine.handlers['settings.set']({ ...settings, ...part }, never);
}

async function thisComputer(engine: TestEngine): Promise<Registry> {
  const own = (await engine.handlers['registries.list'](null, never)).filter((registry) => registry.thisComputer);
  const [only] = own;
  if (only === undefined || own.length > 1) throw new Error(`${own.length} registries of this computer`);
  return only;
}

function tagsOf({ repositories }: Registry): string[] {
  return repositories.flatMap(({ repository, groups }) =>
    groups.flatMap(({ tags }) => tags.map((tag) => `${repository}:${tag}`)),
  );
}

async function openEngine(stateHome: string): Promise<TestEngine> {
  const engine = await openTestEngine({ tartHome: join(folder, 'no-tart'), stateHome });
  opened.push(engine);
  return engine;
}

describe('the switch of the registry of this computer', () => {
  it('tells that it starts, is on and is off, and why it could not start', async () => {
    const { engine } = started;
    const port = Number(started.host.split(':')[1]);
    const states: ServeState[] = [];
    engine.on('serve.changed', (state) => states.push(state));
    await engine.handlers['serve.stop'](null, never);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const request = { port, token: null, readOnly: true };
    await expect(engine.handlers['serve.start'](request, never)).rejects.toMatchObject({ code: 'serve.portBusy' });
    await new Promise((resolve) => taken.close(resolve));
    await engine.handlers['serve.start'](request, never);
    const starting = { on: false, starting: true, error: null };
    expect(states).toEqual([
      { on: false, starting: false, error: null },
      starting,
      { on: false, starting: false, error: expect.objectContaining({ code: 'serve.portBusy' }) },
      starting,
      { on: true, address: started.host, readOnly: true, closed: false },
    ]);
  });

  it('is as the person left it when the app starts again, at the same port', async () => {
    const stateHome = join(folder, 'state');
    const port = await freePort();
    const first = await openEngine(stateHome);
    followServing(first, silent);
    const remembered = heard(first, 'settings.changed', ({ serving }) => serving);
    await first.handlers['serve.start']({ port, token: null, readOnly: false }, never);
    await remembered;
    await first.close();

    const second = await openEngine(stateHome);
    const on = heard(second, 'serve.changed', (state) => state.on);
    followServing(second, silent);
    expect(await on).toMatchObject({ address: `127.0.0.1:${port}` });
    const forgotten = heard(second, 'settings.changed', ({ serving }) => !serving);
    await second.handlers['serve.stop'](null, never);
    expect(await forgotten).toMatchObject({ serving: false, servePort: port });
  });

  it('says at once that it is off to who would push to it, unless another program listens there', async () => {
    const home = await makeTartHome();
    await makeTartVm(home, { name: 'builder' });
    const engine = await openTestEngine({ tartHome: home.root, stateHome: join(folder, 'state') });
    opened.push(engine);
    const servePort = await freePort();
    await change(engine, { servePort });
    const push = { vmId: 'vm:builder', references: [`127.0.0.1:${servePort}/vms/builder:1`] };
    await expect(engine.plan(push)).rejects.toMatchObject({ code: 'serve.off' });
    await expect(engine.push(push)).rejects.toMatchObject({ code: 'serve.off' });
    const other = await openEngine(join(folder, 'other'));
    await other.handlers['serve.start']({ port: servePort, token: null, readOnly: false }, never);
    expect((await engine.push(push)).job.state).toBe('done');
    await home.remove();
  });

  it('stays a wish when it cannot start once', async () => {
    const stateHome = join(folder, 'state');
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const servePort = address === null || typeof address === 'string' ? 0 : address.port;
    const engine = await openEngine(stateHome);
    await change(engine, { serving: true, servePort });
    const failed = heard(engine, 'serve.changed', (state) => !state.on && state.error !== null);
    followServing(engine, silent);
    expect(await failed).toMatchObject({ error: { code: 'serve.portBusy' } });
    await new Promise((resolve) => taken.close(resolve));
    expect(await engine.handlers['settings.get'](null, never)).toMatchObject({ serving: true, servePort });
  });
});

describe('the registry of this computer among the others', () => {
  it('stands last with its repositories and tags by digest, once, and without them while it is off', async () => {
    const { engine, host } = started;
    await skopeo('copy', `oci:${await layoutAt('a')}:x`, `docker://${host}/team/app:1`);
    await engine.handlers['store.tag']({ from: 'team/app:1', to: 'team/app:2' }, never);
    await engine.handlers['repositories.read']({ host, repository: 'team/app' }, never);
    const list = await engine.handlers['registries.list'](null, never);
    const image = await engine.handlers['images.inspect'](
      { reference: `${host}/team/app:1`, insecure: false, askTags: false },
      never,
    );
    expect(list.map((registry) => registry.host)).toEqual([host]);
    expect(list[0]).toMatchObject({
      thisComputer: true,
      health: 'reachable',
      repositories: [
        {
          repository: 'team/app',
          tagCount: 2,
          groups: [{ digest: image.digest, tags: ['1', '2'], size: image.packedSize }],
        },
      ],
    });
    await engine.handlers['serve.stop'](null, never);
    expect(await thisComputer(engine)).toMatchObject({ health: 'offline', error: null, repositories: [] });
  });

  it('changes at once with what is pushed to it and what is taken away', async () => {
    const { engine, host } = started;
    const pushed = heard(engine, 'registries.changed', (registry) => tagsOf(registry).includes('team/app:1'));
    const told = heard(engine, 'store.changed');
    await skopeo('copy', `oci:${await layoutAt('a')}:x`, `docker://${host}/team/app:1`);
    await Promise.all([pushed, told]);
    const gone = heard(engine, 'registries.changed', (registry) => tagsOf(registry).length === 0);
    await engine.handlers['store.untag']({ name: 'team/app:1' }, never);
    await gone;
  });

  it('is not told again for blobs that no image needs yet', async () => {
    const { engine, host } = started;
    const told: string[] = [];
    engine.on('registries.changed', ({ repositories }) =>
      told.push(JSON.stringify(repositories.map(({ repository, groups }) => ({ repository, groups })))),
    );
    for (const part of ['a', 'b', 'c', 'd']) {
      const changed = heard(engine, 'store.changed');
      await started.upload('team/app', part.repeat(1000));
      await changed;
    }
    const pushed = heard(engine, 'registries.changed', (registry) => tagsOf(registry).length > 0);
    await skopeo('copy', `oci:${await layoutAt('a')}:x`, `docker://${host}/team/app:1`);
    await pushed;
    expect(told.filter((one, at) => one === told[at - 1])).toEqual([]);
    expect(told.at(-1)).toContain('"tags":["1"]');
  });

  it('changes with what other programs do to its folder', async () => {
    const { engine } = started;
    engine.on('store.changed', () => undefined);
    const other = await openEngine(join(folder, 'state'));
    const source = await layoutAt('a');
    await change(other, { storeFolder: started.folder });
    const came = heard(engine, 'registries.changed', (registry) => tagsOf(registry).includes('team/app:1'));
    await other.handlers['store.import']({ source, images: [], name: 'team/app:1' }, never);
    await came;
  });
});

describe('the place of the store', () => {
  it('can change while the registry is on: it goes on at its address over the new place', async () => {
    const { engine, host } = started;
    await skopeo('copy', `oci:${await layoutAt('a')}:x`, `docker://${host}/team/app:1`);
    const place = join(folder, 'elsewhere', 'store');
    await change(engine, { storeFolder: place });
    const there = await started.ask('/v2/_catalog');
    await skopeo('copy', `oci:${await layoutAt('b')}:x`, `docker://${host}/team/other:1`);
    const { folder: listed, images } = await engine.handlers['store.list'](null, never);
    await change(engine, { storeFolder: null });
    const back = await started.ask('/v2/_catalog');
    expect([there.status, there.body.toString().trim()]).toEqual([200, '{"repositories":[]}']);
    expect({ listed, names: images.map(({ name }) => name) }).toEqual({ listed: place, names: ['team/other:1'] });
    expect(JSON.parse(back.body.toString())).toEqual({ repositories: ['team/app'] });
  });

  it('is not made anew where its volume is away: nothing is written there', async () => {
    const { engine } = started;
    const volume = join(folder, 'volume');
    await change(engine, { storeFolder: join(volume, 'store') });
    await rm(volume, { recursive: true });
    await engine.handlers['serve.stop'](null, never);
    const other = await openEngine(engine.stateHome);
    await expect(other.handlers['store.list'](null, never)).rejects.toMatchObject({ code: 'store.away' });
    await expect(other.handlers['serve.start']({ port: 0, token: null, readOnly: false }, never)).rejects.toMatchObject(
      { code: 'store.away' },
    );
    expect(await readdir(folder)).not.toContain('volume');
  });

  it('is not made by looking at it', async () => {
    const engine = await openEngine(join(folder, 'state'));
    const list = await engine.handlers['store.list'](null, never);
    expect(list).toMatchObject({ usedBytes: 0, images: [] });
    expect(await readdir(join(folder, 'state'))).not.toContain('store');
  });
});

describe('a long task of the store', () => {
  async function progressOf(
    name: string,
    work: (taskId: string) => Promise<unknown>,
  ): Promise<readonly StoreProgress[]> {
    const all: StoreProgress[] = [];
    const stop = started.engine.on('store.progress', (progress) => all.push(progress));
    await work(name);
    stop();
    return all;
  }

  it('tells how far it is: import, export and check, in bytes of all', async () => {
    const { handlers } = started.engine;
    const source = join(folder, 'source');
    await makeLayout(source, 'x', ['a'.repeat(3_000_000), 'b'.repeat(2_000_000)]);
    const archive = join(folder, 'out.tar');
    const target = join(folder, 'out');
    const told = [
      await progressOf('import', (taskId) =>
        handlers['store.import']({ source, images: [], name: 'team/app:1', taskId }, never),
      ),
      await progressOf('folder', (taskId) =>
        handlers['store.export']({ images: [], target, form: 'folder', taskId }, never),
      ),
      await progressOf('archive', (taskId) =>
        handlers['store.export']({ images: [], target: archive, form: 'archive', taskId }, never),
      ),
      await progressOf('check', (taskId) =>
        handlers['store.check']({ repair: false, from: [], insecure: false, taskId }, never),
      ),
    ];
    const { usedBytes } = await handlers['store.list'](null, never);
    expect(told.map((all) => all[0]?.taskId)).toEqual(['import', 'folder', 'archive', 'check']);
    expect(told.map((all) => all[0]?.total)).toEqual([usedBytes, usedBytes, usedBytes, usedBytes]);
    expect(told.flat().filter(({ done, total }) => done <= 0 || done > total)).toEqual([]);
  });

  it('that is stopped leaves no name and no half of a file', async () => {
    const { handlers } = started.engine;
    const source = join(folder, 'source');
    await makeLayout(source, 'x', ['a'.repeat(8_000_000), 'b'.repeat(8_000_000)]);
    const stop = new AbortController();
    started.engine.on('store.progress', () => stop.abort());
    await expect(
      handlers['store.import']({ source, images: [], name: null, taskId: 'import' }, stop.signal),
    ).rejects.toThrow();
    expect(await handlers['store.list'](null, never)).toMatchObject({ images: [] });
    expect(await readdir(join(started.folder, '.tartan', 'staging'))).toEqual([]);
  });
});
