import type { SavedJob, SavedLayer, SavedTarget } from '../../../shared/models/savings.ts';
import { sumsOf } from './savings-record.ts';

/**
 * Two runs of one job as one. What the first had sent and the second found at the registry was sent by the job, and is no
 * saving of it; reading and encoding add up.
 */
export function mergeRecords(earlier: SavedJob, later: SavedJob): SavedJob {
  const rest = new Map(earlier.targets.map((target) => [placeOf(target), target]));
  const targets = later.targets.map((target) => {
    const before = rest.get(placeOf(target));
    rest.delete(placeOf(target));
    return before === undefined ? target : mergeTargets(later, before, target);
  });
  const requests = { ...later.requests };
  for (const kind of ['head', 'mount', 'upload', 'manifest'] as const) requests[kind] += earlier.requests[kind];
  return { ...later, requests, targets: [...targets, ...rest.values()] };
}

function placeOf({ registry, repository }: SavedTarget): string {
  return `${registry}/${repository}`;
}

function mergeTargets({ kind, encodeRate }: SavedJob, earlier: SavedTarget, later: SavedTarget): SavedTarget {
  // Of a copy the places may be others when its source has changed; each digest is there once.
  const keyOf = ({ index, digest }: SavedLayer): string => (kind === 'copy' ? (digest ?? '') : String(index));
  const rest = new Map(earlier.layers.map((layer) => [keyOf(layer), layer]));
  const merged = later.layers.map((layer) => {
    const before = rest.get(keyOf(layer));
    rest.delete(keyOf(layer));
    return before === undefined ? layer : mergeLayers(before, layer);
  });
  const layers = [...merged, ...rest.values()].sort((one, other) => one.index - other.index);
  const linkRate = later.linkRate ?? earlier.linkRate;
  // What a job left that was killed names no manifest, and is of the time before.
  const manifestDigest = later.manifestDigest ?? earlier.manifestDigest;
  return { ...later, manifestDigest, linkRate, layers, sums: sumsOf(layers, { encodeRate, linkRate }) };
}

function mergeLayers(earlier: SavedLayer, later: SavedLayer): SavedLayer {
  const brought = earlier.verdict === 'upload' || earlier.verdict === 'mount';
  const found = later.verdict === 'present' && later.digest === earlier.digest;
  const kept = later.verdict === null || (brought && found) ? earlier : later;
  return {
    ...kept,
    read: earlier.read + later.read,
    encoded: earlier.encoded + later.encoded,
    sent: earlier.sent + later.sent,
    stored: earlier.stored + later.stored,
  };
}
