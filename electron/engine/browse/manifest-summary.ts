import { toAppError } from '../../../shared/errors/app-error.ts';
import type { TagGroup } from '../../../shared/models/registry.ts';
import type { KnownManifest } from '../digests/content-index.ts';
import { imageKindOf, uploadTimeIn } from '../oci/image-kind.ts';
import { MEDIA_TYPES, TART } from '../oci/media-types.ts';
import { type Descriptor, decimalBytes, type ImageManifest, parseManifest } from '../oci/parse-manifest.ts';
import type { ThreadChunk } from './blob-shares.ts';

/** What a manifest says of itself, as lists show it. */
export interface ManifestSummary extends Pick<TagGroup, 'kind' | 'mediaType' | 'uploadTime'> {
  /** Distinct blobs with their bytes, the config among them; of an index none. */
  readonly blobs: ReadonlyMap<string, number>;
  /** The chunks of a Tart disk in their order; none for other images. */
  readonly chunks: readonly ThreadChunk[];
  /** Manifests of an index. */
  readonly children: readonly Descriptor[];
}

/** Reads a manifest; one that is none (a registry keeps what it is given) is an artifact without blobs. */
export function manifestSummary({ bytes, mediaType }: Pick<KnownManifest, 'bytes' | 'mediaType'>): ManifestSummary {
  try {
    const manifest = parseManifest(bytes, mediaType);
    const common = {
      kind: imageKindOf(manifest),
      mediaType: manifest.mediaType,
      uploadTime: uploadTimeIn(manifest.annotations),
    };
    if (manifest.kind === 'index') return { ...common, blobs: new Map(), chunks: [], children: manifest.manifests };
    const blobs = new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
    return { ...common, blobs, chunks: chunksOf(manifest), children: [] };
  } catch (thrown) {
    if (toAppError(thrown).code !== 'manifest.invalid') throw thrown;
    return { kind: 'artifact', mediaType, uploadTime: null, blobs: new Map(), chunks: [], children: [] };
  }
}

/** Packed over raw bytes of a chunk of nothing but zeros: 3 260 420 bytes for 512 MiB; data hardly ever gets so small. */
const ZERO_RATIO = 0.0065;

/** The chunks of a Tart disk, told by their media type. */
export function chunksOf({ layers }: ImageManifest): ThreadChunk[] {
  return layers
    .filter(({ mediaType }) => mediaType === MEDIA_TYPES.tartDisk)
    .map(({ digest, size, annotations }) => ({
      digest,
      zero: size / Math.max(1, decimalBytes(annotations?.[TART.rawSize]) ?? 0) < ZERO_RATIO,
    }));
}
