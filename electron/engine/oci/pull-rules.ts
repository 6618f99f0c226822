import { isDigest } from '../../../shared/models/reference.ts';
import { MEDIA_TYPES, TART } from './media-types.ts';
import { type Descriptor, decimalBytes, type ImageManifest } from './parse-manifest.ts';

/** What Tart's pull would refuse an image for. */
export type PullProblem =
  | 'notOneConfig'
  | 'notOneNvram'
  | 'noDisk'
  | 'legacyDisk'
  | 'chunkAnnotations'
  | 'order'
  | 'baseDigest'
  | 'overlayWithoutBase'
  | 'overlayGroup'
  | 'mediaType';

function count(manifest: ImageManifest, mediaType: string): number {
  return manifest.layers.filter((layer) => layer.mediaType === mediaType).length;
}

function hasChunkAnnotations({ annotations = {} }: Descriptor): boolean {
  return decimalBytes(annotations[TART.rawSize]) !== null && isDigest(annotations[TART.rawDigest] ?? '');
}

function common(manifest: ImageManifest): PullProblem | null {
  // Tart asks for OCI manifests only and decodes their own media type.
  if (manifest.mediaType !== MEDIA_TYPES.ociManifest || !manifest.namesMediaType) return 'mediaType';
  if (count(manifest, MEDIA_TYPES.tartConfig) !== 1) return 'notOneConfig';
  if (count(manifest, MEDIA_TYPES.tartNvram) !== 1) return 'notOneNvram';
  if (count(manifest, MEDIA_TYPES.tartDiskV1) > 0) return 'legacyDisk';
  const disk = manifest.layers.filter(({ mediaType }) => mediaType === MEDIA_TYPES.tartDisk);
  if (disk.length === 0) return 'noDisk';
  return disk.every(hasChunkAnnotations) ? null : 'chunkAnnotations';
}

/** New Tart's base: the digest of the whole file on the first chunk or nowhere, a count of chunks never. */
function baseProblem([first, ...others]: readonly Descriptor[]): PullProblem | null {
  if (first === undefined) return 'noDisk';
  const counted = [first, ...others].some(({ annotations = {} }) => TART.fileChunkCount in annotations);
  const digested = others.some(({ annotations = {} }) => TART.fileDigest in annotations);
  return counted || digested ? 'baseDigest' : null;
}

/** New Tart's groups of overlay chunks: the first names digest and count, the next count−1 do not. */
function overlayProblem(overlays: readonly Descriptor[], base: Descriptor | undefined): PullProblem | null {
  if (overlays.length === 0) return null;
  if (!isDigest(base?.annotations?.[TART.fileDigest] ?? '')) return 'overlayWithoutBase';
  for (let at = 0; at < overlays.length; ) {
    const first = overlays[at];
    const chunks = decimalBytes(first?.annotations?.[TART.fileChunkCount]) ?? 0;
    if (chunks < 1 || at + chunks > overlays.length) return 'overlayGroup';
    if (!isDigest(first?.annotations?.[TART.fileDigest] ?? '')) return 'overlayGroup';
    const rest = overlays.slice(at + 1, at + chunks);
    if (rest.some(({ annotations = {} }) => TART.fileDigest in annotations || TART.fileChunkCount in annotations)) {
      return 'overlayGroup';
    }
    at += chunks;
  }
  return overlays.every(hasChunkAnnotations) ? null : 'chunkAnnotations';
}

/** Whether old Tart (before stacked disks) and new Tart would pull the image; null = it pulls. */
export function checkPullRules(manifest: ImageManifest): { old: PullProblem | null; new: PullProblem | null } {
  const shared = common(manifest);
  if (shared !== null) return { old: shared, new: shared };
  const [first, ...others] = manifest.layers;
  const last = others.pop();
  if (first?.mediaType !== MEDIA_TYPES.tartConfig || last?.mediaType !== MEDIA_TYPES.tartNvram) {
    return { old: null, new: 'order' };
  }
  const overlayAt = others.findIndex(({ mediaType }) => mediaType === MEDIA_TYPES.tartOverlay);
  const base = overlayAt === -1 ? others : others.slice(0, overlayAt);
  const overlays = overlayAt === -1 ? [] : others.slice(overlayAt);
  const ordered =
    base.every(({ mediaType }) => mediaType === MEDIA_TYPES.tartDisk) &&
    overlays.every(({ mediaType }) => mediaType === MEDIA_TYPES.tartOverlay);
  return { old: null, new: ordered ? (baseProblem(base) ?? overlayProblem(overlays, base[0])) : 'order' };
}
