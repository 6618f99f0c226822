import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MEDIA_TYPES, TART } from './media-types.ts';
import { MANIFEST_READ_LIMIT, parseManifest, tartImageOf } from './parse-manifest.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const blob = (mediaType: string, more: object = {}): object => ({ mediaType, digest: DIGEST, size: 5, ...more });
const IMAGE = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPES.ociManifest,
  config: blob(MEDIA_TYPES.ociConfig),
  layers: [
    blob(MEDIA_TYPES.tartConfig),
    blob(MEDIA_TYPES.tartDisk, { annotations: { [TART.rawDigest]: DIGEST, [TART.rawSize]: '536870912' } }),
    blob(MEDIA_TYPES.tartNvram),
  ],
  annotations: { [TART.diskSize]: '536870912' },
};
const INDEX = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [blob(MEDIA_TYPES.ociManifest)] };

function bytesOf(document: unknown): Uint8Array {
  if (document instanceof Uint8Array) return document;
  return Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
}

/** The kind and media type, or the reason for the refusal. */
function outcome(document: unknown, contentType: string | null = null): unknown {
  try {
    const { kind, mediaType } = parseManifest(bytesOf(document), contentType);
    return `${kind} ${mediaType}`;
  } catch (thrown) {
    return thrown instanceof AppError && thrown.code === 'manifest.invalid' ? thrown.params['reason'] : thrown;
  }
}

/** The text of the image with one thing replaced: for what JSON.stringify would not write. */
const edited = (from: string, to: string): string => JSON.stringify(IMAGE).replace(from, to);

describe('a manifest from anywhere', () => {
  it('is read with what it says, without what nobody knows', () => {
    expect(parseManifest(bytesOf({ ...IMAGE, subject: {}, more: { deep: [1] } }), MEDIA_TYPES.ociManifest)).toEqual({
      kind: 'image',
      mediaType: MEDIA_TYPES.ociManifest,
      namesMediaType: true,
      config: IMAGE.config,
      layers: IMAGE.layers,
      subject: null,
      artifactType: null,
      annotations: IMAGE.annotations,
    });
    expect(parseManifest(bytesOf(INDEX), null)).toEqual({
      kind: 'index',
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: INDEX.manifests,
      subject: null,
      artifactType: null,
      annotations: {},
    });
    const [subject] = INDEX.manifests;
    expect(parseManifest(bytesOf({ ...IMAGE, subject, artifactType: 'a/signature' }), null)).toMatchObject({
      subject,
      artifactType: 'a/signature',
    });
  });

  it.each<[string, unknown, string | null, string]>([
    ['header and member agree', IMAGE, `${MEDIA_TYPES.ociManifest}; charset=utf-8`, `image ${MEDIA_TYPES.ociManifest}`],
    ['the header says nothing', IMAGE, 'application/json', `image ${MEDIA_TYPES.ociManifest}`],
    [
      'the member is missing',
      { ...IMAGE, mediaType: undefined },
      MEDIA_TYPES.dockerManifest,
      `image ${MEDIA_TYPES.dockerManifest}`,
    ],
    ['both are missing', { ...IMAGE, mediaType: undefined }, null, `image ${MEDIA_TYPES.ociManifest}`],
    ['a list of Docker', { ...INDEX, mediaType: MEDIA_TYPES.dockerList }, null, `index ${MEDIA_TYPES.dockerList}`],
    ['header and member differ', IMAGE, MEDIA_TYPES.dockerManifest, 'mediaType'],
    ['an image that calls itself an index', { ...IMAGE, mediaType: MEDIA_TYPES.ociIndex }, null, 'mediaType'],
    ['an index that calls itself an image', { ...INDEX, mediaType: MEDIA_TYPES.ociManifest }, null, 'mediaType'],
    ['an index under the header of an image', { ...INDEX, mediaType: undefined }, MEDIA_TYPES.ociManifest, 'mediaType'],
    ['both kinds at once', { ...IMAGE, manifests: INDEX.manifests }, null, 'mediaType'],
    ['an image with an empty list of manifests', { ...IMAGE, manifests: [] }, null, 'mediaType'],
  ])('has the kind that it says: %s', (_name, document, contentType, expected) => {
    expect(outcome(document, contentType)).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['nothing', '', 'json'],
    ['a list', '[]', ''],
    ['a word', '"x"', ''],
    ['null', 'null', ''],
    ['JSON that ends early', '{"schemaVersion":2', 'json'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'json'],
    ['schema 1', { ...IMAGE, schemaVersion: 1 }, 'schemaVersion'],
    ['no config', { ...IMAGE, config: undefined }, 'config'],
    ['no layers', { ...IMAGE, layers: undefined }, 'layers'],
    ['a size of 1e400', edited('"size":5', '"size":1e400'), 'config.size'],
    ['a size beyond 2^53', edited('"size":5', '"size":9007199254740993'), 'config.size'],
    ['a size of 1 EiB', edited('"size":5', '"size":1152921504606846976'), 'config.size'],
    ['a size of -0', edited('"size":5', '"size":-0'), 'config.size'],
    ['a size of -5', edited('"size":5', '"size":-5'), 'config.size'],
    ['a part of a byte', edited('"size":5', '"size":0.5'), 'config.size'],
    ['a size in words', edited('"size":5', '"size":"5"'), 'config.size'],
    ['a digest in capitals', { ...IMAGE, config: blob('x', { digest: DIGEST.toUpperCase() }) }, 'config.digest'],
    ['another algorithm', { ...IMAGE, config: blob('x', { digest: `sha512:${'a'.repeat(128)}` }) }, 'config.digest'],
    ['a digest that is a path', { ...IMAGE, config: blob('x', { digest: '../../etc/passwd' }) }, 'config.digest'],
    ['an endless media type', { ...IMAGE, config: blob('x'.repeat(256)) }, 'config.mediaType'],
    ['an annotation that is no text', { ...IMAGE, annotations: { a: 1 } }, 'annotations.a'],
    ['too many layers', { ...IMAGE, layers: Array.from({ length: 10_001 }, () => blob('x')) }, 'layers'],
    ['too many manifests', { ...INDEX, manifests: Array.from({ length: 1001 }, () => blob('x')) }, 'manifests'],
    ['nesting beyond reason', `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`, 'depth'],
    ['nesting in an unknown member', { ...IMAGE, x: JSON.parse('['.repeat(70) + ']'.repeat(70)) }, 'depth'],
    ['more bytes than are read', Buffer.alloc(MANIFEST_READ_LIMIT + 1, ' '), 'size'],
  ])('is refused with %s', (_name, document, reason) => {
    expect(outcome(document)).toBe(reason);
  });

  it('does not take brackets in texts for nesting', () => {
    expect(outcome({ ...IMAGE, annotations: { a: `${'['.repeat(100)}\\"${'{'.repeat(100)}` } })).toBe(
      `image ${MEDIA_TYPES.ociManifest}`,
    );
  });

  it('takes the last of two equal keys, as everybody does', () => {
    const twice = edited('"schemaVersion":2', '"schemaVersion":1,"schemaVersion":2');

    expect(outcome(twice)).toBe(`image ${MEDIA_TYPES.ociManifest}`);
  });

  it('changes no prototype, whatever its keys', () => {
    const annotations = '{"__proto__":"x","constructor":"y","toString":"z"}';
    const text = edited(JSON.stringify(IMAGE.annotations), annotations).replace('{', '{"__proto__":{"layers":[]},');
    const manifest = parseManifest(Buffer.from(text), null);

    expect(({} as { x?: string }).x).toBeUndefined();
    expect(Object.getPrototypeOf(manifest.annotations)).toBe(Object.prototype);
    expect([manifest.annotations['constructor'], Object.hasOwn(manifest.annotations, 'toString')]).toEqual(['y', true]);
  });

  it('does not take what every object has for an annotation', () => {
    const layers = IMAGE.layers.map((layer) => ({ ...layer, annotations: undefined }));
    const manifest = parseManifest(bytesOf({ ...IMAGE, layers }), null);

    expect(manifest.kind === 'image' && tartImageOf(manifest)).toBeNull();
  });

  it('is a manifest or a refusal, whatever comes', () => {
    const json = fc.json({ maxDepth: 6 });
    const damaged = fc
      .array(fc.tuple(fc.nat(), fc.constantFrom('{', '}', '[', ']', '"', ',', '-', '0', 'e9', 'null', '')), {
        maxLength: 4,
      })
      .map((edits) => {
        let text = JSON.stringify(IMAGE);
        for (const [at, insert] of edits) {
          const place = at % text.length;
          text = text.slice(0, place) + insert + text.slice(place + 1);
        }
        return text;
      });
    fc.assert(
      fc.property(fc.oneof(json, damaged, fc.uint8Array({ maxLength: 50 })), (document) => {
        expect(['string', 'undefined']).toContain(typeof outcome(document));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a Tart image', () => {
  const imageWith = (change: (layers: object[]) => object[]): unknown => {
    const manifest = parseManifest(bytesOf({ ...IMAGE, layers: change([...IMAGE.layers]) }), null);
    return manifest.kind === 'image' ? tartImageOf(manifest) : null;
  };
  const disk = (annotations: Record<string, string>): object => blob(MEDIA_TYPES.tartDisk, { annotations });

  it('is its VM config, its chunks and its NVRAM', () => {
    expect(imageWith((layers) => layers)).toMatchObject({
      disk: [{ rawDigest: DIGEST, rawSize: 536_870_912 }],
      diskSize: 536_870_912,
      uploadTime: null,
    });
  });

  it.each<[string, (layers: object[]) => object[]]>([
    ['no VM config', (layers) => layers.slice(1)],
    ['two VM configs', (layers) => [...layers, blob(MEDIA_TYPES.tartConfig)]],
    ['no NVRAM', (layers) => layers.slice(0, -1)],
    ['two NVRAMs', (layers) => [...layers, blob(MEDIA_TYPES.tartNvram)]],
    ['no chunk', ([config = {}, , nvram = {}]) => [config, nvram]],
    ['overlays', (layers) => [...layers, blob(MEDIA_TYPES.tartOverlay)]],
    ['a chunk without its raw digest', (layers) => [...layers, disk({ [TART.rawSize]: '5' })]],
    ['a chunk without its raw size', (layers) => [...layers, disk({ [TART.rawDigest]: DIGEST })]],
    ...['-5', '1e3', '0x10', '5.0', ' 5', '', '9007199254740993', '99999999999999999'].map(
      (size): [string, (layers: object[]) => object[]] => [
        `a raw size of ${JSON.stringify(size)}`,
        (layers) => [...layers, disk({ [TART.rawDigest]: DIGEST, [TART.rawSize]: size })],
      ],
    ),
    ['a raw digest that is none', (layers) => [...layers, disk({ [TART.rawDigest]: 'x', [TART.rawSize]: '5' })]],
  ])('is none with %s', (_name, change) => {
    expect(imageWith(change)).toBeNull();
  });
});
