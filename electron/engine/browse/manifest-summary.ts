import { toAppError } from '../../../shared/errors/app-error.ts';
import type { TagGroup } from '../../../shared/models/registry.ts';
import type { KnownManifest } from '../digests/content-index.ts';
import { imageKindOf, uploadTimeIn } from '../oci/image-kind.ts';
import { type Descriptor, parseManifest } from '../oci/parse-manifest.ts';

/** What a manifest says of itself, as lists show it. */
export interface ManifestSummary extends Pick<TagGroup, 'kind' | 'mediaType' | 'uploadTime'> {
  /** Distinct blobs with their bytes, the config among them; of an index none. */
  readonly blobs: ReadonlyMap<string, number>;
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
    if (manifest.kind === 'index') return { ...common, blobs: new Map(), children: manifest.manifests };
    const blobs = new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
    return { ...common, blobs, children: [] };
  } catch (thrown) {
    if (toAppError(thrown).code !== 'manifest.invalid') throw thrown;
    return { kind: 'artifact', mediaType, uploadTime: null, blobs: new Map(), children: [] };
  }
}
