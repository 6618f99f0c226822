import { describe, expect, it } from 'vitest';
import { repositorySchema } from '../../../shared/models/registry.ts';
import type { KnownManifest } from '../digests/content-index.ts';
import { sha256 } from '../oci/digest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { BlobNumbers } from './blob-numbers.ts';
import { ImageContents } from './image-contents.ts';
import { imageRemoval } from './image-removal.ts';
import { imageSharing } from './image-sharing.ts';
import { imagesOf, type KnownRegistry, knownImages, type ListedRegistry } from './known-images.ts';
import { registryImages } from './registry-images.ts';

const never = new AbortController().signal;
const digestOf = (name: string): string => sha256(Buffer.from(name));

function manifestOf(document: object, mediaType: string): KnownManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
  return { digest: sha256(bytes), mediaType, bytes };
}

/** An image whose layers have these names and sizes; all have one config of 10 bytes. */
function image(layers: Readonly<Record<string, number>>): KnownManifest {
  const described = Object.entries(layers).map(([name, size]) => ({
    mediaType: MEDIA_TYPES.tartDisk,
    digest: digestOf(name),
    size,
  }));
  const config = { mediaType: MEDIA_TYPES.ociConfig, digest: digestOf('config'), size: 10 };
  return manifestOf({ config, layers: described }, MEDIA_TYPES.ociManifest);
}

function index(children: readonly KnownManifest[]): KnownManifest {
  const manifests = children.map(({ digest, mediaType, bytes }) => ({ digest, mediaType, size: bytes.length }));
  return manifestOf({ manifests }, MEDIA_TYPES.ociIndex);
}

/** Repositories that were read at 1000 ms, with their tags. */
function listed(host: string, repositories: Readonly<Record<string, Record<string, KnownManifest>>>): ListedRegistry {
  return {
    host,
    thisComputer: false,
    repositories: Object.entries(repositories).map(([repository, tags]) => {
      const groups = Object.entries(tags).map(([tag, { digest }]) => ({
        digest,
        tags: [tag],
        size: 1,
        uploadTime: null,
      }));
      return repositorySchema.parse({ repository, readMs: 1000, tagCount: groups.length, groups, storedSize: 77 });
    }),
  };
}

const base = image({ a: 1000, b: 2000, c: 4000 });
const changed = image({ a: 1000, b: 2000, d: 500 });
const other = image({ e: 30, b: 2000 });

interface Looked {
  readonly known: readonly KnownRegistry[];
  readonly contents: ImageContents;
}

async function look(
  registries: readonly ListedRegistry[],
  manifests: readonly KnownManifest[],
  most?: number,
): Promise<Looked> {
  const contents = new ImageContents(
    (digests) => Promise.resolve(manifests.filter(({ digest }) => digests.includes(digest))),
    new BlobNumbers(most),
  );
  return { known: await knownImages(registries, [], contents, never), contents };
}

const everything = (most?: number): Promise<Looked> =>
  look(
    [listed('one', { vm: { base, changed }, side: { other } }), listed('two', { vm: { base } })],
    [base, changed, other],
    most,
  );

describe('what fills the registries', () => {
  it('is each blob once in a registry, and once more in each repository', async () => {
    const { known, contents } = await everything();
    const told = registryImages(known, contents.blobs);
    expect(
      told.registries.map(({ host, counted, stored, repositories }) => ({
        host,
        counted,
        stored,
        repositories: repositories.map((repository) => ({
          name: repository.repository,
          counted: repository.counted,
          stored: repository.stored,
          unique: repository.images.map(({ tags, packed, unique }) => [...tags, packed, unique]),
        })),
      })),
    ).toEqual([
      {
        host: 'one',
        counted: 7010 + 3510 + 2040,
        stored: 7540,
        repositories: [
          {
            name: 'vm',
            counted: 7010 + 3510,
            stored: 7510,
            unique: [
              ['base', 7010, 4000],
              ['changed', 3510, 500],
            ],
          },
          { name: 'side', counted: 2040, stored: 2040, unique: [['other', 2040, 30]] },
        ],
      },
      // Nothing is shared with another registry.
      {
        host: 'two',
        counted: 7010,
        stored: 7010,
        repositories: [{ name: 'vm', counted: 7010, stored: 7010, unique: [['base', 7010, 7010]] }],
      },
    ]);
    expect(told).toMatchObject({ images: 4, unread: 0, counted: 7010 + 3510 + 2040 + 7010, stored: 7540 + 7010 });
  });

  it('counts the blobs of an index by its children, which are no images of their own', async () => {
    const both = index([base, other]);
    const { known, contents } = await look([listed('one', { vm: { both, other } })], [both, base, other]);
    const [registry] = registryImages(known, contents.blobs).registries;
    expect(
      registry?.repositories[0]?.images.map(({ tags, kind, packed, unique }) => [tags, kind, packed, unique]),
    ).toEqual([
      [['both'], 'index', 7040, 5000],
      [['other'], 'tart', 2040, 0],
    ]);
  });

  it('leaves out what is not known, and says how much that is', async () => {
    const both = index([base, other]);
    const { known, contents } = await look([listed('one', { vm: { both, changed } })], [both, base, changed]);
    expect(registryImages(known, contents.blobs)).toMatchObject({ images: 1, unread: 1, counted: 3510 });
  });

  it('takes of too many blobs what the repository was last seen to store', async () => {
    const { known, contents } = await everything(4);
    const told = registryImages(known, contents.blobs);
    expect(told).toMatchObject({ images: 4, counted: 7010 + 3510 + 2040 + 7010, stored: null });
    const [one] = told.registries;
    expect(one?.repositories.map(({ stored, images }) => [stored, images.map(({ unique }) => unique)])).toEqual([
      [77, [null, null]],
      [77, [null]],
    ]);
  });

  it('counts what was pushed since the tags were read, and what was seen where they never were', async () => {
    const contents = new ImageContents((digests) =>
      Promise.resolve([base, changed, other].filter(({ digest }) => digests.includes(digest))),
    );
    const never_ = { ...listed('one', { fresh: {} }).repositories[0], readMs: null };
    const read = listed('one', { vm: { base } });
    const registries = [{ ...read, repositories: [...read.repositories, repositorySchema.parse(never_)] }];
    const seen = [
      { registry: 'one', repository: 'vm', digest: changed.digest, seenMs: 1001 },
      { registry: 'one', repository: 'vm', digest: other.digest, seenMs: 999 },
      { registry: 'one', repository: 'fresh', digest: other.digest, seenMs: 1 },
    ];
    const images = imagesOf(await knownImages(registries, seen, contents, never));
    expect(images.map(({ repository, digest, tags }) => [repository, digest, tags])).toEqual([
      ['vm', base.digest, ['base']],
      ['vm', changed.digest, []],
      ['fresh', other.digest, []],
    ]);
  });
});

describe('images that share', () => {
  it('do so by blob, wherever they are', async () => {
    const { known, contents } = await everything();
    const images = imagesOf(known);
    const { pairs } = imageSharing(images, (one) => ({ ...one, unique: null }), contents.blobs);
    const named = pairs.map(({ a, b, bytes, layers }) => [
      images[a]?.tags[0],
      images[b]?.registry,
      images[b]?.tags[0],
      bytes,
      layers,
    ]);
    expect(named).toEqual([
      ['base', 'one', 'changed', 3010, 3],
      ['base', 'one', 'other', 2010, 2],
      ['base', 'two', 'base', 7010, 4],
      ['changed', 'one', 'other', 2010, 2],
      ['changed', 'two', 'base', 3010, 3],
      ['other', 'two', 'base', 2010, 2],
    ]);
  });
});

describe('removing images', () => {
  it('frees what no other image of the registry needs, and says which keep the rest', async () => {
    const { known, contents } = await everything();
    const gone = new Set([base.digest, changed.digest]);
    const removal = imageRemoval(
      known,
      ({ registry, digest }) => registry === 'one' && gone.has(digest),
      contents.blobs,
    );
    expect(removal).toEqual({
      packed: 7510,
      freed: 5500,
      registries: [
        {
          host: 'one',
          packed: 7510,
          freed: 5500,
          repositories: [{ repository: 'vm', images: 2, packed: 7510, freed: 5500 }],
          keptBy: [
            {
              registry: 'one',
              repository: 'side',
              digest: other.digest,
              tags: ['other'],
              packed: 2040,
              bytes: 2010,
              layers: 2,
            },
          ],
          keepers: 1,
          unread: 0,
        },
      ],
    });
  });

  it('of all images frees everything', async () => {
    const { known, contents } = await everything();
    expect(imageRemoval(known, () => true, contents.blobs)).toMatchObject({ packed: 14_550, freed: 14_550 });
  });
});
