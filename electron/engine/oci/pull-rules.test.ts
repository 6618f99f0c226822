import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES, TART } from './media-types.ts';
import type { Descriptor, ImageManifest } from './parse-manifest.ts';
import { checkPullRules } from './pull-rules.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const RAW = { [TART.rawDigest]: DIGEST, [TART.rawSize]: '536870912' };
const FILE = { [TART.fileDigest]: DIGEST };
const layer = (mediaType: string, annotations?: Record<string, string>): Descriptor => ({
  mediaType,
  digest: DIGEST,
  size: 5,
  annotations,
});
const config = layer(MEDIA_TYPES.tartConfig);
const nvram = layer(MEDIA_TYPES.tartNvram);
const disk = (more: Record<string, string> = {}): Descriptor => layer(MEDIA_TYPES.tartDisk, { ...RAW, ...more });
const overlay = (more: Record<string, string> = {}): Descriptor => layer(MEDIA_TYPES.tartOverlay, { ...RAW, ...more });
const group = (chunks: number): Descriptor[] => [
  overlay({ ...FILE, [TART.fileChunkCount]: String(chunks) }),
  ...Array.from({ length: chunks - 1 }, () => overlay()),
];

function image(layers: readonly Descriptor[], more: Partial<ImageManifest> = {}): ImageManifest {
  return {
    kind: 'image',
    mediaType: MEDIA_TYPES.ociManifest,
    namesMediaType: true,
    subject: null,
    artifactType: null,
    config: layer(MEDIA_TYPES.ociConfig),
    layers,
    annotations: {},
    ...more,
  };
}

describe('what tart pull takes', () => {
  it.each<[string, ImageManifest]>([
    ['one chunk', image([config, disk(), nvram])],
    ['many chunks, equal ones too', image([config, disk(), disk(), disk(), nvram])],
    ['the digest of the whole disk on its first chunk', image([config, disk(FILE), disk(), nvram])],
    ['a stacked disk of one group', image([config, disk(FILE), ...group(1), nvram])],
    ['a stacked disk of two groups', image([config, disk(FILE), disk(), ...group(3), ...group(2), nvram])],
  ])('is an image with %s, in old and new', (_name, manifest) => {
    expect(checkPullRules(manifest)).toEqual({ old: null, new: null });
  });

  it.each<[string, ImageManifest, string]>([
    ['no VM config', image([disk(), nvram]), 'notOneConfig'],
    ['two VM configs', image([config, config, disk(), nvram]), 'notOneConfig'],
    ['no NVRAM', image([config, disk()]), 'notOneNvram'],
    ['two NVRAMs', image([config, disk(), nvram, nvram]), 'notOneNvram'],
    ['no disk', image([config, nvram]), 'noDisk'],
    ['a disk of the first format', image([config, disk(), layer(MEDIA_TYPES.tartDiskV1), nvram]), 'legacyDisk'],
    ['a chunk without annotations', image([config, disk(), layer(MEDIA_TYPES.tartDisk), nvram]), 'chunkAnnotations'],
    ['a raw size that is no number', image([config, disk({ [TART.rawSize]: '5 GB' }), nvram]), 'chunkAnnotations'],
    ['a raw digest that is none', image([config, disk({ [TART.rawDigest]: 'md5:x' }), nvram]), 'chunkAnnotations'],
    ['a manifest of Docker', image([config, disk(), nvram], { mediaType: MEDIA_TYPES.dockerManifest }), 'mediaType'],
    ['no media type of its own', image([config, disk(), nvram], { namesMediaType: false }), 'mediaType'],
  ])('is not an image with %s, neither in old nor in new', (_name, manifest, problem) => {
    expect(checkPullRules(manifest)).toEqual({ old: problem, new: problem });
  });

  const foreign = layer('application/vnd.example.notes');
  it.each<[string, readonly Descriptor[], string]>([
    ['the VM config not first', [disk(), config, nvram], 'order'],
    ['the NVRAM not last', [config, nvram, disk()], 'order'],
    ['something else in between', [config, disk(), foreign, nvram], 'order'],
    ['something else at the end', [config, disk(), nvram, foreign], 'order'],
    ['a chunk behind an overlay', [config, disk(FILE), ...group(1), disk(), nvram], 'order'],
    ['the digest of the whole disk on a later chunk', [config, disk(), disk(FILE), nvram], 'baseDigest'],
    ['a count of chunks on the base', [config, disk({ ...FILE, [TART.fileChunkCount]: '1' }), nvram], 'baseDigest'],
    ['overlays on a base without its digest', [config, disk(), ...group(1), nvram], 'overlayWithoutBase'],
    ['an overlay without a count', [config, disk(FILE), overlay(FILE), nvram], 'overlayGroup'],
    [
      'an overlay without a digest',
      [config, disk(FILE), overlay({ [TART.fileChunkCount]: '1' }), nvram],
      'overlayGroup',
    ],
    ['a count of none', [config, disk(FILE), overlay({ ...FILE, [TART.fileChunkCount]: '0' }), nvram], 'overlayGroup'],
    [
      'a count that is no number',
      [config, disk(FILE), overlay({ ...FILE, [TART.fileChunkCount]: '1e0' }), nvram],
      'overlayGroup',
    ],
    ['a count beyond the chunks', [config, disk(FILE), ...group(3).slice(0, 2), nvram], 'overlayGroup'],
    [
      'two groups woven into each other',
      [config, disk(FILE), ...group(2).slice(0, 1), ...group(1), nvram],
      'overlayGroup',
    ],
    [
      'an overlay chunk without its raw size',
      [config, disk(FILE), layer(MEDIA_TYPES.tartOverlay, { ...FILE, [TART.fileChunkCount]: '1' }), nvram],
      'chunkAnnotations',
    ],
  ])('is not an image with %s for new Tart; old Tart does not look there', (_name, layers, problem) => {
    expect(checkPullRules(image(layers))).toEqual({ old: null, new: problem });
  });
});
