import type { Plan, PlanLayer } from '../../../shared/models/plan.ts';
import type { LayerPair } from '../digests/content-index.ts';

/**
 * The layers that a push of which this is the document made from the disk, each once: those that were encoded to be named,
 * and those that were sent. What was copied from another registry, or only known, proves nothing of our encoder.
 *
 * @param document of a push that was done: only then its last words are facts
 */
export function encodedLayers({ targets }: Pick<Plan, 'targets'>): LayerPair[] {
  const found = new Map<string, LayerPair>();
  for (const layer of targets.flatMap(({ layers }) => layers)) {
    const { rawDigest, rawSize, digest, size } = layer;
    if (rawDigest === null || digest === null || size === null || !wasEncoded(layer)) continue;
    found.set(rawDigest, { rawDigest, rawSize, digest, size });
  }
  return [...found.values()];
}

function wasEncoded({ kind, origin, verdict }: PlanLayer): boolean {
  if (kind !== 'disk' || origin === 'remote') return false;
  return origin === 'encoded' || origin === 'zero' || verdict === 'upload';
}
