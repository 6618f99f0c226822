/** Media types of OCI images and of Tart's layers, as Tart writes them. */
export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  tartConfig: 'application/vnd.cirruslabs.tart.config.v1',
  tartDisk: 'application/vnd.cirruslabs.tart.disk.v2',
  tartDiskV1: 'application/vnd.cirruslabs.tart.disk.v1',
  tartOverlay: 'application/vnd.cirruslabs.tart.disk.asif.overlay.v1',
  tartNvram: 'application/vnd.cirruslabs.tart.nvram.v1',
} as const;

/** Annotations and labels of Tart. */
export const TART = {
  diskSize: 'org.cirruslabs.tart.uncompressed-disk-size',
  uploadTime: 'org.cirruslabs.tart.upload-time',
  rawSize: 'org.cirruslabs.tart.uncompressed-size',
  rawDigest: 'org.cirruslabs.tart.uncompressed-content-digest',
  diskFormatLabel: 'org.cirruslabs.tart.disk.format',
  fileDigest: 'org.cirruslabs.tart.disk-file-content-digest',
  fileChunkCount: 'org.cirruslabs.tart.disk-file-chunk-count',
} as const;
