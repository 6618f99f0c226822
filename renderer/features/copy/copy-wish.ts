import type { CopyDocument, CopyRequest } from '../../../shared/models/copy.ts';
import { PLAIN_COPY } from '../../../shared/models/copy.ts';
import type { PlanReference } from '../../../shared/models/plan.ts';
import type { ImageCargo } from '../drag/cargo.ts';

/** A repository that images go to. */
export interface CopyPlace {
  /** `host[:port]` */
  readonly host: string;
  readonly repository: string;
}

/** What happens to tags of the target that have another image. */
export type Existing = 'skip' | 'overwrite' | 'rename';

/** A copy as the person wants it. */
export interface CopyWish {
  readonly cargo: ImageCargo;
  readonly place: CopyPlace;
  /** Tags that are called otherwise at the target, by their name at the source. */
  readonly names: ReadonlyMap<string, string>;
  /** Null = nobody was asked yet. */
  readonly existing: Existing | null;
  readonly referrers: boolean;
}

/** What becomes of one tag that is copied. */
export interface CopiedTag {
  /** At the source; null = a tag of a repository that was not read before the plan. */
  readonly tag: string | null;
  readonly digest: string | null;
  /** At the target. */
  readonly to: string;
  /** Null = the plan does not say it yet. */
  readonly state: PlanReference['state'] | null;
  /** What the tag names at the target now; null = nothing, or not known. */
  readonly previousDigest: string | null;
}

/** Most targets that one source of a request takes. */
const MOST_TARGETS = 64;

function slices<Item>(items: readonly Item[], most: number): Item[][] {
  const found: Item[][] = [];
  for (let at = 0; at < items.length; at += most) found.push(items.slice(at, at + most));
  return found;
}

/**
 * The request of a copy. A digest is named by itself, so that what was picked up is what is copied; a whole repository is
 * copied as it is when the copy begins, and tags with other names besides.
 */
export function copyRequest({ cargo, place, names, existing, referrers }: CopyWish): CopyRequest {
  const source = `${cargo.host}/${cargo.repository}`;
  const target = `${place.host}/${place.repository}`;
  const images = cargo.images.flatMap(({ digest, tags }) => {
    const own = cargo.whole ? tags.filter((tag) => names.has(tag)) : tags;
    const targets = own.map((tag) => `${target}:${names.get(tag) ?? tag}`);
    return slices(targets, MOST_TARGETS).map((some) => ({ source: `${source}@${digest}`, targets: some }));
  });
  return {
    ...PLAIN_COPY,
    referrers,
    existing: existing === 'overwrite' || existing === null ? 'overwrite' : 'skip',
    images,
    repositories: cargo.whole ? [{ source, targets: [target] }] : [],
  };
}

/** What the person was shown of each tag of the target, so that one that moved since is noticed. */
export function shownTags(plan: CopyDocument): Record<string, string | null> {
  return Object.fromEntries(
    plan.targets.flatMap(({ references }) =>
      references.map(({ reference, previousDigest }) => [reference, previousDigest]),
    ),
  );
}

/** Every tag of a copy with what the plan says of it. */
export function copiedTags({ cargo, names }: CopyWish, plan: CopyDocument | null): readonly CopiedTag[] {
  const planned = new Map(plan?.targets.flatMap(({ references }) => references.map((one) => [one.tag, one])) ?? []);
  const known = cargo.images.flatMap(({ digest, tags }) => tags.map((tag) => ({ tag, digest })));
  const own = known.map(({ tag, digest }): CopiedTag => {
    const to = names.get(tag) ?? tag;
    const found = planned.get(to);
    return { tag, digest, to, state: found?.state ?? null, previousDigest: found?.previousDigest ?? null };
  });
  const told = new Set(own.map(({ to }) => to));
  // A whole repository whose tags were not read, or that got more of them since; a name that was given up stays out.
  const others = [...planned.values()].filter(({ tag }) => !told.has(tag) && !names.has(tag));
  return [
    ...own,
    ...others.map(
      ({ tag, state, previousDigest }): CopiedTag => ({ tag: null, digest: null, to: tag, state, previousDigest }),
    ),
  ];
}

/** Whether a tag of the target has another image, whatever was decided about it. */
export function isTaken({ state }: Pick<CopiedTag, 'state'>): boolean {
  return state === 'moves' || state === 'kept' || state === 'conflict';
}

/** A name beside those that are taken: `latest-2`, `latest-3`. */
export function freeName(tag: string, taken: ReadonlySet<string>): string {
  // The longest tag has 128 characters.
  const base = tag.slice(0, 122);
  for (let number = 2; ; number += 1) {
    const name = `${base}-${String(number)}`;
    if (!taken.has(name)) return name;
  }
}
