import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './digest.ts';
import { sameManifest } from './known-manifest.ts';
import { parseManifest, tartImageOf } from './parse-manifest.ts';
import { checkPullRules } from './pull-rules.ts';
import { type TartManifestFacts, tartManifest, tartOciConfig, uploadTimeOf } from './tart-manifest.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const blob = fc.record({ digest, size });
const facts: fc.Arbitrary<TartManifestFacts> = fc.record({
  config: blob,
  vmConfig: blob,
  disk: fc.array(fc.record({ digest, size, rawDigest: digest, rawSize: size }), { minLength: 1, maxLength: 5 }),
  nvram: blob,
  diskSize: size,
  uploadTime: fc
    .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((at) => uploadTimeOf(+at)),
});

const hex = (letter: string): string => `sha256:${letter.repeat(64)}`;
const SMALL: TartManifestFacts = {
  config: { digest: hex('1'), size: 100 },
  vmConfig: { digest: hex('2'), size: 513 },
  disk: [
    { digest: hex('3'), size: 7, rawDigest: hex('4'), rawSize: 536_870_912 },
    { digest: hex('3'), size: 7, rawDigest: hex('4'), rawSize: 536_870_912 },
  ],
  nvram: { digest: hex('5'), size: 33_570_816 },
  diskSize: 1_073_741_824,
  uploadTime: '2026-06-04T06:42:23Z',
};

describe('the manifest that a push writes', () => {
  it('is in Tart’s byte form, duplicates and all', () => {
    const layer = (annotations: string, of: string, kind: string, bytes: number): string =>
      `{"annotations":{${annotations}},"digest":"${hex(of)}","mediaType":"application\\/vnd.cirruslabs.tart.${kind}","size":${bytes}}`;
    const raw = `"org.cirruslabs.tart.uncompressed-content-digest":"${hex('4')}","org.cirruslabs.tart.uncompressed-size":"536870912"`;

    expect(text(tartManifest(SMALL))).toBe(
      `{"annotations":{"org.cirruslabs.tart.uncompressed-disk-size":"1073741824","org.cirruslabs.tart.upload-time":"2026-06-04T06:42:23Z"},` +
        `"config":{"digest":"${hex('1')}","mediaType":"application\\/vnd.oci.image.config.v1+json","size":100},` +
        `"layers":[${[
          layer('', '2', 'config.v1', 513),
          layer(raw, '3', 'disk.v2', 7),
          layer(raw, '3', 'disk.v2', 7),
          layer('', '5', 'nvram.v1', 33_570_816),
        ].join(',')}],"mediaType":"application\\/vnd.oci.image.manifest.v1+json","schemaVersion":2}`,
    );
  });

  it('is read back as what it says, and both old and new Tart pull it', () => {
    fc.assert(
      fc.property(facts, (said) => {
        const manifest = parseManifest(tartManifest(said), 'application/vnd.oci.image.manifest.v1+json');
        if (manifest.kind !== 'image') throw new Error('not an image');
        const image = tartImageOf(manifest);
        expect({
          config: { digest: manifest.config.digest, size: manifest.config.size },
          vmConfig: { digest: image?.vmConfig.digest, size: image?.vmConfig.size },
          disk: image?.disk.map((layer) => ({
            digest: layer.digest,
            size: layer.size,
            rawDigest: layer.rawDigest,
            rawSize: layer.rawSize,
          })),
          nvram: { digest: image?.nvram.digest, size: image?.nvram.size },
          diskSize: image?.diskSize,
          uploadTime: image?.uploadTime,
        }).toEqual(said);
        expect(checkPullRules(manifest)).toEqual({ old: null, new: null });
      }),
    );
  });

  it('tells its time in UTC without a fraction', () => {
    expect(uploadTimeOf(Date.UTC(2026, 5, 4, 6, 42, 23, 999))).toBe('2026-06-04T06:42:23Z');
  });
});

describe('the OCI config', () => {
  it('of a Mac without labels is the one that public images share', () => {
    const bytes = tartOciConfig({ arch: 'arm64', os: 'darwin', diskFormat: 'raw', labels: {} });

    expect({ length: bytes.length, digest: sha256(bytes) }).toEqual({
      length: 100,
      digest: 'sha256:3a6cb4eb6201aa00136781f9d350858ca23054fdda419893193af3e3a044b3a8',
    });
  });

  it('takes labels of any script, sorted; the label of the disk format is ours', () => {
    const labels = { 'org.cirruslabs.tart.disk.format': 'raw', 日本: 'ü/🚀', '10': 'b', '9': 'a' };

    expect(text(tartOciConfig({ arch: 'amd64', os: 'linux', diskFormat: 'asif', labels }))).toBe(
      '{"architecture":"amd64","config":{"Labels":{"10":"b","9":"a","org.cirruslabs.tart.disk.format":"asif","日本":"ü\\/🚀"}},"os":"linux"}',
    );
  });

  it('holds a label named __proto__ like any other', () => {
    const labels = JSON.parse('{"__proto__":"x"}') as Record<string, string>; // A record by construction.

    expect(text(tartOciConfig({ arch: 'arm64', os: 'linux', diskFormat: 'raw', labels }))).toContain('"__proto__":"x"');
  });
});

describe('a manifest that is known', () => {
  const { uploadTime, ...ours } = SMALL;
  const known = tartManifest(SMALL);

  it('is pushed again where it says the same but for the time', () => {
    expect(sameManifest(known, ours)).toEqual({ uploadTime, vmConfigDigest: hex('2') });
  });

  it('names the VM config where that alone is spelled otherwise', () => {
    expect(sameManifest(known, { ...ours, vmConfig: { digest: hex('6'), size: 520 } })).toEqual({
      uploadTime,
      vmConfigDigest: hex('2'),
    });
  });

  it.each<[string, Uint8Array | string, Partial<TartManifestFacts>]>([
    ['another chunk', known, { disk: [...SMALL.disk].reverse().slice(1) }],
    ['another NVRAM', known, { nvram: { digest: hex('7'), size: 1 } }],
    ['other labels', known, { config: { digest: hex('8'), size: 120 } }],
    ['another disk size', known, { diskSize: 5 }],
    ['no byte form of Tart', `${text(known)}\n`, {}],
    ['no escaped slashes', text(known).replaceAll('\\/', '/'), {}],
    ['one more annotation', text(known).replace('"annotations":{"org', '"annotations":{"a":"b","org'), {}],
    ['one more member', text(known).replace('"schemaVersion":2', '"schemaVersion":2,"x":1'), {}],
    ['no upload time', text(known).replace(/,"org.cirruslabs.tart.upload-time":"[^"]*"/, ''), {}],
    ['no image', '{"schemaVersion":2,"manifests":[]}', {}],
    ['nothing to be read', '{', {}],
  ])('is not pushed again where it has %s', (_name, bytes, other) => {
    expect(sameManifest(Buffer.from(bytes), { ...ours, ...other })).toBeNull();
  });
});
