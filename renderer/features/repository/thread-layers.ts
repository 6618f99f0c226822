import { type PlanLayer, UNTRACED } from '../../../shared/models/plan.ts';
import type { TagGroup } from '../../../shared/models/registry.ts';

/** Runs are drawn up to so many chunks: no disk has more. */
const MOST_CHUNKS = 10_000;
const RUN = /(\d*)([osdz])/g;

const made = new WeakMap<TagGroup, readonly PlanLayer[]>();

/**
 * The chunks of a tag group's thread as layers that a thread draws: what only this digest needs stands out as an upload
 * does, what it shares lies low. Made once for each group.
 */
export function threadLayers(group: TagGroup, thread: string): readonly PlanLayer[] {
  const known = made.get(group);
  if (known !== undefined) return known;
  const layers: PlanLayer[] = [];
  for (const [, length = '', mark] of thread.matchAll(RUN)) {
    const count = length === '' ? 1 : Number(length);
    for (let at = 0; at < count && layers.length < MOST_CHUNKS; at++) layers.push(layerOf(layers.length, mark));
  }
  made.set(group, layers);
  return layers;
}

function layerOf(index: number, mark: string | undefined): PlanLayer {
  return {
    index,
    kind: 'disk',
    rawOffset: index,
    rawDigest: null,
    rawSize: 1,
    digest: null,
    size: null,
    estimatedSize: null,
    verdict: mark === 'o' ? 'upload' : mark === 'd' ? 'duplicate' : 'present',
    origin: 'remote',
    zero: mark === 'z',
    reason: 'inRepository',
    mountedFrom: null,
    ...UNTRACED,
  };
}
