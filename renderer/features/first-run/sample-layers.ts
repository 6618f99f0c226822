import { type PlanLayer, UNTRACED } from '../../../shared/models/plan.ts';
import type { SampleState } from '../../../shared/models/sample.ts';

/** Packed bytes of a byte of the sample's files, and of a byte that is zero: seen in its first push. */
const PACKED = { data: 0.77, zero: 0.0054 } as const;

/** What a first push of the sample sends, chunk by chunk, before there is a disk. */
export function sampleLayers({ chunks, chunkSize }: Pick<SampleState, 'chunks' | 'chunkSize'>): readonly PlanLayer[] {
  const firstHole = chunks.indexOf(0);
  return chunks.map((data, chunk): PlanLayer => {
    const zero = data === 0;
    return {
      index: chunk + 1,
      kind: 'disk',
      rawOffset: chunk * chunkSize,
      rawDigest: null,
      rawSize: chunkSize,
      digest: null,
      size: null,
      estimatedSize: Math.round(data * PACKED.data + (chunkSize - data) * PACKED.zero),
      verdict: zero && chunk !== firstHole ? 'duplicate' : 'upload',
      origin: zero ? 'zero' : 'unknown',
      zero,
      reason: zero ? 'allZeros' : 'newRepository',
      mountedFrom: null,
      ...UNTRACED,
    };
  });
}
