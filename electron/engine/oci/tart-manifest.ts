import { MEDIA_TYPES, TART } from './media-types.ts';
import { tartJson } from './tart-json.ts';

/** A blob by digest and packed size in bytes. */
export interface BlobFacts {
  readonly digest: string;
  readonly size: number;
}

/** A disk chunk as a layer. */
export interface DiskLayerFacts extends BlobFacts {
  readonly rawDigest: string;
  readonly rawSize: number;
}

/** Everything that Tart's manifest says. */
export interface TartManifestFacts {
  /** The OCI config blob. */
  readonly config: BlobFacts;
  readonly vmConfig: BlobFacts;
  readonly disk: readonly DiskLayerFacts[];
  readonly nvram: BlobFacts;
  /** Bytes of disk.img. */
  readonly diskSize: number;
  /** UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly uploadTime: string;
}

/** The upload time as Tart writes it: UTC without fraction. */
export function uploadTimeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * The OCI config blob in Tart's byte form. The label of the disk format wins over a user label of that name.
 *
 * @param arch `arm64` or `amd64` and `os` as in the VM's config
 */
export function tartOciConfig(facts: {
  readonly arch: 'arm64' | 'amd64';
  readonly os: 'darwin' | 'linux';
  readonly diskFormat: 'raw' | 'asif';
  readonly labels: Readonly<Record<string, string>>;
}): Uint8Array {
  return tartJson({
    architecture: facts.arch,
    config: { Labels: { ...facts.labels, [TART.diskFormatLabel]: facts.diskFormat } },
    os: facts.os,
  });
}

/** The manifest in Tart's byte form: VM config first, NVRAM last, between them only the disk (new Tart's pull rule). */
export function tartManifest(facts: TartManifestFacts): Uint8Array {
  return tartJson({
    annotations: {
      [TART.diskSize]: String(facts.diskSize),
      [TART.uploadTime]: facts.uploadTime,
    },
    config: { digest: facts.config.digest, mediaType: MEDIA_TYPES.ociConfig, size: facts.config.size },
    layers: [
      { annotations: {}, digest: facts.vmConfig.digest, mediaType: MEDIA_TYPES.tartConfig, size: facts.vmConfig.size },
      ...facts.disk.map((layer) => ({
        annotations: { [TART.rawDigest]: layer.rawDigest, [TART.rawSize]: String(layer.rawSize) },
        digest: layer.digest,
        mediaType: MEDIA_TYPES.tartDisk,
        size: layer.size,
      })),
      { annotations: {}, digest: facts.nvram.digest, mediaType: MEDIA_TYPES.tartNvram, size: facts.nvram.size },
    ],
    mediaType: MEDIA_TYPES.ociManifest,
    schemaVersion: 2,
  });
}
