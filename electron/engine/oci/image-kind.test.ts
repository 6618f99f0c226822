import { describe, expect, it } from 'vitest';
import { imageKindOf, uploadTimeIn } from './image-kind.ts';
import { parseManifest } from './parse-manifest.ts';

const OCI = 'application/vnd.oci.image';
const CONFIG = `${OCI}.config.v1+json`;

interface Drawn {
  readonly config?: string;
  readonly layers: readonly string[];
  readonly annotations?: Record<string, string>;
  readonly layerAnnotations?: Record<string, string>;
  readonly artifactType?: string;
}

function kindOf({ config = CONFIG, layers, layerAnnotations, ...members }: Drawn): string {
  const descriptor = (mediaType: string, annotations?: Record<string, string>): object => ({
    mediaType,
    digest: `sha256:${'a'.repeat(64)}`,
    size: 1,
    ...(annotations === undefined ? {} : { annotations }),
  });
  const document = {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(config),
    layers: layers.map((type) => descriptor(type, layerAnnotations)),
    ...members,
  };
  return imageKindOf(parseManifest(Buffer.from(JSON.stringify(document)), null));
}

const TART = 'application/vnd.cirruslabs.tart';
const VETU = 'application/vnd.cirruslabs.vetu';
const LUME = 'application/vnd.trycua.lume';

describe('the kind of an image', () => {
  it.each<[string, Drawn]>([
    ['tart', { layers: [`${TART}.config.v1`, `${TART}.disk.v2`, `${TART}.nvram.v1`] }],
    ['tart', { layers: [`${TART}.config.v1`, `${TART}.disk.v1`] }],
    ['vetu', { layers: [`${VETU}.config.v1`, `${VETU}.kernel.v1`, `${VETU}.disk.v1`] }],
    ['lume', { config: `${LUME}.config.v1+json`, layers: [`${LUME}.disk.v1`, `${LUME}.nvram.v1`] }],
    [
      'lume',
      {
        config: 'application/vnd.oci.empty.v1+json',
        artifactType: 'application/vnd.unknown.artifact.v1',
        layers: [`${OCI}.layer.v1.tar;part.number=1;part.total=9`, CONFIG, 'application/octet-stream'],
      },
    ],
    [
      'lume',
      { layers: ['application/octet-stream+lz4'], layerAnnotations: { 'org.trycua.lume.uncompressed-size': '1' } },
    ],
    ['lume', { layers: ['application/octet-stream+lzfse;part.number=1'] }],
    ['image', { layers: [`${OCI}.layer.v1.tar+gzip`, `${OCI}.layer.v1.tar+zstd`] }],
    [
      'image',
      {
        config: 'application/vnd.docker.container.image.v1+json',
        layers: ['application/vnd.docker.image.rootfs.diff.tar.gzip'],
      },
    ],
    ['artifact', { layers: ['application/octet-stream'] }],
    ['artifact', { config: 'application/vnd.oci.empty.v1+json', layers: [`${OCI}.layer.v1.tar+gzip`] }],
    ['artifact', { artifactType: 'application/spdx+json', layers: [`${OCI}.layer.v1.tar`] }],
  ])('is %s by its media types and annotations', (kind, drawn) => {
    expect(kindOf(drawn)).toBe(kind);
  });

  it('of several manifests is an index', () => {
    const index = { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests: [] };
    expect(imageKindOf(parseManifest(Buffer.from(JSON.stringify(index)), null))).toBe('index');
  });
});

it('the time of an upload is what the most telling annotation says, if that is a time', () => {
  expect([
    uploadTimeIn({ 'org.cirruslabs.tart.upload-time': '2026-11-20T10:00:00Z', 'org.opencontainers.image.created': '' }),
    uploadTimeIn({ 'org.opencontainers.image.created': '2026-01-02T03:04:05.678+01:00' }),
    uploadTimeIn({ 'org.cirruslabs.tart.upload-time': 'yesterday' }),
  ]).toEqual(['2026-11-20T10:00:00Z', '2026-01-02T02:04:05Z', null]);
});
