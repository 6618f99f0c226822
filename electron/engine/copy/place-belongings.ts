import type { PlanReference } from '../../../shared/models/plan.ts';
import { isReferrerTag } from '../../../shared/models/referrer-tag.ts';
import { fallbackTagOf } from '../registry/referrers.ts';
import type { CopyImage, WantedTarget } from './copy-draft.ts';
import { isWanted } from './copy-draft.ts';
import type { CopyPlanningParts } from './copy-parts.ts';
import { repositoryPlaceOf } from './copy-source.ts';
import type { ImageTree } from './image-tree.ts';
import type { Belongings } from './read-belongings.ts';

/** What belongs to the images of a copy, by their digest. */
export type BelongingsOf = ReadonlyMap<string, readonly Belongings[]>;

/**
 * The targets with what belongs to their images: by digest where the registry lists referrers itself, else under the tag of
 * the list as well; what cosign tagged under the same tags. `trees` learns what is placed.
 */
export function placeBelongings(
  parts: CopyPlanningParts,
  targets: readonly WantedTarget[],
  belongingsOf: BelongingsOf,
  trees: Map<string, ImageTree>,
): WantedTarget[] {
  return targets.map((target) => {
    const added = new Map<string, { image: CopyImage; references: PlanReference[]; belongs: true }>();
    const place = (from: CopyImage, tree: ImageTree, tag: string | null): void => {
      const { digest, mediaType } = tree.root;
      trees.set(digest, tree);
      const image = { source: { ...from.source, reference: digest }, digest, mediaType };
      const placement = added.get(digest) ?? { image, references: [], belongs: true };
      added.set(digest, placement);
      if (tag === null || placement.references.some((reference) => reference.tag === tag)) return;
      placement.references.push({ reference: referenceIn(target, tag), tag, state: 'new', previousDigest: null });
    };
    const asked = new Set(target.placements.flatMap(({ references }) => references.map(({ tag }) => tag)));
    for (const placement of target.placements.filter(isWanted)) {
      for (const { subject, referrers, list, tagged } of belongingsOf.get(placement.image.digest) ?? []) {
        for (const tree of referrers) place(placement.image, tree, null);
        const listTag = fallbackTagOf(subject);
        if (list !== null && parts.listsReferrers(target.registry) !== 'yes' && !asked.has(listTag))
          place(placement.image, listTree(list, referrers), listTag);
        for (const { tag, tree } of tagged) if (!asked.has(tag)) place(placement.image, tree, tag);
      }
    }
    return { ...target, placements: [...target.placements, ...added.values()] };
  });
}

/** The list as an image whose children are what it names. */
function listTree(list: ImageTree['root'], referrers: readonly ImageTree[]): ImageTree {
  const manifests = new Map(referrers.flatMap((tree) => tree.manifests.map((manifest) => [manifest.digest, manifest])));
  const blobs = new Map(referrers.flatMap((tree) => tree.blobs.map((blob) => [blob.digest, blob])));
  return { root: list, manifests: [...manifests.values(), list], blobs: [...blobs.values()] };
}

function referenceIn({ registry, repository, place }: WantedTarget, tag: string): string {
  const name = place === 'registry' ? `${registry}/${repository}` : `${registry}:${repository}`;
  return repositoryPlaceOf(name).referenceOf(tag);
}

/** Whether a tag is the list of what refers to a manifest: it is added to, never taken from somebody. */
export function isListTag(tag: string): boolean {
  return isReferrerTag(tag) && !tag.includes('.');
}
