import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCommit, isPiece } from '../fixtures/faults.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { isWhole, tagsOf } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { cloneTartVm } from '../fixtures/tart-vm.ts';
import { runTartan, startTartan } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const never = new AbortController().signal;
const DAY_MS = 24 * 60 * 60_000;

const scene = prepareVmAndRegistry();
let engine: TestEngine;
/** Of one test: layouts lie in it. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-layout-'));
  engine = await openTestEngine({ tartHome: scene.home.root });
});
afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const push = (...references: string[]) => engine.push({ vmId: 'vm:builder', references });

/** Names and digests that index.json says. */
async function entriesOf(layout: string): Promise<{ name: string | null; digest: string }[]> {
  // Written by this app or skopeo: an OCI index.
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
    manifests: { digest: string; annotations?: Record<string, string> }[];
  };
  return index.manifests.map(({ digest, annotations }) => ({
    name: annotations?.['org.opencontainers.image.ref.name'] ?? null,
    digest,
  }));
}

/** Every blob file with what changes whenever it is written or replaced. */
async function blobFiles(layout: string): Promise<Record<string, string>> {
  const blobs = join(layout, 'blobs', 'sha256');
  const names = await readdir(blobs);
  const stats = await Promise.all(names.map((name) => stat(join(blobs, name), { bigint: true })));
  return Object.fromEntries(stats.map(({ ino, mtimeNs }, at) => [names[at] ?? '', `${ino} ${mtimeNs}`]));
}

describe('a push into an image layout', () => {
  it('makes the folder, and skopeo brings the image to a registry with the same digest', async () => {
    const layout = join(folder, 'new', 'images');
    const { document } = await push(`oci:${layout}:v1`);
    await skopeo('copy', `oci:${layout}:v1`, `docker://${scene.registry.host}/layout/out:1`);
    const digest = document.targets[0]?.manifestDigest;
    expect(await entriesOf(layout)).toEqual([{ name: 'v1', digest }]);
    expect(
      await skopeo('inspect', '--format', '{{.Digest}}', `docker://${scene.registry.host}/layout/out:1`),
    ).toContain(digest);
    expect(await isWhole(`${scene.registry.host}/layout/out:1`, scene.vm)).toBe(true);
    expect(await readdir(join(layout, '.tartan', 'staging'))).toEqual([]);
  });

  it('goes together with registries: one reading, one encoding, one digest', async () => {
    const layout = join(folder, 'mixed');
    const { document } = await push(
      `${scene.registry.host}/layout/mixed:1`,
      `oci:${layout}:v1`,
      `oci:${layout}:acme/app:1`,
    );
    const [remote, bare, named] = document.targets;
    expect(document.bytes.encoded).toBeLessThanOrEqual(scene.vm.diskSize);
    expect([bare?.manifestDigest, named?.manifestDigest]).toEqual([remote?.manifestDigest, remote?.manifestDigest]);
    expect(named?.layers.some(({ verdict }) => verdict === 'upload')).toBe(false);
    expect(document.targets.flatMap(({ references }) => references.map(({ state }) => state))).toEqual([
      'written',
      'written',
      'written',
    ]);
    expect((await entriesOf(layout)).map(({ name }) => name)).toEqual(['v1', 'acme/app:1']);
    expect(await isWhole(`${scene.registry.host}/layout/mixed:1`, scene.vm)).toBe(true);
    const known = await engine.handlers['registries.list'](null, never);
    expect(known.filter(({ thisComputer }) => !thisComputer).map(({ host }) => host)).toEqual([scene.registry.host]);
  });

  it('says in the plan what is there, and a repeated push writes no byte of a blob', async () => {
    const layout = join(folder, 'again');
    const reference = `oci:${layout}:v1`;
    const before = await engine.plan({ vmId: 'vm:builder', references: [reference] });
    const exists = await stat(layout).then(
      () => true,
      () => false,
    );
    await push(reference);
    const files = await blobFiles(layout);
    const index = await stat(join(layout, 'index.json'), { bigint: true });
    const second = await engine.plan({ vmId: 'vm:builder', references: [reference, `oci:${layout}:v2`] });
    const { document } = await push(reference);
    const verdicts = (plan: typeof before): (string | null)[] => [
      ...new Set(plan.targets[0]?.layers.map(({ verdict }) => verdict)),
    ];
    expect({ exists, before: verdicts(before).includes('present') }).toEqual({ exists: false, before: false });
    expect(verdicts(second).sort()).toEqual(['duplicate', 'present']);
    expect(second.targets[0]?.references.map(({ state }) => state)).toEqual(['same', 'new']);
    expect(document.bytes).toMatchObject({ uploaded: 0, encoded: 0 });
    expect(await blobFiles(layout)).toEqual(files);
    expect((await stat(join(layout, 'index.json'), { bigint: true })).ino).toBe(index.ino);
  });

  it('without a tag gives the image no name, as skopeo does, and skopeo finds it as the only one', async () => {
    const layout = join(folder, 'unnamed');
    const { document } = await push(`oci:${layout}`);
    await push(`oci:${layout}`);
    await skopeo('copy', `oci:${layout}`, `docker://${scene.registry.host}/layout/unnamed:1`);
    expect(await entriesOf(layout)).toEqual([{ name: null, digest: document.targets[0]?.manifestDigest }]);
  });

  it('adds to a layout that skopeo made, and leaves what is there', async () => {
    const source = join(folder, 'source');
    const layout = join(folder, 'foreign');
    const made = await makeLayout(source, 'x', ['one', 'two']);
    await skopeo('copy', `oci:${source}:x`, `oci:${layout}:old`);
    const before = await blobFiles(layout);
    const { document } = await push(`oci:${layout}:vm`);
    expect(await entriesOf(layout)).toEqual([
      { name: 'old', digest: made.digest },
      { name: 'vm', digest: document.targets[0]?.manifestDigest },
    ]);
    expect(await blobFiles(layout)).toMatchObject(before);
    await skopeo('copy', `oci:${layout}:old`, `oci:${join(folder, 'back')}:old`);
  });

  it('takes what another tool wrote for present: nothing is encoded', async () => {
    await push(`${scene.registry.host}/layout/known:1`);
    const layout = join(folder, 'pulled');
    await skopeo('copy', `docker://${scene.registry.host}/layout/known:1`, `oci:${layout}:theirs`);
    const { document } = await push(`oci:${layout}:ours`);
    expect(document.bytes).toMatchObject({ uploaded: 0, encoded: 0 });
    expect(new Set((await entriesOf(layout)).map(({ digest }) => digest)).size).toBe(1);
  });

  it('writes a blob anew whose file was cut short', async () => {
    const layout = join(folder, 'cut');
    const { document } = await push(`oci:${layout}:v1`);
    const layer = document.targets[0]?.layers.find(({ kind, verdict }) => kind === 'disk' && verdict === 'upload');
    const file = join(layout, 'blobs', 'sha256', (layer?.digest ?? '').slice('sha256:'.length));
    await truncate(file, 10);
    const again = await push(`oci:${layout}:v1`, `oci:${layout}:v2`);
    expect(again.document.targets[0]?.bytes.uploaded).toBe(layer?.size);
    expect((await stat(file)).size).toBe(layer?.size);
  });

  it('refuses a tag that moved since it was shown, and moves it when told to', async () => {
    const layout = join(folder, 'conflict');
    await skopeo('copy', `oci:${await madeBy(folder)}:x`, `oci:${layout}:v1`);
    const references = [`oci:${layout}:v1`];
    const shown = await engine.plan({ vmId: 'vm:builder', references });
    const expectedTags = { [references[0] ?? '']: `sha256:${'0'.repeat(64)}` };
    await expect(engine.push({ vmId: 'vm:builder', references, expectedTags })).rejects.toMatchObject({
      code: 'tag.conflict',
    });
    const { document } = await engine.push({ vmId: 'vm:builder', references, expectedTags, force: true });
    expect(shown.targets[0]?.references[0]).toMatchObject({ state: 'moves' });
    expect(await entriesOf(layout)).toEqual([{ name: 'v1', digest: document.targets[0]?.manifestDigest }]);
  });

  it('refuses a folder that holds something else, before anything is sent', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'thesis.txt'), 'mine');
    await expect(push(`${scene.registry.host}/layout/refused:1`, `oci:${other}:v1`)).rejects.toMatchObject({
      code: 'store.damaged',
      params: { path: other, reason: 'notLayout' },
    });
    expect(await readdir(other)).toEqual(['thesis.txt']);
  });

  it.runIf(process.platform === 'linux')('ends where no folder can be made, and says why', async () => {
    await expect(push('oci:/proc/tartan/images:1')).rejects.toMatchObject({
      code: 'file.unwritable',
      params: { path: '/proc/tartan/images', reason: 'ENOENT' },
    });
  });

  it('makes a layout of a folder whose making broke off, or that another process makes just now', async () => {
    const layout = join(folder, 'unfinished');
    await mkdir(join(layout, '.tartan'), { recursive: true });
    await writeFile(join(layout, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
    const { document } = await push(`oci:${layout}:v1`);
    expect(await entriesOf(layout)).toEqual([{ name: 'v1', digest: document.targets[0]?.manifestDigest }]);
    expect((await readdir(layout)).sort()).toEqual(['.tartan', 'blobs', 'index.json', 'oci-layout']);
  });

  it('goes on after kill -9, and leaves only what a collection takes', async () => {
    const layout = join(folder, 'killed');
    const stateHome = join(folder, 'state');
    let commits = 0;
    let reached: () => void = () => undefined;
    const middle = new Promise<void>((done) => {
      reached = done;
    });
    const proxy = await startRegistryProxy(scene.registry.host, (seen) => {
      if (isCommit(seen)) commits += 1;
      if (commits < 4 || !isPiece(seen)) return undefined;
      reached();
      return 'answered';
    });
    const references = [`${proxy.host}/layout/killed:1`, `oci:${layout}:v1`];
    const child = startTartan(['push', 'builder', ...references, '--concurrency', '1'], {
      tartHome: scene.home.root,
      stateHome,
    });
    await middle;
    process.kill(await child.pid, 'SIGKILL');
    await child.ended;
    await proxy.close();
    const before = await blobFiles(layout);
    const staged = await readdir(join(layout, '.tartan', 'staging'));
    const named = await entriesOf(layout);
    const again = await openTestEngine({ tartHome: scene.home.root, stateHome });
    const { document } = await again.push({ vmId: 'vm:builder', references: [`oci:${layout}:v1`] });
    await again.close();
    expect({ named, staged: staged.length, kept: Object.keys(before).length >= 3 }).toEqual({
      named: [],
      staged: 1,
      kept: true,
    });
    expect(await blobFiles(layout)).toMatchObject(before);
    await skopeo('copy', `oci:${layout}:v1`, `docker://${scene.registry.host}/layout/after:1`);
    expect(await isWhole(`${scene.registry.host}/layout/after:1`, scene.vm)).toBe(true);
    await engine.handlers['settings.set'](
      { ...(await engine.handlers['settings.get'](null, never)), storeFolder: layout },
      never,
    );
    engine.advance(2 * DAY_MS);
    const freed = await engine.handlers['store.collect']({ preview: false }, never);
    const { images } = await engine.handlers['store.list'](null, never);
    expect({ leftovers: freed.leftovers.files, blobs: freed.blobs.files }).toEqual({ leftovers: 1, blobs: 0 });
    expect(images).toMatchObject([{ name: 'v1', digest: document.targets[0]?.manifestDigest, complete: true }]);
  });

  it('of two processes at once leaves both names, and each blob once', async () => {
    const layout = join(folder, 'both');
    await cloneTartVm(scene.home, scene.vm, 'clone');
    const place = (name: string) => ({ tartHome: scene.home.root, stateHome: join(folder, name) });
    const [one, two] = await Promise.all([
      runTartan(['push', 'builder', `oci:${layout}:one`], place('state-1')),
      // Tart's lock lets one push of a VM read at a time.
      runTartan(['push', 'clone', `oci:${layout}:two`], place('state-2')),
    ]);
    expect([one.status, two.status]).toEqual([0, 0]);
    expect((await entriesOf(layout)).map(({ name }) => name).sort()).toEqual(['one', 'two']);
    expect(await readdir(join(layout, '.tartan', 'staging'))).toEqual([]);
  });
});

describe('a push that keeps a local copy', () => {
  const request = (tag: string) => ({
    vmId: 'vm:builder',
    references: [`${scene.registry.host}/kept/macos:${tag}`],
    keepLocal: true,
  });

  it('puts the image into the local store in the same pass, and counts only what goes to the registry', async () => {
    const { document, job } = await engine.push(request('1'));
    const { images } = await engine.handlers['store.list'](null, never);
    const [remote, local] = document.targets;
    expect(images).toMatchObject([{ name: 'kept/macos:1', digest: remote?.manifestDigest, complete: true }]);
    expect([remote?.place, local?.place]).toEqual(['registry', 'store']);
    expect({ uploaded: document.bytes.uploaded, sent: job.sent }).toEqual({
      uploaded: remote?.bytes.uploaded,
      sent: remote?.bytes.uploaded,
    });
    expect(local?.bytes.uploaded).toBe(remote?.bytes.uploaded);
    expect(document.bytes.encoded).toBeLessThanOrEqual(scene.vm.diskSize);
    expect(job.references).toEqual([`${scene.registry.host}/kept/macos:1`]);
  });

  it('writes nothing where the store has the blobs, and shows both targets in the plan', async () => {
    await engine.push(request('2'));
    const { folder: store } = await engine.handlers['store.list'](null, never);
    const files = await blobFiles(store);
    const plan = await engine.plan(request('3'));
    const { document } = await engine.push(request('3'));
    expect(plan.targets.map(({ place, references }) => [place, references.map(({ state }) => state)])).toEqual([
      ['registry', ['new']],
      ['store', ['new']],
    ]);
    expect(plan.targets[1]?.layers.every(({ verdict }) => verdict === 'present' || verdict === 'duplicate')).toBe(true);
    expect(document.bytes).toMatchObject({ uploaded: 0, encoded: 0 });
    expect(await blobFiles(store)).toEqual(files);
    expect((await entriesOf(store)).map(({ name }) => name)).toEqual(['kept/macos:2', 'kept/macos:3']);
  });

  it('is an option of the command line, and says where the copy is', async () => {
    const place = { tartHome: scene.home.root, stateHome: join(folder, 'state') };
    const { status, stdout } = await runTartan(
      ['push', 'builder', `${scene.registry.host}/kept/cli:1`, '--keep-local'],
      place,
    );
    expect({
      status,
      told: stdout.includes(`copy on this computer: oci:${place.stateHome}/store:kept/cli@sha256:`),
    }).toEqual({ status: 0, told: true });
  });

  it('fails with what the store lacks when its budget is used up; the registry has its tag all the same', async () => {
    const settings = await engine.handlers['settings.get'](null, never);
    await engine.handlers['settings.set']({ ...settings, storeBudget: 1_000_000 }, never);
    await expect(engine.push(request('full'))).rejects.toMatchObject({ code: 'store.full' });
    expect(await tagsOf(scene.registry.origin, 'kept/macos')).toContain('full');
  });
});

describe('tartan push', () => {
  it('finds the folder from the current one, and says a fault of the reference', async () => {
    const place = { tartHome: scene.home.root, stateHome: join(folder, 'state') };
    const relative = join('..', '..', '..', '..', folder.slice(1), 'here');
    const plan = await runTartan(['plan', 'builder', `oci:${relative}:v1`, '--json'], place);
    const wrong = await runTartan(['push', 'builder', 'oci:here:v1:', '--json'], place);
    // The document of a plan that was just asked for.
    const document = JSON.parse(plan.stdout) as { targets: { registry: string }[] };
    expect(document.targets[0]?.registry).toMatch(/^oci:\/.*\/here$/);
    expect({ status: wrong.status, document: JSON.parse(wrong.stdout) }).toMatchObject({
      status: 2,
      document: { error: { code: 'reference.invalid', params: { position: 12, expected: 'tag' } } },
    });
  });
});

/** A layout with one small image `x`. */
async function madeBy(within: string): Promise<string> {
  const source = join(within, 'made');
  await makeLayout(source, 'x', ['one']);
  const copied = join(within, 'copied');
  await cp(source, copied, { recursive: true });
  return copied;
}
