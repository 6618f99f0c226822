import type { ContentIndex } from '../digests/content-index.ts';
import type { DraftLayer, LayerClaim, PushDraft } from './push-draft.ts';

/**
 * Takes what manifests of cached images say of chunks that lie in the images' blocks and that nobody has hashed. Such a pair
 * counts only where every target is a repository whose own manifest states it: there the layer says of itself what it says
 * already. Elsewhere the chunk is read.
 */
export async function takeClaims(
  { contentIndex }: { readonly contentIndex: Pick<ContentIndex, 'statedPairs'> },
  draft: PushDraft,
): Promise<void> {
  const open = draft.layers.filter(({ rawDigest, digest }) => rawDigest === null && digest === null);
  const claims = open.flatMap((layer) => layer.claims.map((claim) => ({ layer, claim })));
  if (claims.length === 0) return;
  const stated = await Promise.all(
    draft.targets.map(async (target) => {
      const known = await contentIndex.statedPairs(
        claims.map(({ claim }) => claim),
        target,
      );
      return claims.map(({ claim }, at) => known[at] === true || isHome(claim, target));
    }),
  );
  for (const [at, { layer, claim }] of claims.entries()) {
    if (layer.digest === null && stated.every((byTarget) => byTarget[at] === true)) take(layer, claim);
  }
}

function isHome({ home }: LayerClaim, { registry, repository }: PushDraft['targets'][number]): boolean {
  return registry === home.registry && repository === home.repository;
}

function take(layer: DraftLayer, { rawDigest, digest, size, base }: LayerClaim): void {
  layer.rawDigest = rawDigest;
  layer.digest = digest;
  layer.size = size;
  layer.local = true;
  layer.claimed = true;
  layer.origin = 'extents';
  layer.base = base;
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
