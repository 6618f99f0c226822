import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { ContentIndex, type KnownManifest, type LayerPair, type RepositoryName } from './content-index.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const RAW = digest('a');
const pair = (letter: string, more: Partial<LayerPair> = {}): LayerPair => ({
  rawDigest: RAW,
  rawSize: 100,
  digest: digest(letter),
  size: 50,
  ...more,
});
const HERE: RepositoryName = { registry: 'ghcr.io', repository: 'acme/vm' };
const THERE: RepositoryName = { registry: 'ghcr.io', repository: 'else/vm' };
const FAR: RepositoryName = { registry: 'quay.io', repository: 'acme/vm' };
const manifest = (name: string): KnownManifest => ({
  digest: `sha256:${name}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  bytes: Buffer.from(name),
});

let state: TestState;
let nowMs: number;
let index: ContentIndex;

beforeAll(async () => {
  state = await openTestState(() => nowMs);
});
afterAll(async () => {
  await state.remove();
});
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0);
  await clear();
  index = new ContentIndex(state.database, () => nowMs++);
});

async function clear(): Promise<void> {
  await state.clear(
    'layer_pairs',
    'claimed_pairs',
    'known_raw_sizes',
    'blob_locations',
    'absent_blobs',
    'repository_readers',
    'manifests',
  );
}

const found = async (...targets: RepositoryName[]): Promise<LayerPair | undefined> => {
  const { local: _local, ...known } = (await index.pairsFor([RAW], targets)).get(RAW) ?? { local: false };
  return 'digest' in known ? known : undefined;
};
const claim = (place: RepositoryName, ...pairs: LayerPair[]): Promise<void> =>
  index.learnManifest(
    place,
    manifest(`${place.registry}/${place.repository}/${pairs.map((p) => p.digest).join()}`),
    pairs,
  );

describe('which layer a chunk becomes', () => {
  it('is known everywhere where our encoder made it, or a cached image says so and its chunk hashes so', async () => {
    await index.learnPairs([{ ...pair('b'), proof: 'proven' }]);
    await index.learnPairs([{ ...pair('c', { rawDigest: digest('d') }), proof: 'local' }]);

    expect(await index.pairsFor([RAW, digest('d'), digest('e')], [HERE, FAR])).toEqual(
      new Map([
        [RAW, { ...pair('b'), local: false }],
        [digest('d'), { ...pair('c', { rawDigest: digest('d') }), local: true }],
      ]),
    );
  });

  it('is our encoder’s where it made it, not where a cached image alone says so', async () => {
    await index.learnPairs([{ ...pair('b'), proof: 'proven' }]);
    await index.learnPairs([{ ...pair('c', { rawDigest: digest('d') }), proof: 'local' }]);

    expect(await index.encodedAs([RAW, digest('d')])).toEqual(new Map([[RAW, digest('b')]]));
  });

  it('is known by a claim only to the repository whose own manifest states it', async () => {
    await claim(THERE, pair('b'));

    expect([await found(THERE), await found(HERE), await found({ ...THERE, registry: 'quay.io' })]).toEqual([
      pair('b'),
      undefined,
      undefined,
    ]);
  });

  it('is known by a claim to several repositories only if each of them states the same', async () => {
    await claim(HERE, pair('b'));
    await claim(FAR, pair('b'));
    await claim(THERE, pair('c'));

    expect([await found(HERE, FAR), await found(HERE, THERE), await found(HERE, FAR, THERE)]).toEqual([
      pair('b'),
      undefined,
      undefined,
    ]);
  });

  it('is what is proven, whatever a cached image or a manifest says', async () => {
    await claim(HERE, pair('c'));
    await index.learnPairs([{ ...pair('b'), proof: 'proven' }]);
    await index.learnPairs([{ ...pair('d'), proof: 'local' }]);
    await claim(HERE, pair('e'));

    expect(await found(HERE)).toEqual(pair('b'));
  });

  it('stays proven when a cached image says the same, and gets its size from the proof', async () => {
    await index.learnPairs([{ ...pair('b', { size: 1, rawSize: 2 }), proof: 'local' }]);
    await index.learnPairs([{ ...pair('b'), proof: 'proven' }]);
    await index.learnPairs([{ ...pair('b', { size: 3 }), proof: 'local' }]);
    const proofs = await state.database.all('SELECT proof, encoder FROM layer_pairs', [], z.object({}).loose());

    expect([await found(HERE), proofs]).toEqual([pair('b'), [{ proof: 'proven', encoder: 'apple-lz4' }]]);
  });

  it('has the size that the repository’s latest manifest names', async () => {
    await claim(HERE, pair('b', { size: 1 }));
    await claim(HERE, pair('c'));
    await claim(HERE, pair('b'));

    expect(await found(HERE)).toEqual(pair('b'));
  });

  it('never depends on what manifests of other repositories claim', async () => {
    const names = fc.constantFrom('b', 'c', 'd', 'e');
    const places = fc.constantFrom(THERE, FAR, { registry: 'ghcr.io', repository: 'acme/vm2' });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(names, fc.constantFrom<'proven' | 'local'>('proven', 'local')), { maxLength: 2 }),
        fc.option(names),
        fc.array(fc.tuple(places, names), { maxLength: 5 }),
        async (sound, own, lies) => {
          await clear();
          for (const [letter, proof] of sound) await index.learnPairs([{ ...pair(letter), proof }]);
          if (own !== null) await claim(HERE, pair(own));
          const before = await found(HERE);
          for (const [place, letter] of lies) await claim(place, pair(letter));
          expect(await found(HERE)).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is asked for thousands of chunks at once', async () => {
    const chunks = Array.from({ length: 3000 }, (_, at) => ({
      ...pair('b'),
      rawDigest: `sha256:${at}`,
      proof: 'proven' as const,
    }));
    await index.learnPairs(chunks);

    expect(
      (
        await index.pairsFor(
          chunks.map(({ rawDigest }) => rawDigest),
          [HERE],
        )
      ).size,
    ).toBe(3000);
  });
});

describe('whether reading a chunk can tell anything', () => {
  it('depends on pairs of its length', async () => {
    const before = await index.knowsRawSize(100);
    await claim(THERE, pair('b'));
    await index.learnPairs([{ ...pair('b', { rawSize: 200 }), proof: 'proven' }]);

    expect([
      before,
      await index.knowsRawSize(100),
      await index.knowsRawSize(200),
      await index.knowsRawSize(300),
    ]).toEqual([false, true, true, false]);
  });
});

describe('manifests that are known', () => {
  const names = async (...targets: RepositoryName[]): Promise<string[]> =>
    (await index.knownManifests(targets)).map(({ bytes }) => Buffer.from(bytes).toString());

  it('come with their bytes, those of the targets first, then the newest', async () => {
    await index.learnManifest(HERE, manifest('old here'), []);
    await index.learnManifest(THERE, manifest('old there'), []);
    await index.learnManifest(HERE, manifest('new here'), []);
    await index.learnManifest(THERE, manifest('new there'), []);
    await index.learnManifest(HERE, manifest('old there'), []);

    expect([await names(HERE), await names()]).toEqual([
      ['old there', 'new here', 'old here', 'new there'],
      ['old there', 'new there', 'new here', 'old here'],
    ]);
    expect((await index.knownManifests([HERE]))[0]).toEqual({
      ...manifest('old there'),
      bytes: expect.any(Uint8Array),
    });
  });

  it('have a media type of their own where an earlier version kept none', async () => {
    const { digest: of, bytes } = imageOf('read from a file', 'a');
    await index.learnManifest(HERE, { digest: of, mediaType: '', bytes }, []);
    await index.learnManifest(HERE, { ...manifest('no JSON'), mediaType: '' }, []);

    expect((await index.knownManifests([HERE])).map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.oci.image.manifest.v1+json',
    ]);
  });

  it('name the repositories that they were seen in', async () => {
    await index.learnManifest(FAR, manifest('a'), []);
    await index.learnManifest(HERE, manifest('a'), []);
    await index.learnManifest(HERE, manifest('b'), []);

    expect(await index.knownRepositories()).toEqual([HERE, FAR]);
  });

  it('are at most 2000; the oldest go, with their places', async () => {
    await state.database.run(
      Array.from({ length: 2000 }, (_, at) => ({
        sql: 'INSERT INTO manifests (digest, media_type, bytes, seen_ms) VALUES (?, ?, ?, ?)',
        params: [`sha256:old ${at}`, 'x', Buffer.from('x'), at],
      })),
    );
    await state.database.run([
      { sql: "INSERT INTO manifest_places VALUES ('sha256:old 0', 'gone.io', 'gone', 0)", params: [] },
    ]);
    await index.learnManifest(HERE, manifest('new'), []);
    const count = z.object({ count: z.number() });

    expect({
      count: await state.database.all('SELECT count(*) AS count FROM manifests', [], count),
      newest: (await names())[0],
      repositories: await index.knownRepositories(),
    }).toEqual({ count: [{ count: 2000 }], newest: 'new', repositories: [HERE] });
  });

  it('take what they claimed along when nobody has repeated it for half a year', async () => {
    await claim(HERE, pair('b'));
    await index.sawBlobs(HERE, [digest('b')]);
    nowMs += 181 * 24 * 3600 * 1000;
    await claim(THERE, pair('c'));
    const count = z.object({ count: z.number() });
    const counts = await Promise.all(
      ['claimed_pairs', 'blob_locations'].map((table) =>
        state.database.all(`SELECT count(*) AS count FROM ${table}`, [], count),
      ),
    );

    expect([await found(HERE), await found(THERE), counts.flat()]).toEqual([
      undefined,
      pair('c'),
      [{ count: 1 }, { count: 0 }],
    ]);
  });
});

/** A manifest of an image with these layers. */
const imageOf = (name: string, ...letters: string[]): KnownManifest => {
  const layers = letters.map((letter) => ({
    mediaType: 'application/octet-stream',
    digest: digest(letter),
    size: 1,
  }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const config = { mediaType: 'application/json', digest: digest('0'), size: 2 };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers, annotations: { name } }));
  return { digest: `sha256:${name}`, mediaType, bytes };
};

describe('a repository that a blob could be mounted from', () => {
  const in1 = (repository: string): RepositoryName => ({ registry: 'ghcr.io', repository });
  const ask = (wanted: string, image: string, account = '', ...except: string[]): Promise<unknown> =>
    index
      .mountCandidates({
        registry: 'ghcr.io',
        account,
        digests: wanted.split('').map(digest),
        image: image.split('').map(digest),
        except,
      })
      .then((found) => wanted.split('').map((letter) => found.get(digest(letter)) ?? []));

  it('is the one that holds more of the image first, of equals the one whose manifest names it, then the newest; four at most', async () => {
    await index.learnManifest(in1('alike'), imageOf('alike', 'a', 'b', 'c'), []);
    await index.learnManifest(in1('stated'), imageOf('stated', 'a'), []);
    await index.sawBlobs(in1('older'), [digest('a')]);
    await index.sawBlobs(in1('newer'), [digest('a')]);
    await index.sawBlobs(in1('oldest'), [digest('a')]);
    await index.sawBlobs(in1('newer'), [digest('a')]);
    await index.sawBlobs(FAR, [digest('a')]);

    expect({
      all: await ask('ad', 'abcd'),
      without: await ask('a', 'a', '', 'alike', 'stated'),
    }).toEqual({ all: [['alike', 'stated', 'newer', 'oldest'], []], without: [['newer', 'oldest', 'older']] });
  });

  it('is one that this account, or nobody’s, could read', async () => {
    await index.learnManifest(in1('hers'), imageOf('hers', 'a'), [], 'eve');
    await index.sawBlobs(in1('his'), [digest('a')], 'bob');
    await index.sawBlobs(in1('public'), [digest('a')]);

    expect([await ask('a', 'a', 'eve'), await ask('a', 'a', 'bob'), await ask('a', 'a')]).toEqual([
      [['hers', 'public']],
      [['public', 'his']],
      [['public']],
    ]);
  });

  it('is none that refused this account, until it is seen to read there', async () => {
    await index.sawBlobs(in1('public'), [digest('a')]);
    await index.refusedReading(in1('public'), 'bob');
    const refused = [await ask('a', 'a', 'bob'), await ask('a', 'a', 'eve')];
    await index.sawBlobs(in1('public'), [digest('b')], 'bob');

    expect([...refused, await ask('a', 'a', 'bob')]).toEqual([[[]], [['public']], [['public']]]);
  });
});

describe('a blob that was found absent', () => {
  const held = async (place: RepositoryName): Promise<string[]> =>
    [...(await index.heldBy(place, [digest('a'), digest('b')]))].sort();
  const candidates = async (account: string): Promise<unknown> =>
    (
      await index.mountCandidates({
        registry: HERE.registry,
        account,
        digests: [digest('a')],
        image: [],
        except: [],
      })
    ).get(digest('a'));

  it('is absent there and nowhere else, and nothing else is', async () => {
    await index.learnManifest(HERE, imageOf('here', 'a', 'b'), [pair('a')]);
    await index.learnManifest(THERE, imageOf('here', 'a', 'b'), []);
    await index.sawBlobs(HERE, [digest('a'), digest('b')]);
    await index.lostBlobs(HERE, [digest('a')]);
    const holders = await index.holdersOf([digest('a')]);

    expect({
      here: await held(HERE),
      there: await held(THERE),
      holders: holders.map(({ repository }) => repository),
      inRegistry: await index.holdersIn('ghcr.io', [digest('a')]),
      pair: await found(HERE),
      manifests: await index.manifestsSeenIn(HERE, ['sha256:here']),
    }).toEqual({
      here: [digest('b')],
      there: [digest('a'), digest('b')],
      holders: ['else/vm'],
      inRegistry: new Map([[digest('a'), ['else/vm']]]),
      pair: pair('a'),
      manifests: new Set(['sha256:here']),
    });
  });

  it('is there again once it, or a manifest that names it, is seen there', async () => {
    await index.learnManifest(HERE, imageOf('here', 'a'), []);
    await index.lostBlobs(HERE, [digest('a')]);
    const lost = await held(HERE);
    await index.sawManifests(HERE, ['sha256:here']);
    const listed = await held(HERE);
    await index.lostBlobs(HERE, [digest('a')]);
    await index.sawBlobs(HERE, [digest('a')]);

    expect([lost, listed, await held(HERE)]).toEqual([[], [digest('a')], [digest('a')]]);
  });

  it('is absent for the account that asked: a registry hides from one what another sees', async () => {
    await index.learnManifest(HERE, imageOf('here', 'a'), []);
    await index.lostBlobs(HERE, [digest('a')], 'bob');

    expect([await candidates('bob'), await candidates('eve')]).toEqual([undefined, ['acme/vm']]);
  });
});

describe('a layer that was decoded and is made of other raw bytes', () => {
  it('takes every claim of the pair along, and no proof of our own encoder', async () => {
    await claim(HERE, pair('b'));
    await claim(FAR, pair('b'));
    await index.learnPairs([{ ...pair('c'), proof: 'proven' }]);
    await index.learnPairs([{ ...pair('b'), proof: 'local' }]);
    await index.refuteClaim(RAW, digest('b'));
    await index.refuteClaim(RAW, digest('c'));

    expect([await found(HERE), await index.likelyPairs([RAW])]).toEqual([pair('c'), new Map([[RAW, pair('c')]])]);
  });
});

describe('what nobody repeats', () => {
  it('goes a part at a time, so that no write is long', async () => {
    const count = z.object({ count: z.number() });
    const left = async (): Promise<unknown> =>
      (await state.database.all('SELECT count(*) AS count FROM claimed_pairs', [], count))[0]?.count;
    const old = Array.from({ length: 1200 }, (_, at) => pair('b', { rawDigest: `sha256:${at}` }));
    await claim(HERE, ...old.slice(0, 600));
    await claim(HERE, ...old.slice(600));
    nowMs += 181 * 24 * 3600 * 1000;
    const seen: unknown[] = [await left()];
    for (let look = 0; look < 3; look += 1) {
      await index.learnManifest(HERE, manifest('new'), []);
      seen.push(await left());
    }

    expect(seen).toEqual([1200, 700, 200, 0]);
  });
});
