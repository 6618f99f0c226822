import { createHash } from 'node:crypto';
import { constants, copyFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../../test/fixtures/identity-of.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../../../test/fixtures/loop-volume.ts';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { ContentIndex } from '../digests/content-index.ts';
import { DigestCache } from '../digests/digest-cache.ts';
import { ImageDisks } from '../digests/image-disks.ts';
import type { CachedDisk } from './cached-layers.ts';
import { ExtentBases, type KeptSnapshot } from './extent-bases.ts';
import { ExtentVolumes } from './extent-volumes.ts';
import { type ComparingParts, fillFromExtents } from './fill-from-extents.ts';
import { dropUnservedClaim, takeClaims } from './layer-claims.ts';
import { createDraft, PRESENT, type PushDraft } from './push-draft.ts';
import type { PushSource } from './push-source.ts';
import { groupTargets } from './push-targets.ts';

const MIB = 1024 * 1024;
const NEVER = new AbortController().signal;

function digestsOf(path: string, chunkSize = MIB) {
  const bytes = readFileSync(path);
  const count = Math.ceil(bytes.length / chunkSize);
  return Array.from({ length: count }, (_, index) => {
    const chunk = bytes.subarray(index * chunkSize, (index + 1) * chunkSize);
    const rawDigest = `sha256:${createHash('sha256').update(chunk).digest('hex')}`;
    return { index, rawDigest, zero: chunk.every((byte) => byte === 0) };
  });
}

describe.each(VOLUME_KINDS.filter((kind) => kind !== 'ext4'))('a clone on %s', (kind) => {
  let volume: LoopVolume;
  let state: TestState;
  let cache: DigestCache;
  let contentIndex: ContentIndex;
  beforeAll(async () => {
    volume = makeLoopVolume(kind);
    state = await openTestState(() => Date.now());
    cache = new DigestCache(state.database, () => Date.now());
    contentIndex = new ContentIndex(state.database, () => Date.now());
  });
  afterAll(async () => {
    await state.remove();
    volume.remove();
  });
  beforeEach(() => state.clear('digested_files', 'image_disks', 'claimed_pairs'));

  const pathOf = (name: string): string => join(volume.path, name);

  /** A base whose chunks were hashed. */
  async function makeBase(name: string, bytes: Buffer): Promise<KeptSnapshot> {
    const diskPath = pathOf(name);
    writeFileSync(diskPath, bytes);
    await cache.store(await identityOf(diskPath), MIB, digestsOf(diskPath));
    return { vmName: name, diskPath, madeMs: 1000 };
  }

  async function write(name: string, offset: number, bytes: Buffer): Promise<void> {
    const file = await open(pathOf(name), 'r+');
    try {
      await file.write(bytes, 0, bytes.length, offset);
      // As snapshots are: a look at a place asks for nothing to be written out.
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  function clone(from: string, name: string): void {
    copyFileSync(pathOf(from), pathOf(name), constants.COPYFILE_FICLONE_FORCE);
  }

  interface Bases {
    readonly last?: KeptSnapshot;
    readonly others?: readonly KeptSnapshot[];
    readonly images?: readonly CachedDisk[];
  }

  async function filled(
    name: string,
    { last, others = [], images = [] }: Bases,
    more: Partial<PushSource> = {},
    digestCache: ComparingParts['digestCache'] = cache,
  ): Promise<PushDraft> {
    const diskPath = pathOf(name);
    const diskIdentity = await identityOf(diskPath);
    const source = pushSourceOf(statSync(diskPath).size, {
      protection: 'snapshot',
      diskPath,
      diskIdentity,
      own: { disk: diskIdentity, nvram: diskIdentity },
      ...more,
    });
    const draft = createDraft(source, groupTargets(['registry.test/acme/vm:new']), MIB);
    const extentBases = new ExtentBases({
      volumes: new ExtentVolumes({
        state: state.database,
        nowMs: () => Date.now(),
        log: { debug: () => undefined, warn: () => undefined },
        scratch: () => pathOf('.tartan'),
      }),
      imageDisks: new ImageDisks(state.database, () => Date.now()),
      cachedLayers: { images: () => Promise.resolve(images) },
      snapshots: () => Promise.resolve({ last: last ?? null, others }),
    });
    await fillFromExtents({ extentBases, digestCache }, draft, NEVER);
    return draft;
  }

  /** What became of each chunk: `base` where its digest came from there and is right. */
  function outcome({ layers, source }: PushDraft): string[] {
    const real = digestsOf(source.diskPath);
    return layers
      .filter((layer) => layer.kind === 'disk')
      .map(({ rawDigest, origin, base }, index) => {
        if (rawDigest === null) return origin;
        return rawDigest === real[index]?.rawDigest ? `${origin} ${base?.name ?? ''}`.trim() : 'WRONG';
      });
  }

  it('takes the digests of chunks that it still shares with its base, and remembers them as its own', async () => {
    const last = await makeBase('base', randomBytesOf('base', 4 * MIB + 4096));
    clone('base', 'written');
    await write('written', MIB + 7, Buffer.from('changed'));
    const draft = await filled('written', { last });
    const remembered = await cache.lookup(draft.source.diskIdentity, MIB);

    expect({
      chunks: outcome(draft),
      base: draft.layers[1]?.base,
      remembered: [...remembered.keys()],
      // What the base had in place of the chunk that changed.
      had: draft.compared.map(({ shown, rawDigests }) => [shown.name, rawDigests.get(1)]),
    }).toEqual({
      chunks: ['extents base', 'unknown', 'extents base', 'extents base', 'extents base'],
      base: { kind: 'snapshot', name: 'base', madeMs: 1000 },
      remembered: [0, 2, 3, 4],
      had: [['base', digestsOf(pathOf('base'))[1]?.rawDigest]],
    });
  });

  it('that grew or was cut has other last chunks than its base', async () => {
    const last = await makeBase('length', randomBytesOf('length', 3 * MIB + 4096));
    for (const [name, size] of [
      ['grown', 5 * MIB],
      ['cut', 2 * MIB + 8192],
    ] as const) {
      clone('length', name);
      const file = await open(pathOf(name), 'r+');
      await file.truncate(size);
      await file.close();
    }

    expect([outcome(await filled('grown', { last })), outcome(await filled('cut', { last }))]).toEqual([
      ['extents length', 'extents length', 'extents length', 'unknown', 'unknown'],
      ['extents length', 'extents length', 'unknown'],
    ]);
  });

  it('is compared with nothing while it may be written to, nor with a base of which no digest is known as it is now', async () => {
    const last = await makeBase('stale', randomBytesOf('stale', 2 * MIB));
    clone('stale', 'of-stale');
    const live = await filled('of-stale', { last }, { protection: 'lock' });
    await write('stale', 0, Buffer.from('changed'));

    expect([outcome(live), outcome(await filled('of-stale', { last }))]).toEqual([
      ['unknown', 'unknown'],
      ['unknown', 'unknown'],
    ]);
  });

  it('is not taken for another file that lies in its place: nothing is remembered of it', async () => {
    const last = await makeBase('kept', randomBytesOf('kept', 2 * MIB));
    clone('kept', 'opened');
    const opened = await identityOf(pathOf('opened'));
    // Another clone of that base, of which the opened one shares nothing any more.
    await write('opened', 0, randomBytesOf('all of it', 2 * MIB));
    clone('kept', 'in-its-place');
    renameSync(pathOf('in-its-place'), pathOf('opened'));
    const draft = await filled('opened', { last }, { diskIdentity: opened, own: { disk: opened, nvram: opened } });

    expect({ chunks: outcome(draft), remembered: (await cache.lookup(opened, MIB)).size }).toEqual({
      chunks: ['unknown', 'unknown'],
      remembered: 0,
    });
  });

  it.each(['base', 'clone'])(
    'is compared with nothing where the %s becomes the other one meanwhile',
    async (changing) => {
      const last = await makeBase('before', randomBytesOf('before', 2 * MIB));
      writeFileSync(pathOf('opened'), randomBytesOf('another', 2 * MIB));
      const opened = await identityOf(pathOf('opened'));
      const [from, to] = changing === 'base' ? ['opened', 'before'] : ['before', 'opened'];
      const draft = await filled(
        'opened',
        { last },
        {},
        {
          store: (...digests) => cache.store(...digests),
          // Digests of the base are known by now, and neither disk is mapped yet.
          lookup: async (identity, chunkSize) => {
            const digests = await cache.lookup(identity, chunkSize);
            clone(from, to);
            return digests;
          },
        },
      );

      expect({
        chunks: draft.layers.filter(({ kind: of }) => of === 'disk').map(({ origin }) => origin),
        remembered: (await cache.lookup(opened, MIB)).size,
      }).toEqual({ chunks: ['unknown', 'unknown'], remembered: 0 });
    },
  );

  it('finds its origin among many', async () => {
    const others = [];
    for (const name of ['other', 'origin', 'third']) others.push(await makeBase(name, randomBytesOf(name, 3 * MIB)));
    clone('origin', 'offspring');
    await write('offspring', 0, Buffer.from('changed'));

    expect(outcome(await filled('offspring', { others }))).toEqual(['unknown', 'extents origin', 'extents origin']);
  });

  it('is compared with the one that is most alike first, wherever that stands in the list', async () => {
    const origin = await makeBase('ancestor', randomBytesOf('ancestor', 3 * MIB));
    clone('ancestor', 'cousin');
    await write('cousin', MIB, randomBytesOf('most of it', 2 * MIB));
    await cache.store(await identityOf(pathOf('cousin')), MIB, digestsOf(pathOf('cousin')));
    const cousin: KeptSnapshot = { vmName: 'cousin', diskPath: pathOf('cousin'), madeMs: 2000 };
    clone('ancestor', 'child');

    expect(outcome(await filled('child', { others: [cousin, origin] }))).toEqual(
      Array.from({ length: 3 }, () => 'extents ancestor'),
    );
  });

  describe('of a cached image', () => {
    const vm = {
      id: 'image:registry.test/acme/vm@sha256:1',
      kind: 'image' as const,
      name: 'registry.test/acme/vm',
      tags: ['latest'],
      digest: 'sha256:1',
    };

    /** An image whose manifest names `raw:0`, `raw:1` … for its chunks: nobody hashed them. */
    async function makeImage(name: string, home: string, asPulled = true): Promise<CachedDisk> {
      const path = pathOf(name);
      writeFileSync(path, randomBytesOf(name, 2 * MIB));
      const disk = { path, identity: await identityOf(path), ranges: null };
      const layers = [0, 1].map((index) => ({
        rawDigest: `raw:${index}`,
        rawSize: MIB,
        digest: `layer:${index}`,
        size: 10,
        home: { registry: 'registry.test', repository: home },
        disk,
        offset: index * MIB,
        even: { index, chunkSize: MIB },
      }));
      // Of the row only what names it is looked at.
      return { vm: vm as CachedDisk['vm'], layers, asPulled };
    }

    it('believes its manifest in a push to its own repository, and only while that has the layers', async () => {
      const image = await makeImage('image', 'acme/vm');
      clone('image', 'of-image');
      const draft = await filled('of-image', { images: [image] });
      await takeClaims({ contentIndex }, draft);
      const claimed = draft.layers.slice(1, 3).map(({ rawDigest, digest, origin }) => ({ rawDigest, digest, origin }));
      draft.targets[0]?.presence.set('layer:0', PRESENT);
      for (const layer of draft.layers) dropUnservedClaim(draft, layer);

      expect({
        claimed,
        left: draft.layers.slice(1, 3).map(({ rawDigest }) => rawDigest),
        remembered: (await cache.lookup(draft.source.diskIdentity, MIB)).size,
      }).toEqual({
        claimed: [
          { rawDigest: 'raw:0', digest: 'layer:0', origin: 'extents' },
          { rawDigest: 'raw:1', digest: 'layer:1', origin: 'extents' },
        ],
        left: ['raw:0', null],
        remembered: 0,
      });
    });

    it('believes it in a push to another repository as far as manifests there state the same', async () => {
      const foreign = await makeImage('stated', 'acme/other');
      clone('stated', 'of-stated');
      await contentIndex.learnManifest(
        { registry: 'registry.test', repository: 'acme/vm' },
        { digest: 'sha256:stated', mediaType: 'x', bytes: Buffer.from('x') },
        [
          { rawDigest: 'raw:0', rawSize: MIB, digest: 'layer:0', size: 10 },
          { rawDigest: 'raw:1', rawSize: MIB, digest: 'another layer', size: 10 },
        ],
      );
      const draft = await filled('of-stated', { images: [foreign] });
      await takeClaims({ contentIndex }, draft);

      expect(draft.layers.slice(1, 3).map(({ digest }) => digest)).toEqual(['layer:0', null]);
    });

    it('believes it nowhere where the disk was altered before it was first seen', async () => {
      const image = await makeImage('altered', 'acme/vm', false);
      clone('altered', 'of-altered');
      const draft = await filled('of-altered', { images: [image] });
      await takeClaims({ contentIndex }, draft);

      expect(draft.layers.slice(1, 3).map(({ digest }) => digest)).toEqual([null, null]);
    });

    it('believes it in no push to another repository, and nowhere once its disk was changed', async () => {
      const foreign = await makeImage('foreign', 'acme/other');
      clone('foreign', 'of-foreign');
      const elsewhere = await filled('of-foreign', { images: [foreign] });
      await takeClaims({ contentIndex }, elsewhere);
      const image = await makeImage('tampered', 'acme/vm');
      clone('tampered', 'of-tampered');
      await filled('of-tampered', { images: [image] });
      await write('tampered', MIB, Buffer.from('changed'));
      const disk = { path: pathOf('tampered'), identity: await identityOf(pathOf('tampered')), ranges: null };
      const changed = { ...image, layers: image.layers.map((layer) => ({ ...layer, disk })) };
      const tampered = await filled('of-tampered', { images: [changed] });
      await takeClaims({ contentIndex }, tampered);

      expect([outcome(elsewhere), outcome(tampered)]).toEqual([
        ['unknown', 'unknown'],
        ['unknown', 'unknown'],
      ]);
    });
  });
});
