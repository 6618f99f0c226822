import { randomUUID } from 'node:crypto';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { digestOf } from '../registry/content-digest.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';

/** A manifest that is like no other, and the one small blob that it needs. */
export interface PlaceholderManifest extends RemoteManifest {
  readonly config: { readonly digest: string; readonly bytes: Uint8Array };
}

/** Makes a manifest whose digest nobody else's tag can point at, to be deleted in place of one that is shared. */
export function placeholderManifest(): PlaceholderManifest {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'arm64',
      os: 'darwin',
      config: { Labels: { 'tartan.placeholder': randomUUID() } },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const blob = { digest: digestOf(config), size: config.length };
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: MEDIA_TYPES.ociConfig, ...blob },
      layers: [],
    }),
  );
  return {
    digest: digestOf(bytes),
    mediaType: MEDIA_TYPES.ociManifest,
    bytes,
    config: { digest: blob.digest, bytes: config },
  };
}
