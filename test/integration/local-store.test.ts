import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type StartedRegistry, startEmbedded } from '../fixtures/embedded-registry.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';

const run = promisify(execFile);
const never = new AbortController().signal;

let home: TartHome;
let vm: TartVm;
let started: StartedRegistry;
let folder: string;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
});
afterAll(() => home.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-store-'));
  started = await startEmbedded({ tartHome: home.root });
});
afterEach(async () => {
  await started.stop();
  await rm(folder, { recursive: true, force: true });
});

async function names(): Promise<(string | null)[]> {
  const { images } = await started.engine.handlers['store.list'](null, never);
  return images.map(({ name, complete }) => (complete ? name : `${name} incomplete`));
}

async function blobFiles(store = started.folder): Promise<string[]> {
  return (await readdir(join(store, 'blobs', 'sha256'))).sort();
}

function byName(left: { name: string | null }, right: { name: string | null }): number {
  return (left.name ?? '').localeCompare(right.name ?? '');
}

/** Makes every blob of the store two days old: no clock has to be waited for. */
function age(): void {
  started.engine.advance(2 * 24 * 60 * 60_000);
}

describe('a VM in the local store', () => {
  it('is pushed to the embedded registry, and what comes out decodes to the same disk', async () => {
    const reference = `${started.host}/vms/builder:1`;
    const references = [reference, `${started.host}/other/name:1`];
    const first = await started.engine.push({ vmId: 'vm:builder', references });
    const second = await started.engine.push({ vmId: 'vm:builder', references: [`${started.host}/vms/builder:2`] });
    const pulled = await pullWithSkopeo(reference);
    const list = await started.engine.handlers['store.list'](null, never);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    expect(pulled.nvram.equals(readFileSync(vm.nvramFile))).toBe(true);
    expect(second.document.bytes).toMatchObject({ uploaded: 0, read: 0 });
    expect(first.document.targets[1]?.layers.some(({ verdict }) => verdict === 'mount')).toBe(true);
    expect(list.images.map(({ name, diskSize, complete }) => ({ name, diskSize, complete })).sort(byName)).toEqual(
      ['other/name:1', 'vms/builder:1', 'vms/builder:2'].map((name) => ({
        name,
        diskSize: vm.diskSize,
        complete: true,
      })),
    );
    expect(first.document.targets[0]?.manifestDigest).toBe(list.images[0]?.digest);
  });

  it('is read by skopeo straight from the folder', async () => {
    await started.engine.push({ vmId: 'vm:builder', references: [`${started.host}/vms/builder:1`] });
    await skopeo('copy', `oci:${started.folder}:vms/builder:1`, `dir:${folder}`);
    const { images } = await started.engine.handlers['store.list'](null, never);
    expect(await skopeo('inspect', '--raw', `oci:${started.folder}:vms/builder:1`)).toBe(
      await readFile(join(folder, 'manifest.json'), 'utf8'),
    );
    expect(images).toHaveLength(1);
  });
});

describe('skopeo and the local store', () => {
  it('copies into the folder, and the registry serves it: a bare tag in library, repository:tag where it says', async () => {
    const made = await makeLayout(folder, 'x', ['one', 'two']);
    await skopeo('copy', `oci:${folder}:x`, `oci:${started.folder}:plain`);
    await skopeo('copy', `oci:${folder}:x`, `oci:${started.folder}:team/app:1.0`);
    const answers = await Promise.all(
      ['library/manifests/plain', 'team/app/manifests/1.0', `team/app/blobs/${made.layers[0]}`].map((path) =>
        started.ask(`/v2/${path}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await names()).toEqual(['plain', 'team/app:1.0']);
  });

  it('copies through the registry in both directions, and deletes', async () => {
    const made = await makeLayout(folder, 'x', ['one', 'two']);
    await skopeo('copy', `oci:${folder}:x`, `docker://${started.host}/team/app:1`);
    await skopeo('copy', `docker://${started.host}/team/app:1`, `docker://${started.host}/team/copy:1`);
    await skopeo('copy', `docker://${started.host}/team/copy:1`, `oci:${join(folder, 'back')}:y`);
    const index = JSON.parse(await readFile(join(folder, 'back', 'index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    expect(index.manifests.map(({ digest }) => digest)).toEqual([made.digest]);
    await skopeo('delete', `docker://${started.host}/team/app:1`);
    expect(await names()).toEqual(['team/copy:1']);
  });

  it('and this app write index.json at the same time without losing a name of either', async () => {
    const made = await makeLayout(folder, 'x', ['one']);
    await skopeo('copy', `oci:${folder}:x`, `docker://${started.host}/team/app:1`);
    const before = await readFile(join(started.folder, 'index.json'), 'utf8');
    await started.engine.handlers['store.tag']({ from: 'team/app:1', to: 'team/app:2' }, never);
    // What skopeo does when it read index.json before the tag came and writes it after.
    const stale = JSON.parse(before) as { manifests: { annotations: Record<string, string> }[] };
    const [entry] = stale.manifests;
    stale.manifests.push({ ...entry, annotations: { 'org.opencontainers.image.ref.name': 'from/skopeo:1' } });
    await writeFile(join(started.folder, 'index.json'), JSON.stringify(stale));
    await started.engine.handlers['store.tag']({ from: 'team/app:1', to: 'team/app:3' }, never);
    expect((await names()).sort()).toEqual(['from/skopeo:1', 'team/app:1', 'team/app:2', 'team/app:3']);
    expect((await started.ask('/v2/from/skopeo/manifests/1')).headers['docker-content-digest']).toBe(made.digest);
  });

  it('a name that another tool took away stays away', async () => {
    await makeLayout(folder, 'x', ['one']);
    await skopeo('copy', `oci:${folder}:x`, `docker://${started.host}/team/app:1`);
    await started.engine.handlers['store.tag']({ from: 'team/app:1', to: 'team/app:2' }, never);
    const index = JSON.parse(await readFile(join(started.folder, 'index.json'), 'utf8')) as {
      manifests: { annotations: Record<string, string> }[];
    };
    index.manifests = index.manifests.filter((entry) => !Object.values(entry.annotations).includes('team/app:2'));
    await writeFile(join(started.folder, 'index.json'), JSON.stringify(index));
    await started.engine.handlers['store.tag']({ from: 'team/app:1', to: 'team/app:3' }, never);
    expect((await names()).sort()).toEqual(['team/app:1', 'team/app:3']);
  });
});

describe('import and export', () => {
  it('brings an image from a layout folder under its name, and takes it out as folder and as archive', async () => {
    const source = join(folder, 'source');
    const made = await makeLayout(source, 'team/app:1', ['one', 'two']);
    const imported = await started.engine.handlers['store.import']({ source, images: [], name: null }, never);
    expect(imported).toEqual({
      images: [{ name: 'team/app:1', digest: made.digest, replaced: null }],
      copied: { files: 4, bytes: expect.any(Number) },
    });
    const [asFolder, asArchive] = [join(folder, 'out'), join(folder, 'out.tar')];
    const { handlers } = started.engine;
    await handlers['store.export']({ images: ['team/app:1'], target: asFolder, form: 'folder' }, never);
    await handlers['store.export']({ images: [], target: asArchive, form: 'archive' }, never);
    expect(await skopeo('inspect', '--raw', `oci:${asFolder}:team/app:1`)).toBe(made.manifest.toString());
    await skopeo('copy', `oci-archive:${asArchive}:team/app:1`, `oci:${join(folder, 'again')}:z`);
    expect(await blobFiles(join(folder, 'again'))).toEqual(await blobFiles(started.folder));
    expect(await readdir(folder)).toEqual(['again', 'out', 'out.tar', 'source']);
  });

  it('says which image had the name of one that comes, and is silent about the same one again', async () => {
    const first = await makeLayout(join(folder, 'a'), 'team/app:1', ['one']);
    const second = await makeLayout(join(folder, 'b'), 'team/app:1', ['two']);
    const told: unknown[] = [];
    for (const source of ['a', 'b', 'b']) {
      const request = { source: join(folder, source), images: [], name: null };
      told.push((await started.engine.handlers['store.import'](request, never)).images);
    }
    const name = 'team/app:1';
    expect(told).toEqual([
      [{ name, digest: first.digest, replaced: null }],
      [{ name, digest: second.digest, replaced: first.digest }],
      [{ name, digest: second.digest, replaced: null }],
    ]);
    expect(await names()).toEqual([name]);
  });

  it.each(['plain', 'gzipped'])('brings an OCI archive, %s, in one pass', async (how) => {
    const made = await makeLayout(join(folder, 'source'), 'x', ['one']);
    const archive = join(folder, 'a.tar');
    await skopeo('copy', `oci:${join(folder, 'source')}:x`, `oci-archive:${archive}:team/app:1`);
    if (how === 'gzipped') await run('gzip', [archive]);
    const source = how === 'gzipped' ? `${archive}.gz` : archive;
    await started.engine.handlers['store.import']({ source, images: [], name: 'mine/it:2' }, never);
    expect(await names()).toEqual(['mine/it:2']);
    expect((await started.ask('/v2/mine/it/manifests/2')).headers['docker-content-digest']).toBe(made.digest);
  });

  it('brings an archive of docker save as an OCI image with the same layers', async () => {
    const made = await makeLayout(join(folder, 'source'), 'x', ['one', 'two']);
    const archive = join(folder, 'saved.tar');
    await skopeo('copy', `oci:${join(folder, 'source')}:x`, `docker-archive:${archive}:registry.example/team/app:1`);
    await started.engine.handlers['store.import']({ source: archive, images: [], name: null }, never);
    const manifest = JSON.parse((await started.ask('/v2/team/app/manifests/1')).body.toString()) as {
      layers: { digest: string }[];
    };
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(made.contents);
    await skopeo('copy', `docker://${started.host}/team/app:1`, `oci:${join(folder, 'back')}:x`);
    expect(await readdir(join(started.folder, '.tartan', 'staging'))).toEqual([]);
  });

  it.each([
    ['a layer is missing', async (layer: string) => await rm(layer), 'file.unreadable'],
    ['a layer is damaged', async (layer: string) => await appendFile(layer, 'x'), 'store.incomplete'],
    [
      'it is no layout',
      async (_layer: string, source: string) => await rm(join(source, 'oci-layout')),
      'store.archiveInvalid',
    ],
  ])('refuses a source of which something is wrong, and names nothing: %s', async (_what, spoil, code) => {
    const source = join(folder, 'source');
    const made = await makeLayout(source, 'a:1', ['one', 'two']);
    await spoil(join(source, 'blobs', 'sha256', made.layers[1]?.slice(7) ?? ''), source);
    await expect(
      started.engine.handlers['store.import']({ source, images: [], name: null }, never),
    ).rejects.toMatchObject({ code });
    expect(await names()).toEqual([]);
  });

  it('refuses an archive that is cut, and one that is none', async () => {
    await makeLayout(join(folder, 'source'), 'x', ['one', 'two']);
    const archive = join(folder, 'a.tar');
    await skopeo('copy', `oci:${join(folder, 'source')}:x`, `oci-archive:${archive}:team/app:1`);
    await truncate(archive, 60_000);
    const none = join(folder, 'none.tar');
    await writeFile(none, 'nothing of that kind');
    for (const source of [archive, none]) {
      await expect(
        started.engine.handlers['store.import']({ source, images: [], name: null }, never),
      ).rejects.toMatchObject({ code: 'store.archiveInvalid' });
    }
    expect(await names()).toEqual([]);
    expect(await readdir(join(started.folder, '.tartan', 'staging'))).toEqual([]);
  });
});

describe('collecting', () => {
  it('frees what no name needs once it is a day old, says so before, and keeps what is shared', async () => {
    const { handlers } = started.engine;
    const first = await makeLayout(join(folder, 'a'), 'team/app:1', ['shared', 'only-first']);
    const second = await makeLayout(join(folder, 'b'), 'team/app:2', ['shared', 'only-second']);
    for (const source of ['a', 'b'])
      await handlers['store.import']({ source: join(folder, source), images: [], name: null }, never);
    await handlers['store.untag']({ name: 'team/app:2' }, never);
    const early = await handlers['store.collect']({ preview: false }, never);
    age();
    const before = await blobFiles();
    const preview = await handlers['store.collect']({ preview: true }, never);
    expect(await blobFiles()).toEqual(before);
    const collected = await handlers['store.collect']({ preview: false }, never);
    expect(early.blobs).toEqual({ files: 0, bytes: 0 });
    expect(preview).toEqual({ ...collected, preview: true });
    expect(collected).toMatchObject({
      images: [{ repository: 'team/app', digest: second.digest }],
      blobs: { files: 3 },
      spared: { files: 0 },
    });
    const left = await blobFiles();
    expect(left).toContain(first.layers[0]?.slice(7));
    expect(left).not.toContain(second.layers[1]?.slice(7));
    expect(await handlers['store.check']({ repair: false, from: [], insecure: false }, never)).toMatchObject({
      ok: true,
    });
    await skopeo('copy', `oci:${started.folder}:team/app:1`, `dir:${join(folder, 'dir')}`);
  });

  it('spares blobs of an image that skopeo has not named yet, and signatures of what is tagged', async () => {
    const { handlers } = started.engine;
    const made = await makeLayout(join(folder, 'a'), 'team/app:1', ['one']);
    await handlers['store.import']({ source: join(folder, 'a'), images: [], name: null }, never);
    const config = await started.upload('team/app', '{}');
    const signature = JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: 'application/x', digest: config, size: 2 },
      layers: [],
      subject: {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: made.digest,
        size: made.manifest.length,
      },
    });
    await started.ask(`/v2/team/app/manifests/signature`, { method: 'PUT', body: signature });
    await started.ask(`/v2/team/app/manifests/signature`, { method: 'DELETE' });
    age();
    const collected = await handlers['store.collect']({ preview: false }, never);
    expect(collected).toMatchObject({ images: [], blobs: { files: 0 } });
    const referrers = await started.ask(`/v2/team/app/referrers/${made.digest}`);
    expect(JSON.parse(referrers.body.toString())).toMatchObject({ manifests: [{ artifactType: 'application/x' }] });
  });
});

describe('checking', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(() => registry.stop());

  it('finds a damaged, a missing and a cut blob, and fetches them from a registry that has them', async () => {
    const { handlers } = started.engine;
    const source = join(folder, 'a');
    const made = await makeLayout(source, 'team/app:1', ['one', 'two', 'three']);
    await skopeo('copy', `oci:${source}:team/app:1`, `docker://${registry.host}/backup/app:1`);
    await handlers['store.import']({ source, images: [], name: null }, never);
    const file = (at: number): string => join(started.folder, 'blobs', 'sha256', made.layers[at]?.slice(7) ?? '');
    await writeFile(file(0), 'something else');
    await rm(file(1));
    await truncate(file(2), 100);
    const stray = await started.upload('team/app', 'nobody needs this');
    await appendFile(join(started.folder, 'blobs', 'sha256', stray.slice(7)), '!');
    const looked = await handlers['store.check']({ repair: false, from: [], insecure: false }, never);
    expect(looked.ok).toBe(false);
    expect(looked.problems.map(({ digest, problem, images }) => [digest, problem, images])).toEqual(
      [
        [made.layers[0], 'damaged', ['team/app:1']],
        [made.layers[1], 'missing', ['team/app:1']],
        [made.layers[2], 'damaged', ['team/app:1']],
        [stray, 'damaged', []],
      ].sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
    );
    expect(await names()).toEqual(['team/app:1 incomplete']);
    const repaired = await handlers['store.check'](
      { repair: true, from: [`${registry.host}/backup/app`], insecure: false },
      never,
    );
    expect(repaired).toMatchObject({
      ok: true,
      problems: [{ repaired: true }, { repaired: true }, { repaired: true }, { repaired: true }],
    });
    expect(await handlers['store.check']({ repair: false, from: [], insecure: false }, never)).toMatchObject({
      ok: true,
      problems: [],
    });
    expect(await names()).toEqual(['team/app:1']);
  });

  it('says why a blob could not be repaired', async () => {
    const { handlers } = started.engine;
    const made = await makeLayout(join(folder, 'a'), 'team/app:1', ['one']);
    await handlers['store.import']({ source: join(folder, 'a'), images: [], name: null }, never);
    await rm(join(started.folder, 'blobs', 'sha256', made.layers[0]?.slice(7) ?? ''));
    const result = await handlers['store.check'](
      { repair: true, from: [`${registry.host}/not/there`], insecure: false },
      never,
    );
    expect(result).toMatchObject({ ok: false, problems: [{ repaired: false, reason: 'blob.missing' }] });
  });
});

describe('a name that is not in the store', () => {
  it.each([
    ['team/app:2', 'store.imageNotFound'],
    ['Team/App', 'store.nameInvalid'],
  ])('is said to be so: %s', async (name, code) => {
    await makeLayout(join(folder, 'a'), 'team/app:1', ['one']);
    await started.engine.handlers['store.import']({ source: join(folder, 'a'), images: [], name: null }, never);
    await expect(started.engine.handlers['store.untag']({ name }, never)).rejects.toMatchObject({ code });
    expect(await names()).toEqual(['team/app:1']);
  });
});

describe('a folder that is no store', () => {
  it('is refused and left as it is', async () => {
    const settings = await started.engine.handlers['settings.get'](null, never);
    await writeFile(join(folder, 'thesis.txt'), 'words');
    await expect(
      started.engine.handlers['settings.set']({ ...settings, storeFolder: folder }, never),
    ).rejects.toMatchObject({ code: 'store.damaged', params: { reason: 'notLayout' } });
    expect(await readdir(folder)).toEqual(['thesis.txt']);
    expect(await started.engine.handlers['settings.get'](null, never)).toEqual(settings);
  });

  it('a layout that another tool made is a store at once', async () => {
    await makeLayout(folder, 'latest', ['one']);
    const settings = await started.engine.handlers['settings.get'](null, never);
    await started.engine.handlers['settings.set']({ ...settings, storeFolder: folder }, never);
    expect(await names()).toEqual(['latest']);
  });

  it('takes no more than its budget', async () => {
    const settings = await started.engine.handlers['settings.get'](null, never);
    await started.engine.handlers['settings.set']({ ...settings, storeBudget: 1_000_000 }, never);
    await started.upload('a/b', Buffer.alloc(600_000, 1));
    const answer = await started.ask('/v2/a/b/blobs/uploads/?digest=sha256:'.concat('0'.repeat(64)), {
      method: 'POST',
      body: Buffer.alloc(600_000, 2),
    });
    const stored = await blobFiles();
    const layers = Array.from({ length: 9 }, (_, index) => `layer ${index}`);
    await makeLayout(folder, 'team/app:1', layers);
    const imported = started.engine.handlers['store.import']({ source: folder, images: [], name: null }, never);
    await expect(imported).rejects.toMatchObject({ code: 'store.full', params: { budget: 1_000_000 } });
    expect([answer.status, stored.length, await names()]).toEqual([507, 1, []]);
  });

  it('has room again as soon as a collection made some', async () => {
    const settings = await started.engine.handlers['settings.get'](null, never);
    await started.engine.handlers['settings.set']({ ...settings, storeBudget: 1_000_000 }, never);
    await started.upload('a/b', Buffer.alloc(600_000, 1));
    age();
    await expect(started.upload('a/b', Buffer.alloc(600_000, 2))).rejects.toThrow('507');
    await started.engine.handlers['store.collect']({ preview: false }, never);
    await started.upload('a/b', Buffer.alloc(600_000, 2));
    expect(await blobFiles()).toHaveLength(1);
  });
});
