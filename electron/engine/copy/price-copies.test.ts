import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CopyPrice } from '../../../shared/models/copy-price.ts';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { ContentIndex, type KnownManifest, type RepositoryName } from '../digests/content-index.ts';
import { sha256 } from '../oci/digest.ts';
import { type PricedHost, priceCopies } from './price-copies.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const layer = (letter: string, size: number) => ({ mediaType: 'application/x', digest: digest(letter), size });
const SOURCE: RepositoryName = { registry: 'ghcr.io', repository: 'acme/vm' };
const BESIDE: RepositoryName = { registry: 'ghcr.io', repository: 'else/vm' };
const FAR: RepositoryName = { registry: 'quay.io', repository: 'acme/vm' };
const OCI = 'application/vnd.oci.image.manifest.v1+json';

function document(content: object, mediaType = OCI): KnownManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { digest: sha256(bytes), mediaType, bytes };
}

/** A config of 10 bytes, layers of 100 and 1000 bytes. */
const IMAGE = document({ config: layer('c', 10), layers: [layer('a', 100), layer('b', 1000)] });
/** Shares the small layer. */
const OTHER = document({ config: layer('d', 20), layers: [layer('a', 100)] });

let state: TestState;
let index: ContentIndex;
let host: PricedHost;

beforeAll(async () => {
  state = await openTestState(() => 0);
});
afterAll(async () => {
  await state.remove();
});
beforeEach(async () => {
  await state.clear('claimed_pairs', 'blob_locations', 'manifests');
  index = new ContentIndex(state.database, () => Date.UTC(2026, 0));
  host = { mounts: 'unknown', layerLimit: null, trouble: null };
  await index.learnManifest(SOURCE, IMAGE, []);
});

/** What one image, or the whole repository, costs at a target. */
async function price(
  target: { readonly registry: string; readonly repository: string | null },
  reference: string | null = '1',
): Promise<Omit<CopyPrice, 'registry' | 'repository'> | undefined> {
  const [found] = await priceCopies(
    {
      index,
      tagsOf: () =>
        new Map([
          ['1', IMAGE.digest],
          ['2', IMAGE.digest],
        ]),
      hostOf: () => Promise.resolve(host),
    },
    [{ ...SOURCE, reference }],
    [target],
  );
  if (found === undefined) return undefined;
  const { registry: _registry, repository: _repository, ...rest } = found;
  return rest;
}

describe('the price of a copy', () => {
  it('is every byte where nothing is known of the target, an image with two tags counting once', async () => {
    const all = { kind: 'stream', bytes: 1110, leastBytes: 1110, presentBytes: 0, reason: null };
    expect([await price(FAR), await price({ ...FAR, repository: null }), await price(FAR, null)]).toEqual([
      all,
      all,
      all,
    ]);
  });

  it('leaves out what the target was seen to have', async () => {
    await index.learnManifest(FAR, OTHER, []);
    const shared = await price(FAR);
    await index.sawBlobs(FAR, [digest('b')]);
    expect([shared, await price(FAR)]).toEqual([
      { kind: 'stream', bytes: 1010, leastBytes: 1010, presentBytes: 100, reason: null },
      { kind: 'stream', bytes: 10, leastBytes: 10, presentBytes: 1100, reason: null },
    ]);
  });

  it('is nothing where the target has the very manifest', async () => {
    await index.learnManifest(FAR, IMAGE, []);
    expect(await price(FAR)).toEqual({ kind: 'present', bytes: 0, leastBytes: 0, presentBytes: 1110, reason: null });
  });

  it('within a registry promises no byte only where a mount was seen', async () => {
    const untried = await price(BESIDE);
    host = { ...host, mounts: 'yes' };
    const proven = await price({ ...BESIDE, repository: null });
    host = { ...host, mounts: 'no' };
    expect([untried, proven, await price(BESIDE)]).toEqual([
      { kind: 'mountOrStream', bytes: 1110, leastBytes: 0, presentBytes: 0, reason: null },
      { kind: 'mount', bytes: 0, leastBytes: 0, presentBytes: 0, reason: null },
      { kind: 'stream', bytes: 1110, leastBytes: 1110, presentBytes: 0, reason: null },
    ]);
  });

  it('counts what another repository of the target’s registry has', async () => {
    host = { ...host, mounts: 'yes' };
    await index.sawBlobs({ ...FAR, repository: 'elsewhere/vm' }, [digest('b')]);
    expect(await price(FAR)).toEqual({
      kind: 'stream',
      bytes: 110,
      leastBytes: 110,
      presentBytes: 0,
      reason: null,
    });
  });

  it('into its own repository is a tag', async () => {
    expect(await price(SOURCE)).toMatchObject({ kind: 'present', bytes: 0, reason: 'sameRepository' });
  });

  it('is not known before tag and manifests were read, and never guessed', async () => {
    const list = document(
      { manifests: [layer('e', 300), { ...layer('f', 200), digest: IMAGE.digest }] },
      'application/vnd.oci.image.index.v1+json',
    );
    await index.learnManifest(SOURCE, list, []);
    const unknown = { kind: 'unknown', bytes: 0, leastBytes: 0, presentBytes: 0 };
    expect([await price(FAR, 'never'), await price(FAR, digest('9')), await price(FAR, list.digest)]).toEqual([
      { ...unknown, reason: 'tagNotRead' },
      { ...unknown, reason: 'manifestNotRead' },
      { ...unknown, reason: 'manifestNotRead' },
    ]);
  });

  it('of an index is that of its children', async () => {
    const list = document(
      {
        manifests: [IMAGE, OTHER].map((child) => ({ mediaType: OCI, digest: child.digest, size: child.bytes.length })),
      },
      'application/vnd.oci.image.index.v1+json',
    );
    await index.learnManifest(SOURCE, OTHER, []);
    await index.learnManifest(SOURCE, list, []);
    expect(await price(FAR, list.digest)).toMatchObject({ kind: 'stream', bytes: 1130 });
  });

  it('says what is in the way', async () => {
    host = { mounts: 'unknown', layerLimit: 1, trouble: null };
    const limited = await price(FAR);
    host = { mounts: 'unknown', layerLimit: null, trouble: 'off' };
    const off = await price(FAR);
    host = { ...host, trouble: 'signIn' };
    const refused = await price(FAR);
    expect([limited, off, refused]).toMatchObject([
      { kind: 'impossible', reason: 'layerLimit' },
      { kind: 'impossible', reason: 'off' },
      { kind: 'stream', bytes: 1110, reason: 'signIn' },
    ]);
  });
});
