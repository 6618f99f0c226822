import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Comparison, comparisonSchema } from '../../shared/models/comparison.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { bytesOf, readStoredBlobs, type StoredBlobs } from '../fixtures/stored-blobs.ts';
import { makeTartHome, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanResult } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { changeChunks, cloneWithChanges, makeWovenVm } from '../fixtures/woven-vm.ts';

const never = new AbortController().signal;
/** The chunk that only the changed clone has anew, and one behind the file system. */
const CHANGED = [17, 19];
let registry: DockerRegistry;
let home: TartHome;
let base: TartVm;
let engine: TestEngine;
let stored: StoredBlobs;
/** Manifest digests by tag. */
const pushed = new Map<string, string>();

async function push(vmId: string, repository: string, tag: string, populateCache = false): Promise<void> {
  const references = [`${registry.host}/${repository}:${tag}`];
  const { document } = await engine.push({ vmId, references, populateCache });
  pushed.set(tag, document.targets[0]?.manifestDigest ?? '');
}

const name = (repository: string, tag: string): { registry: string; repository: string; digest: string } => ({
  registry: registry.host,
  repository,
  digest: pushed.get(tag) ?? '',
});

/** What the registry has of an image by its own files. */
const blobsOf = (tag: string): ReadonlyMap<string, number> => stored.images.get(pushed.get(tag) ?? '') ?? new Map();

/** Places where either side has something that the other has not. */
function differing({ chunks }: Comparison): number[] {
  return chunks.flatMap(({ a, b }, at) => (a?.state === 'only' || b?.state === 'only' ? [at] : []));
}

/** Bytes of the blobs of one image that none of the others needs. */
function onlyIn(tag: string, others: readonly string[]): number {
  const elsewhere = new Set(others.flatMap((other) => [...blobsOf(other).keys()]));
  return bytesOf(new Map([...blobsOf(tag)].filter(([digest]) => !elsewhere.has(digest))));
}

function commonTo(one: string, other: string): number {
  const others = blobsOf(other);
  return bytesOf(new Map([...blobsOf(one)].filter(([digest]) => others.has(digest))));
}

beforeAll(async () => {
  [registry, home] = await Promise.all([startDockerRegistry(), makeTartHome()]);
  base = await makeWovenVm(home, { name: 'base', tail: '4r2h' });
  await cloneWithChanges(home, base, 'changed', CHANGED);
  engine = await openTestEngine({ tartHome: home.root });
  await push('vm:base', 'macos/base', '1.0');
  await push('vm:changed', 'macos/base', '1.1');
  await push('vm:changed', 'ci/runner', 'runner', true);
  await engine.handlers['repositories.read']({ host: registry.host, repository: 'macos/base' }, never);
  stored = await readStoredBlobs(registry.storage);
}, 60_000);
afterAll(async () => {
  await engine.close();
  await registry.stop();
  await home.remove();
});

describe('what fills a registry', () => {
  it('is what lies in its own storage', async () => {
    const { registries } = await engine.handlers['report.images']({ registry: registry.host }, never);
    const [told] = registries;
    expect(told).toMatchObject({ host: registry.host, images: 3, unread: 0, stored: bytesOf(stored.blobs) });
    const counted = ['1.0', '1.1', 'runner'].reduce((sum, tag) => sum + bytesOf(blobsOf(tag)), 0);
    expect(told?.counted).toBe(counted);
    const ofBase = bytesOf(new Map([...blobsOf('1.0'), ...blobsOf('1.1')]));
    expect(told?.repositories.map(({ repository, images, stored: once }) => [repository, images.length, once])).toEqual(
      [
        ['macos/base', 2, ofBase],
        ['ci/runner', 1, bytesOf(blobsOf('runner'))],
      ],
    );
  });

  it('says of each image what only it needs, by its tags where they were read', async () => {
    const { registries } = await engine.handlers['report.images']({ registry: registry.host }, never);
    const images = registries.flatMap(({ repositories }) => repositories.flatMap((repository) => repository.images));
    expect(
      images.map(({ repository, digest, tags, packed, unique }) => [repository, digest, tags, packed, unique]),
    ).toEqual(
      expect.arrayContaining([
        ['macos/base', pushed.get('1.0'), ['1.0'], bytesOf(blobsOf('1.0')), onlyIn('1.0', ['1.1', 'runner'])],
        ['macos/base', pushed.get('1.1'), ['1.1'], bytesOf(blobsOf('1.1')), 0],
        // Its tags were never read.
        ['ci/runner', pushed.get('runner'), [], bytesOf(blobsOf('runner')), 0],
      ]),
    );
  });

  it('says of a layer who needs it', async () => {
    const image = await engine.handlers['report.image'](name('macos/base', '1.0'), never);
    expect(new Map(image.layers.map(({ digest, size }) => [digest, size]))).toEqual(blobsOf('1.0'));
    const mine = image.layers.find(({ usedBy }) => usedBy === 1)?.digest ?? '';
    const all = image.layers.find(({ usedBy }) => usedBy === 3)?.digest ?? '';
    const usersOf = async (digest: string): Promise<string[]> =>
      (await engine.handlers['report.layer']({ registry: null, digest }, never)).users.map((user) => user.digest);
    expect(await usersOf(mine)).toEqual([pushed.get('1.0')]);
    expect((await usersOf(all)).sort()).toEqual(['1.0', '1.1', 'runner'].map((tag) => pushed.get(tag)).sort());
  });
});

describe('images of a registry', () => {
  it('share what both need', async () => {
    const images = [name('macos/base', '1.0'), name('macos/base', '1.1')];
    const { pairs } = await engine.handlers['report.sharing']({ images, registry: null }, never);
    expect(pairs).toEqual([{ a: 0, b: 1, bytes: commonTo('1.0', '1.1'), layers: expect.any(Number) }]);
  });

  it('free what nobody else needs when they are removed, and say who keeps the rest', async () => {
    const removal = async (...images: ReturnType<typeof name>[]): Promise<unknown> => {
      const { freed, registries } = await engine.handlers['report.removal']({ images }, never);
      return { freed, keptBy: registries[0]?.keptBy.map(({ repository, bytes }) => [repository, bytes]) };
    };
    expect(await removal(name('macos/base', '1.0'))).toEqual({
      freed: onlyIn('1.0', ['1.1', 'runner']),
      keptBy: expect.arrayContaining([
        ['macos/base', commonTo('1.0', '1.1')],
        ['ci/runner', commonTo('1.0', 'runner')],
      ]),
    });
    expect(await removal(name('macos/base', '1.1'), name('ci/runner', 'runner'))).toEqual({
      freed: onlyIn('1.1', ['1.0']),
      keptBy: [['macos/base', commonTo('1.0', '1.1')]],
    });
  });
});

describe('two images, compared', () => {
  const compare = (a: string, b: string): Promise<Comparison> => {
    const side = (text: string): { kind: 'vm' | 'image'; name: string } => ({
      kind: text.startsWith('vm:') ? 'vm' : 'image',
      name: text,
    });
    return engine.handlers['images.compare']({ a: side(a), b: side(b) }, never);
  };
  it('differ where the VMs do, and add up to what the registry holds of them', async () => {
    const side = (tag: string) => ({ kind: 'image', name: `${registry.host}/macos/base:${tag}` }) as const;
    const found = await compare(`${registry.host}/macos/base:1.0`, `${registry.host}/macos/base:1.1`);
    expect(differing(found)).toEqual(CHANGED);
    expect(found.nvram).toBe('same');
    const written = await engine.handlers['images.compareText'](
      { a: side('1.0'), b: side('1.1'), format: 'json', language: 'en' },
      never,
    );
    expect(JSON.parse(written)).toEqual(found);
    // The sums of disk and NVRAM; of the rest of an image, its two configs, nothing is compared.
    const { common, onlyA, onlyB } = found.totals;
    expect(onlyA).toEqual({ chunks: 2, bytes: onlyIn('1.0', ['1.1']), estimated: false });
    expect(onlyB).toEqual({ chunks: 2, bytes: onlyIn('1.1', ['1.0']), estimated: false });
    expect(common.bytes + onlyA.bytes).toBe(found.a.packed);
    expect(found.chunks[17]?.alsoIn).toEqual({
      count: 1,
      images: [expect.objectContaining({ repository: 'ci/runner' })],
    });
    expect(found.pushing).toMatchObject({ repository: 'macos/base', sends: 0, mounts: 0, present: found.a.packed });
  });

  it('may be a VM as it was pushed, and the image of another, without a request or a byte of the disk', async () => {
    const found = await compare('vm:base', `${registry.host}/macos/base:1.1`);
    expect(differing(found)).toEqual(CHANGED);
    expect(found.a).toMatchObject({ title: 'base', state: 'stopped', unknown: 0 });
    const runner = await compare('vm:base', `${registry.host}/ci/runner@${pushed.get('runner') ?? ''}`);
    expect(runner.pushing).toMatchObject({ sends: 0, mounts: onlyIn('1.0', ['1.1']), estimated: false, unknown: 0 });
  });

  it('are unknown where nobody read the disk since it changed', async () => {
    await changeChunks(base, [18], 'later');
    const found = await compare('vm:base', `${registry.host}/macos/base:1.0`);
    const states = new Set(found.chunks.map(({ a }) => a?.state));
    expect(states).toEqual(new Set(['unknown', 'zero']));
    expect(found.totals.common.chunks + found.totals.unknown.chunks).toBe(found.chunks.length);
  });
});

describe('tartan compare', () => {
  const run = (...args: string[]): Promise<TartanResult> =>
    runTartan(['compare', ...args], { tartHome: home.root, stateHome: engine.stateHome });
  const image = (repository: string, tag: string): string => `${registry.host}/${repository}:${tag}`;

  it('prints the document, a table of all chunks, and writes a page that needs nothing beside it', async () => {
    const sides = ['changed', image('macos/base', '1.0')];
    const file = join(engine.stateHome, 'difference.html');
    const results = await Promise.all([
      run(...sides, '--json'),
      run(...sides, '--format', 'csv'),
      run(...sides, '--output', file),
    ]);
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0]);
    const [json, csv, html] = results;
    const found = comparisonSchema.parse(JSON.parse(json.stdout));
    expect([differing(found), found.totals.onlyA.bytes, found.totals.onlyB.bytes]).toEqual([
      CHANGED,
      onlyIn('1.1', ['1.0']),
      onlyIn('1.0', ['1.1']),
    ]);

    const [head = [], ...rows] = csv.stdout
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const [table, place, kind] = ['table', 'place', 'kind'].map((column) => head.indexOf(column));
    const chunks = rows.filter((row) => row[table ?? -1] === 'chunk');
    expect(chunks).toHaveLength(found.chunks.length);
    expect(chunks.flatMap((row) => (row[kind ?? -1] === 'changed' ? Number(row[place ?? -1]) : []))).toEqual(CHANGED);

    expect({ stdout: html.stdout, stderr: html.stderr }).toEqual({ stdout: '', stderr: `Written to ${file}.\n` });
    const page = await readFile(file, 'utf8');
    expect(page.match(/<title>Chunk /g)).toHaveLength(found.chunks.length);
    expect(page.match(/https?:|<script|<link|@import|\b(?:src|href|on\w+)=/g)).toBeNull();
  });

  it('takes a cached image by its reference, as plan and push do', async () => {
    const { status, stdout } = await run('base', image('ci/runner', 'runner'), '--json');
    const { b } = comparisonSchema.parse(JSON.parse(stdout));
    expect([status, b.kind, b.title, b.digest]).toEqual([0, 'vm', `${registry.host}/ci/runner`, pushed.get('runner')]);
  });

  it('says of a cached image that the registry has another one under its tag by now, and takes that one by its digest', async () => {
    const cached = pushed.get('runner') ?? '';
    await push('vm:base', 'ci/runner', 'runner');
    const moved = pushed.get('runner') ?? '';
    await engine.handlers['repositories.read']({ host: registry.host, repository: 'ci/runner' }, never);
    const [place, tagged] = [`${registry.host}/ci/runner`, image('ci/runner', 'runner')];
    const [text, json] = [await run(tagged, `${place}@${moved}`), await run(tagged, `${place}@${moved}`, '--json')];
    const { a, b } = comparisonSchema.parse(JSON.parse(json.stdout));
    expect({ a: [a.cached, a.digest, a.namesake], b: [b.cached, b.digest, b.namesake] }).toEqual({
      a: [true, cached, { place: 'registry', tag: 'runner', digest: moved, name: { kind: 'image', name: tagged } }],
      b: [false, moved, { place: 'cache', tag: 'runner', digest: cached, name: { kind: 'vm', name: a.name } }],
    });
    expect(text.stdout).toContain(`the registry has another image under runner: ${place}@${moved}`);
  });

  it('says what is wrong with status and code', async () => {
    const asked: [string[], number, string][] = [
      [['nobody', image('macos/base', '1.0')], 3, 'vm.notFound'],
      [['nobody', `${registry.host}/UPPER/../x:1`], 2, 'reference.invalid'],
      [['changed', image('macos/nothing', '1')], 3, 'manifest.notFound'],
      [['snapshot:nobody', 'changed'], 3, 'snapshot.notFound'],
      [['changed', image('macos/base', '1.0'), '--format', 'table', '--output', 'difference.html'], 2, 'input.invalid'],
    ];
    const results = await Promise.all(asked.map(([args]) => run(...args, '--json')));
    const documents = results.map(({ stdout }): unknown => JSON.parse(stdout));
    expect(results.map(({ status }) => status)).toEqual(asked.map(([, status]) => status));
    expect(documents).toMatchObject(asked.map(([, , code]) => ({ error: { code } })));
  });
});
