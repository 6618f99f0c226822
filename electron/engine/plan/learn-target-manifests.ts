import { toAppError } from '../../../shared/errors/app-error.ts';
import type { KnownManifest, LayerPair, RepositoryName } from '../digests/content-index.ts';
import { parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import { accountName } from '../registry/distribution-client.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftTarget, PushDraft } from './push-draft.ts';

/** The pairs that a Tart manifest claims; none for any other kind of image. */
export function claimedPairs(bytes: Uint8Array): LayerPair[] {
  try {
    const manifest = parseManifest(bytes, null);
    const image = manifest.kind === 'image' ? tartImageOf(manifest) : null;
    return (image?.disk ?? []).map(({ rawDigest, rawSize, digest, size }) => ({ rawDigest, rawSize, digest, size }));
  } catch (thrown) {
    // A manifest that does not parse teaches nothing.
    if (toAppError(thrown).code === 'manifest.invalid') return [];
    throw thrown;
  }
}

/**
 * Reads the manifests that the pushed tags point at now, unless they are known: their layers are in the target
 * repository, so a chunk that one of them names needs no encoding there.
 */
export async function learnTargetManifests(parts: PlanningParts, draft: PushDraft, signal: AbortSignal): Promise<void> {
  const named = draft.targets.flatMap(({ states }) => states.flatMap(({ previousDigest }) => previousDigest ?? []));
  const known = new Map(
    (await parts.contentIndex.manifestsNamed(named)).map((manifest) => [manifest.digest, manifest]),
  );
  await Promise.all(
    draft.targets.map(async (target) => {
      const place: RepositoryName = { registry: target.registry, repository: target.repository };
      const digests = new Set(target.states.flatMap(({ previousDigest }) => previousDigest ?? []));
      const seen = await parts.contentIndex.manifestsSeenIn(place, [...digests]);
      for (const digest of digests) {
        if (seen.has(digest)) continue;
        const manifest = known.get(digest) ?? (await fetchManifest(parts, target, digest, signal));
        if (manifest === null) continue;
        const account = accountName(parts.clientOf(target.registry));
        await parts.contentIndex.learnManifest(place, manifest, claimedPairs(manifest.bytes), account);
      }
    }),
  );
}

async function fetchManifest(
  parts: PlanningParts,
  target: DraftTarget,
  digest: string,
  signal: AbortSignal,
): Promise<KnownManifest | null> {
  parts.requests.manifest += 1;
  return await parts.clientOf(target.registry).getManifest(target.repository, digest, { signal });
}
