import type { PlanLayer } from '../../../shared/models/plan.ts';

/** What a push would send, as far as it is known. Packed bytes. */
export interface UploadTally {
  /** To be sent; with estimates for what is not encoded yet. */
  readonly upload: number;
  /** Of the whole image. */
  readonly packed: number;
  /** Some of the bytes are estimates. */
  readonly estimated: boolean;
  /** Chunks of which nothing is known; zero chunks do not count. */
  readonly unknown: number;
}

/** Sums the layers of a weave. */
export function uploadTally(layers: readonly PlanLayer[]): UploadTally {
  let upload = 0;
  let packed = 0;
  let unknown = 0;
  let estimated = false;
  for (const { verdict, size, estimatedSize, zero } of layers) {
    const bytes = size ?? estimatedSize ?? 0;
    packed += bytes;
    if (size === null && !zero) estimated = true;
    if (verdict === 'upload') upload += bytes;
    if (verdict === null && !zero) unknown += 1;
  }
  return { upload, packed, estimated, unknown };
}
