import { AppError } from '../../../shared/errors/app-error.ts';
import type { CopyRequest } from '../../../shared/models/copy.ts';
import { askPresence, askStates, askTags, missingBlobs } from './ask-targets.ts';
import { type CopyDraft, draftCopy, isWanted, type WantedTarget } from './copy-draft.ts';
import type { CopyPlanningParts } from './copy-parts.ts';
import type { ImageTree } from './image-tree.ts';
import { placeBelongings } from './place-belongings.ts';
import { type Belongings, readBelongings } from './read-belongings.ts';
import { findImages, readTree, readTrees, wantedCopies } from './read-images.ts';

/**
 * Finds out what a copy would do, target by target and blob by blob; nothing is sent. Every tag is looked at before a
 * manifest is read, so that an image whose tags all stay costs no more.
 *
 * @throws AppError `reference.invalid`, `manifest.notFound`, `manifest.invalid`, and what either side refuses
 */
export async function planCopy(
  parts: CopyPlanningParts,
  request: CopyRequest,
  signal: AbortSignal,
): Promise<CopyDraft> {
  const copies = await wantedCopies(parts, request, signal);
  const found = await findImages(parts, copies, signal);
  const targets = await askTags(parts, request, new Map(copies.flatMap((copy) => pairOf(copy, found))), signal);
  const needed = targets.flatMap(({ placements }) => placements.filter(isWanted).map(({ image }) => image));
  const trees = await readTrees(parts, needed, signal);
  const placed = request.referrers ? await withBelongings(parts, request, targets, trees, signal) : targets;
  const images = copies.flatMap((copy) => found.get(copy) ?? []);
  const draft = draftCopy(
    images.map((image) => ({ ...image, mediaType: trees.get(image.digest)?.root.mediaType ?? image.mediaType })),
    ({ digest }) => {
      const tree = trees.get(digest);
      if (tree === undefined) throw new AppError('internal', { message: 'an image was not read' });
      return tree;
    },
    placed,
    parts.requests,
  );
  await askPresence(parts, draft, signal);
  await findHere(parts, draft, signal);
  return draft;
}

/** The targets with what belongs to their images; its tags are looked at as well. */
async function withBelongings(
  parts: CopyPlanningParts,
  request: CopyRequest,
  targets: readonly WantedTarget[],
  trees: Map<string, ImageTree>,
  signal: AbortSignal,
): Promise<WantedTarget[]> {
  const belongings = new Map<string, Belongings[]>();
  for (const { placements } of targets) {
    for (const { image } of placements.filter(isWanted)) {
      const tree = trees.get(image.digest);
      if (tree === undefined || belongings.has(image.digest)) continue;
      const read = (digest: string): Promise<ImageTree> => readTree(parts, image.source, digest, signal);
      belongings.set(image.digest, await readBelongings(parts, image.source, tree, read, signal));
    }
  }
  const placed = placeBelongings(parts, targets, belongings, trees);
  const added = placed.map((target) => ({
    ...target,
    placements: target.placements.filter(({ belongs }) => belongs === true),
  }));
  await askStates(parts, request, added, signal);
  return placed;
}

/** Looks on this computer for what has to be sent. */
async function findHere(parts: CopyPlanningParts, draft: CopyDraft, signal: AbortSignal): Promise<void> {
  const missing = new Set(draft.targets.flatMap(missingBlobs));
  const sent = [...missing].filter(({ index }) =>
    draft.targets.some(({ outcomes }) => {
      const outcome = outcomes.get(index);
      return outcome?.verdict === 'upload' || outcome?.reason === 'mountUntried';
    }),
  );
  const wanted = sent.map(({ digest, size, sources }) => ({
    digest,
    size,
    from: sources.map(({ registry }) => registry),
  }));
  const here = await parts.localBlobs(wanted, signal);
  for (const row of sent) row.local = here.get(row.digest) ?? null;
}

/** In the order of the request, whichever answered first. */
function pairOf<Key, Value>(key: Key, values: ReadonlyMap<Key, Value>): [Key, Value][] {
  const value = values.get(key);
  return value === undefined ? [] : [[key, value]];
}

/** @throws AppError `tag.conflict` where a tag is not what the person was shown, unless they agreed */
export function refuseConflicts({ targets }: CopyDraft, { force }: CopyRequest): void {
  if (force) return;
  for (const { placements } of targets)
    for (const { references } of placements)
      for (const { state, reference, previousDigest } of references)
        if (state === 'conflict') throw new AppError('tag.conflict', { reference, digest: previousDigest });
}

/** @throws AppError `registry.layerLimit` where a registry takes fewer layers in a manifest than an image has */
export function refuseTooManyLayers({ clientOf }: CopyPlanningParts, { targets }: CopyDraft): void {
  for (const { registry, placements } of targets) {
    const limit = clientOf(registry).profile.layerLimit;
    if (limit === null) continue;
    for (const { rows } of placements) {
      const layers = rows.filter(({ manifest, kind }) => manifest === null && kind !== 'config').length;
      if (layers > limit) throw new AppError('registry.layerLimit', { host: registry, limit, layers });
    }
  }
}
