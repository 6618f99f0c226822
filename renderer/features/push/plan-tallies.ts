import type { PlanLayer, PlanTarget, Verdict } from '../../../shared/models/plan.ts';

/** In the order of the bar and its lines. */
export const VERDICTS = ['present', 'mount', 'duplicate', 'upload'] as const satisfies readonly Verdict[];

/** What the layer table shows. */
export type LayerFilter = Verdict | 'unknown' | 'zero' | 'all';

/** Layers of one verdict: how many, and their packed bytes. */
export interface VerdictTally {
  readonly count: number;
  readonly bytes: number;
  /** Some of the bytes are estimates. */
  readonly estimated: boolean;
}

const NONE: VerdictTally = { count: 0, bytes: 0, estimated: false };

/** Counts all layers, config and NVRAM too, by verdict; null counts as `unknown`. */
export function verdictTallies(layers: readonly PlanLayer[]): Readonly<Record<Verdict | 'unknown', VerdictTally>> {
  const tallies: Record<Verdict | 'unknown', VerdictTally> = {
    present: NONE,
    mount: NONE,
    duplicate: NONE,
    upload: NONE,
    unknown: NONE,
  };
  for (const layer of layers) {
    const kind = layer.verdict ?? 'unknown';
    const before = tallies[kind];
    tallies[kind] = {
      count: before.count + 1,
      bytes: before.bytes + (layer.size ?? layer.estimatedSize ?? 0),
      estimated: before.estimated || layer.size === null,
    };
  }
  return tallies;
}

/** The layers that a filter leaves. */
export function filterLayers(layers: readonly PlanLayer[], filter: LayerFilter): readonly PlanLayer[] {
  if (filter === 'all') return layers;
  if (filter === 'zero') return layers.filter((layer) => layer.zero && layer.verdict === 'duplicate');
  return layers.filter((layer) => (layer.verdict ?? 'unknown') === filter);
}

/** What a target's field says about its cost. */
export type TargetCost =
  | { readonly kind: 'uploads'; readonly bytes: number; readonly estimated: boolean }
  | { readonly kind: 'mountsAll'; readonly layers: number }
  | { readonly kind: 'mounts'; readonly layers: number }
  | { readonly kind: 'nothing' };

/** The cost of one target in its shortest form. */
export function targetCost(target: PlanTarget): TargetCost {
  const tallies = verdictTallies(target.layers);
  if (tallies.upload.count > 0) {
    return { kind: 'uploads', bytes: target.bytes.uploaded, estimated: tallies.upload.estimated };
  }
  const mounted = tallies.mount.count;
  if (mounted === 0) return { kind: 'nothing' };
  return tallies.present.count === 0
    ? { kind: 'mountsAll', layers: mounted + tallies.duplicate.count }
    : { kind: 'mounts', layers: mounted };
}
