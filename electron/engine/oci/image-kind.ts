import type { ImageKind } from '../../../shared/models/image-kind.ts';
import { MEDIA_TYPES } from './media-types.ts';
import type { Descriptor, ImageIndex, ImageManifest } from './parse-manifest.ts';

/** Media types that begin so are Tart's. */
const TART_PREFIX = 'application/vnd.cirruslabs.tart.';
const VETU_PREFIX = 'application/vnd.cirruslabs.vetu.';
const LUME_PREFIX = 'application/vnd.trycua.';
/** Annotations of every encoding of Lume but the sharded one. */
const LUME_ANNOTATION = 'org.trycua.lume.';
/** Slices of a disk, as Lume's sharded and lzfse encodings name them in the media type itself. */
const LUME_PART = /;part\.number=\d+/;
/** Configs of container images. */
const CONTAINER_CONFIGS: readonly string[] = [MEDIA_TYPES.ociConfig, MEDIA_TYPES.dockerConfig];
/** Layers of container images: file systems, or what registries take for one. */
const CONTAINER_LAYER = /^application\/vnd\.(oci\.image\.layer\.|docker\.image\.rootfs\.)/;

function namesLume({ mediaType, annotations = {} }: Descriptor): boolean {
  return (
    mediaType.startsWith(LUME_PREFIX) ||
    LUME_PART.test(mediaType) ||
    Object.keys(annotations).some((name) => name.startsWith(LUME_ANNOTATION))
  );
}

/**
 * What a manifest is of, by the media types and annotations that the programs write: Tart, Vetu, and Lume in its four
 * encodings (chunked; sharded and lzfse, whose media types carry `;part.number=`; legacy, by its annotations).
 */
export function imageKindOf(manifest: ImageManifest | ImageIndex): ImageKind {
  if (manifest.kind === 'index') return 'index';
  const { config, layers, annotations, artifactType } = manifest;
  if (layers.some(({ mediaType }) => mediaType.startsWith(TART_PREFIX))) return 'tart';
  if (layers.some(({ mediaType }) => mediaType.startsWith(VETU_PREFIX))) return 'vetu';
  const lume = Object.keys(annotations).some((name) => name.startsWith(LUME_ANNOTATION));
  if (lume || namesLume(config) || layers.some(namesLume)) return 'lume';
  const container =
    CONTAINER_CONFIGS.includes(config.mediaType) && layers.every(({ mediaType }) => CONTAINER_LAYER.test(mediaType));
  return container && (artifactType === null || artifactType === '') ? 'image' : 'artifact';
}

/** Annotations that name the time of a push or build, the most telling first. */
const TIMES = [
  'org.cirruslabs.tart.upload-time',
  'org.cirruslabs.vetu.upload-time',
  'org.trycua.lume.upload-time',
  'org.opencontainers.image.created',
] as const;

/** When an image was pushed or made, as its annotations say, in the form of ISO 8601; null where they do not. */
export function uploadTimeIn(annotations: Readonly<Record<string, string>>): string | null {
  for (const name of TIMES) {
    const ms = Date.parse(annotations[name] ?? '');
    if (!Number.isNaN(ms)) return `${new Date(ms).toISOString().slice(0, 19)}Z`;
  }
  return null;
}
