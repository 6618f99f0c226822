import type { DraftLayer, LayerClaim, PushDraft } from './push-draft.ts';

/**
 * Takes what manifests of cached images say of chunks that lie in the images' blocks and that nobody has hashed. Such a pair
 * counts only where each target is the very repository whose manifest states it: there the layer says of itself what it
 * says already. Elsewhere the chunk is read.
 */
export function takeClaims(draft: PushDraft): void {
  for (const layer of draft.layers) {
    if (layer.rawDigest !== null || layer.digest !== null) continue;
    const claim = layer.claims.find((candidate) => statedByAll(draft, candidate));
    if (claim === undefined) continue;
    layer.rawDigest = claim.rawDigest;
    layer.digest = claim.digest;
    layer.size = claim.size;
    layer.local = true;
    layer.claimed = true;
    layer.origin = 'extents';
    layer.base = claim.base;
  }
}

function statedByAll({ targets }: PushDraft, { home }: LayerClaim): boolean {
  return targets.every(({ registry, repository }) => registry === home.registry && repository === home.repository);
}

/** A claimed layer that a target lacks is none: our encoder may make another one of the bytes. The chunk is read. */
export function dropUnservedClaim({ targets }: PushDraft, layer: DraftLayer): void {
  const { claimed, digest } = layer;
  if (!claimed || digest === null) return;
  if (!targets.every(({ presence }) => presence.get(digest)?.verdict === 'present')) dropClaim(layer);
}

/** Forgets what was only claimed of a chunk. */
export function dropClaim(layer: DraftLayer): void {
  layer.rawDigest = null;
  layer.digest = null;
  layer.size = null;
  layer.local = false;
  layer.claimed = false;
  layer.claims = [];
  layer.origin = 'unknown';
  layer.base = null;
}
