import type { Image } from '../../../shared/models/image.ts';
import { type PlanLayer, UNTRACED } from '../../../shared/models/plan.ts';

/** Packed over raw bytes of a chunk of nothing but zeros: 3 260 420 bytes for 512 MiB; data hardly ever gets so small. */
const ZERO_RATIO = 0.0065;

/** The chunks of a remote image as a weave draws them: what is in the registry is present, the same digest again a duplicate. */
export function imageLayers(image: Image): PlanLayer[] {
  const seen = new Set<string>();
  let rawOffset = 0;
  const layers: PlanLayer[] = [];
  for (const { index, kind, digest, size, rawDigest, rawSize } of image.layers) {
    if (kind !== 'disk' || rawSize === null) continue;
    const again = seen.has(digest);
    seen.add(digest);
    const zero = size / Math.max(1, rawSize) < ZERO_RATIO;
    layers.push({
      index,
      kind: 'disk',
      rawOffset,
      rawDigest,
      rawSize,
      digest,
      size,
      estimatedSize: null,
      verdict: again ? 'duplicate' : 'present',
      origin: 'remote',
      zero,
      reason: again ? (zero ? 'allZeros' : 'sameDigestEarlier') : 'inRepository',
      mountedFrom: null,
      ...UNTRACED,
    });
    rawOffset += rawSize;
  }
  return layers;
}
