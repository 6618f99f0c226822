import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CopyDocument, type CopyRequest, copyDocumentSchema } from '../../shared/models/copy.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { digestOf } from '../fixtures/embedded-registry.ts';
import { first, isCommit, isPiece } from '../fixtures/faults.ts';
import { makeIndexLayout, makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { isWhole, tagsOf } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;

let home: TartHome;
let vm: TartVm;
let one: DockerRegistry;
let two: DockerRegistry;
let engine: TestEngine;
/** Of one test: layouts lie in it. */
let folder: string;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  [one, two] = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
  engine = await openTestEngine({ tartHome: home.root });
  await engine.push({ vmId: 'vm:builder', references: [`${one.host}/vms/builder:1`] });
});
afterAll(async () => {
  await engine.close();
  await Promise.all([one.stop(), two.stop()]);
  await home.remove();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tartan-copy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function copy(
  source: string,
  targets: readonly string[],
  more: Partial<CopyRequest> = {},
): Promise<CopyDocument> {
  return (await engine.copy({ images: [{ source, targets: [...targets] }], ...more })).document;
}

/** The manifest's very bytes, as skopeo reads them. */
const raw = (reference: string): Promise<string> => skopeo('inspect', '--raw', reference);

describe('a copy', () => {
  it('goes from a registry into a layout and on to another registry, byte for byte', async () => {
    const layout = join(folder, 'images');
    const out = await copy(`${one.host}/vms/builder:1`, [`oci:${layout}:vms/builder:1`]);
    const back = await copy(`oci:${layout}:vms/builder:1`, [
      `${two.host}/back/builder:1`,
      `${two.host}/back/builder:2`,
    ]);
    const manifests = await Promise.all(
      [
        `docker://${one.host}/vms/builder:1`,
        `oci:${layout}:vms/builder:1`,
        `docker://${two.host}/back/builder:1`,
        `docker://${two.host}/back/builder:2`,
      ].map(raw),
    );
    expect(new Set(manifests).size).toBe(1);
    expect([out.sources[0]?.digest, back.sources[0]?.digest]).toEqual([
      digestOf(manifests[0] ?? ''),
      digestOf(manifests[0] ?? ''),
    ]);
    expect([out.bytes.uploaded, back.bytes.uploaded]).toEqual([out.bytes.packed, out.bytes.packed]);
    expect(await isWhole(`${two.host}/back/builder:2`, vm)).toBe(true);
    expect(await readdir(join(layout, '.tartan', 'staging'))).toEqual([]);
  });

  it('within a registry mounts, and to several places of one registry sends every byte once', async () => {
    const layout = join(folder, 'several');
    await makeLayout(layout, 'x', ['several one', 'several two']);
    await skopeo('copy', `oci:${layout}:x`, `docker://${one.host}/several/app:1`);
    const document = await copy(`${one.host}/several/app:1`, [
      `${one.host}/mounted/app:1`,
      `${two.host}/first/app:1`,
      `${two.host}/second/app:1`,
    ]);
    const [mounted, sent, beside] = document.targets.map(({ bytes }) => bytes);
    const { packed } = document.bytes;
    expect([mounted?.mounted, sent?.uploaded, beside?.mounted]).toEqual([packed, packed, packed]);
    expect([mounted?.uploaded, beside?.uploaded]).toEqual([0, 0]);
    const manifests = [`${one.host}/mounted/app:1`, `${two.host}/first/app:1`, `${two.host}/second/app:1`];
    const there = await Promise.all(manifests.map((reference) => raw(`docker://${reference}`)));
    expect(new Set([...there, await raw(`oci:${layout}:x`)]).size).toBe(1);
  });

  it('mounts what another repository of the target was seen to have, whoever brought it there', async () => {
    await copy(`${one.host}/vms/builder:1`, [`${two.host}/known/builder:1`]);
    const proxy = await startRegistryProxy(one.host);
    const document = await copy(`${proxy.host}/vms/builder:1`, [`${two.host}/neighbour/builder:1`]);
    await proxy.close();
    expect(document.bytes).toMatchObject({ uploaded: 0, mounted: document.bytes.packed });
    expect(proxy.blobBytes()).toBe(0);
    expect(await isWhole(`${two.host}/neighbour/builder:1`, vm)).toBe(true);
  });

  it('made again sends nothing, and says so', async () => {
    await copy(`${one.host}/vms/builder:1`, [`${two.host}/again/builder:1`]);
    const proxy = await startRegistryProxy(two.host);
    const document = await copy(`${one.host}/vms/builder:1`, [
      `${proxy.host}/again/builder:1`,
      `${proxy.host}/again/builder:2`,
    ]);
    await proxy.close();
    expect(proxy.blobBytes()).toBe(0);
    expect(document.targets[0]?.references.map(({ state }) => state)).toEqual(['same', 'written']);
    expect(document.bytes).toMatchObject({ uploaded: 0, mounted: 0, present: document.bytes.packed });
    expect(new Set(document.targets[0]?.layers.map(({ verdict }) => verdict))).toEqual(new Set(['present']));
  });

  it('of an index brings its children', async () => {
    const layout = join(folder, 'multi');
    const index = await makeIndexLayout(layout);
    const document = await copy(`oci:${layout}:multi`, [`${two.host}/multi/app:1`]);
    await skopeo('copy', '--all', `docker://${two.host}/multi/app:1`, `oci:${join(folder, 'all')}:multi`);
    const back = await copy(`${two.host}/multi/app:1`, [`oci:${join(folder, 'back')}:multi`]);
    expect(document.sources[0]?.digest).toBe(index.digest);
    expect(document.targets[0]?.layers.filter(({ kind }) => kind === 'manifest').map(({ digest }) => digest)).toEqual([
      ...index.children,
      index.digest,
    ]);
    expect(back.bytes.uploaded).toBe(document.bytes.uploaded);
    expect(await raw(`oci:${join(folder, 'back')}:multi`)).toBe(await raw(`docker://${two.host}/multi/app:1`));
  });

  it('reads what skopeo wrote, also the only image without a name', async () => {
    const source = join(folder, 'source');
    const made = await makeLayout(source, 'x', ['one', 'two']);
    await skopeo('copy', `oci:${source}:x`, `oci:${join(folder, 'unnamed')}`);
    const document = await copy(`oci:${join(folder, 'unnamed')}`, [`${one.host}/unnamed/app:1`]);
    expect(document.sources[0]?.digest).toBe(made.digest);
    await skopeo('copy', `oci:${await other(folder)}:y`, `oci:${join(folder, 'unnamed')}:second`);
    await expect(copy(`oci:${join(folder, 'unnamed')}`, [`${one.host}/unnamed/app:2`])).rejects.toMatchObject({
      code: 'store.archiveInvalid',
      params: { reason: 'severalImages' },
    });
  });

  it('checks every digest on the way: what is damaged at the source is not tagged', async () => {
    const layout = join(folder, 'damaged');
    const made = await makeLayout(layout, 'x', ['damaged one', 'damaged two']);
    const file = join(layout, 'blobs', 'sha256', (made.layers[1] ?? '').slice('sha256:'.length));
    const bytes = await readFile(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await writeFile(file, bytes);
    await expect(copy(`oci:${layout}:x`, [`${two.host}/damaged/app:1`])).rejects.toMatchObject({
      code: 'blob.digestMismatch',
    });
    await appendFile(file, 'x');
    await expect(copy(`oci:${layout}:x`, [`oci:${join(folder, 'to')}:1`])).rejects.toMatchObject({
      code: 'blob.sizeMismatch',
    });
    expect(await tagsOf(two.origin, 'damaged/app')).toEqual([]);
    expect(await readdir(join(folder, 'to', '.tartan', 'staging'))).toEqual([]);
  });

  it('goes on where a connection broke: the source is asked for the rest, the target gets the blob anew', async () => {
    const reference = `${one.host}/vms/builder:1`;
    const { layers } = await engine.handlers['images.inspect']({ reference, insecure: false }, never);
    const [largest] = layers.toSorted((left, right) => right.size - left.size);
    const source = await startRegistryProxy(
      one.host,
      first(
        1,
        ({ method, path }) => method === 'GET' && path.endsWith(`/blobs/${largest?.digest}`),
        () => 'cutAnswer',
      ).fault,
    );
    const target = await startRegistryProxy(two.host, first(1, isPiece, () => 'cutBody').fault);
    await copy(`${source.host}/vms/builder:1`, [`${target.host}/broken/builder:1`]);
    await Promise.all([source.close(), target.close()]);
    expect(source.seen.filter(({ headers }) => headers.range !== undefined).length).toBeGreaterThan(0);
    expect(await isWhole(`${two.host}/broken/builder:1`, vm)).toBe(true);
  });

  it('does not move a tag that somebody moved meanwhile, unless told to', async () => {
    await skopeo('copy', `oci:${await other(folder)}:y`, `docker://${two.host}/moved/builder:1`);
    const blind = () =>
      startRegistryProxy(
        two.host,
        // The first look at the tag finds nothing: it came meanwhile.
        first(
          1,
          ({ method, path }) => method === 'HEAD' && path.endsWith('/manifests/1'),
          (_seen, _incoming, outgoing) => {
            outgoing.writeHead(404).end();
            return 'answered';
          },
        ).fault,
      );
    const [refused, forced] = await Promise.all([blind(), blind()]);
    await expect(copy(`${one.host}/vms/builder:1`, [`${refused.host}/moved/builder:1`])).rejects.toMatchObject({
      code: 'tag.conflict',
    });
    const document = await copy(`${one.host}/vms/builder:1`, [`${forced.host}/moved/builder:1`], { force: true });
    await Promise.all([refused.close(), forced.close()]);
    expect(document.targets[0]?.references[0]?.state).toBe('written');
    expect(await isWhole(`${two.host}/moved/builder:1`, vm)).toBe(true);
  });

  it('that is cancelled tags nothing, and the next one goes on', async () => {
    let cancel: () => void = () => undefined;
    let commits = 0;
    const proxy = await startRegistryProxy(two.host, (seen) => {
      if (isCommit(seen)) commits += 1;
      if (commits === 4) {
        cancel();
        cancel = () => undefined;
      }
      return undefined;
    });
    const source = `${one.host}/vms/builder:1`;
    const target = `${proxy.host}/cancelled/builder:1`;
    const id = await engine.startCopy({ images: [{ source, targets: [target] }], concurrency: 1 });
    cancel = () => void engine.handlers['jobs.cancel']({ id }, never);
    await engine.until(id, ({ state }) => state === 'cancelled');
    const tags = await tagsOf(two.origin, 'cancelled/builder');
    const document = await copy(source, [target]);
    await proxy.close();
    expect(tags).toEqual([]);
    expect(document.bytes.present).toBeGreaterThan(0);
    expect(await isWhole(`${two.host}/cancelled/builder:1`, vm)).toBe(true);
  });
});

describe('tartan copy', () => {
  it('prints its document, words, and the exit status', async () => {
    const place = { tartHome: home.root, stateHome: join(folder, 'state') };
    const source = `${one.host}/vms/builder:1`;
    const json = await runTartan(['copy', source, `oci:${join(folder, 'cli')}:1`, '--json'], place);
    const words = await runTartan(['copy', `oci:${join(folder, 'cli')}:1`, `${two.host}/cli/builder:1`], place);
    const [missing, wrong, several] = await Promise.all([
      runTartan(['copy', `${one.host}/vms/builder:none`, `${two.host}/cli/none:1`, '--json'], place),
      runTartan(['copy', source, 'oci:'], place),
      runTartan(['copy', source], place),
    ]);
    const document = copyDocumentSchema.parse(JSON.parse(json.stdout));
    expect([json.status, words.status, missing.status, wrong.status, several.status]).toEqual([0, 0, 3, 2, 2]);
    expect(document.targets[0]).toMatchObject({
      place: 'layout',
      manifestDigest: document.sources[0]?.digest,
      references: [{ tag: '1', state: 'written' }],
    });
    expect(words.stdout).toContain(`${two.host}/cli/builder@${document.sources[0]?.digest ?? ''}`);
    expect(words.stderr).toMatch(/ sent\n/);
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'manifest.notFound' } });
  });
});

/** A layout with another small image, `y`. */
async function other(within: string): Promise<string> {
  const layout = join(within, 'other');
  await makeLayout(layout, 'y', ['three']);
  return layout;
}
