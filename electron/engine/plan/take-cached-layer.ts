import { AppError } from '../../../shared/errors/app-error.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { dropClaim } from './layer-claims.ts';
import type { PlanningParts } from './planning-parts.ts';
import {
  ABSENT,
  countWork,
  type DraftLayer,
  type DraftTarget,
  isSentAgain,
  PRESENT,
  type PushDraft,
} from './push-draft.ts';

/** A layer that cached images name, and their repositories; none where the images are not there any more. */
interface NamedLayer {
  readonly digest: string;
  readonly size: number;
  readonly homes: readonly RepositoryName[];
}

/**
 * Spares a chunk its encoding where a cached image's manifest names a layer for its raw bytes and every target has that
 * layer, or can mount it from the repository that the image came from. Only then one chunk of the image is read, to see
 * that the manifest tells the truth. Where a target could get the layer in neither way, our encoder makes its own.
 */
export async function takeCachedLayer(
  parts: PlanningParts,
  draft: PushDraft,
  layer: DraftLayer,
  signal: AbortSignal,
): Promise<void> {
  const { rawDigest, digest, zero, kind, rawSize, local } = layer;
  if (kind !== 'disk' || rawDigest === null || zero || (digest !== null && !local)) return;
  if (draft.source.image !== null || layer.claimed) return;
  const found = await parts.cachedLayers.find(rawDigest, rawSize, signal);
  if (digest !== null && layer.size !== null) {
    // Learned before: the image need not be read again, but somebody must have the layer here too.
    const homes = found.filter((other) => other.digest === digest).map(({ home }) => home);
    if (!(await servesAll(parts, draft, { digest, size: layer.size, homes }, signal))) dropCachedLayer(draft, layer);
    return;
  }
  for (const candidate of found) {
    const { size, home } = candidate;
    if (!(await servesAll(parts, draft, { digest: candidate.digest, size, homes: [home] }, signal))) continue;
    const read = await parts.cachedLayers.confirm(candidate, signal);
    if (read === null) continue;
    countWork(draft, layer, { read });
    layer.digest = candidate.digest;
    layer.size = size;
    layer.local = true;
    layer.origin = 'index';
    return;
  }
}

/** The layer of a cached image cannot be had by all: the chunk is encoded. */
export function dropCachedLayer(draft: PushDraft, layer: DraftLayer): void {
  if (layer.digest !== null) draft.offers.delete(layer.digest);
  layer.digest = null;
  layer.size = null;
  layer.local = false;
  if (layer.claimed) dropClaim(layer);
  if (layer.origin === 'index') layer.origin = 'unknown';
}

/** Whether every target has the layer, or a neighbour in its registry; notes what is found. */
async function servesAll(
  parts: PlanningParts,
  draft: PushDraft,
  named: NamedLayer,
  signal: AbortSignal,
): Promise<boolean> {
  // Who is to get the bytes again needs them from here.
  if (isSentAgain(draft, named.digest)) return false;
  for (const target of draft.targets) {
    if ((await has(parts, target, named, signal)) || (await isOffered(parts, draft, target, named, signal))) continue;
    return false;
  }
  return true;
}

async function has(
  parts: PlanningParts,
  { registry, repository, presence }: DraftTarget,
  { digest, size }: NamedLayer,
  signal: AbortSignal,
): Promise<boolean> {
  const asked = presence.get(digest)?.verdict;
  if (asked !== undefined) return asked === 'present';
  parts.requests.head += 1;
  const there = await parts.clientOf(registry).headBlob(repository, digest, { size, signal });
  presence.set(digest, there ? PRESENT : ABSENT);
  return there;
}

/** Whether a cached image's repository in the target's registry has the layer; notes it. */
async function isOffered(
  parts: PlanningParts,
  draft: PushDraft,
  target: DraftTarget,
  named: NamedLayer,
  signal: AbortSignal,
): Promise<boolean> {
  if (!parts.clientOf(target.registry).profile.mounts) return false;
  for (const home of named.homes) {
    if (home.registry !== target.registry || home.repository === target.repository) continue;
    if (!(await homeHas(parts, home, named, signal))) continue;
    draft.offers.set(named.digest, home);
    return true;
  }
  return false;
}

/** Whether the repository of a cached image still has the layer. It is a help, never a reason to fail. */
async function homeHas(
  parts: PlanningParts,
  { registry, repository }: RepositoryName,
  { digest, size }: NamedLayer,
  signal: AbortSignal,
): Promise<boolean> {
  parts.requests.head += 1;
  try {
    return await parts.clientOf(registry).headBlob(repository, digest, { size, signal, access: 'pull' });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AppError) return false;
    throw thrown;
  }
}
