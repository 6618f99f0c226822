import type { OfferedWay } from '../../../shared/models/tag-edit.ts';
import type { HostAbilities } from '../registry/hosts/host-abilities.ts';

/** What one registry deletes. */
export type DeleteAbilities = Pick<HostAbilities, 'tagDelete' | 'digestDelete'>;

/** Tags that are taken from one manifest. */
export interface Deletion {
  /** Tags of it that go. */
  readonly going: readonly string[];
  /** Tags of it that are to stay. */
  readonly staying: readonly string[];
  /** Those of `staying` that the same set of changes puts there: nobody has to be asked about them. */
  readonly written: readonly string[];
  /** Tags of indexes whose child it is: without the manifest they are broken. */
  readonly neededBy: readonly string[];
  /** The repository's list has names that no request can ask for: nobody knows which manifest they are at. */
  readonly unasked: boolean;
}

/** Requests to look before a deletion and after it, for each tag. */
const LOOKS = 2;

/**
 * The ways to take tags from a manifest, the gentlest first. A manifest that an index needs is never deleted, nor one
 * that names may be at which cannot be asked for.
 */
export function waysFor({ tagDelete, digestDelete }: DeleteAbilities, deletion: Deletion): OfferedWay[] {
  const none = { alsoRemoved: [], putBack: [] };
  switch (tagDelete) {
    case 'tag':
      return [{ way: 'tag', ...none, requests: 1 + LOOKS }];
    case 'harborApi':
    case 'acrApi':
      return [{ way: tagDelete, ...none, requests: 1 + LOOKS }];
    case 'hubApi':
      // Signs in to the other host first.
      return [{ way: tagDelete, ...none, requests: 2 + LOOKS }];
    case 'refused':
      return [];
    case 'digest':
    case 'unknown':
      return digestDelete === 'no' ? [] : waysByDigest(deletion);
  }
}

function waysByDigest({ going, staying, written, neededBy, unasked }: Deletion): OfferedWay[] {
  const others = [...staying];
  // A trial, then for each tag its config, its manifest and the deletion.
  const placeholder: OfferedWay = {
    way: 'placeholder',
    alsoRemoved: [],
    putBack: [],
    requests: 5 + going.length * (5 + LOOKS),
  };
  if (neededBy.length > 0 || unasked) return [placeholder];
  const looks = LOOKS * (going.length + others.length) + 2;
  if (others.length === 0) return [{ way: 'digest', alsoRemoved: [], putBack: [], requests: 1 + looks }];
  return [
    placeholder,
    { way: 'digestAndRestore', alsoRemoved: [], putBack: others, requests: 1 + looks + others.length },
    // What was just put there is not to go with it.
    ...(written.length > 0 ? [] : [{ way: 'digest' as const, alsoRemoved: others, putBack: [], requests: 1 + looks }]),
  ];
}

/**
 * Whether a way touches nothing but tags of the set of changes, so that nobody has to choose it. A placeholder writes
 * something new: it is always chosen.
 */
export function isExact({ way, alsoRemoved, putBack }: OfferedWay, written: ReadonlySet<string>): boolean {
  return way !== 'placeholder' && alsoRemoved.length === 0 && putBack.every((tag) => written.has(tag));
}

/** Whether tags go with their digests there, as far as is known: then all tags of a digest have to be known. */
export function deletesByDigest(abilities: DeleteAbilities | Error | null): boolean {
  if (abilities === null || abilities instanceof Error) return false;
  return abilities.tagDelete === 'digest' || abilities.tagDelete === 'unknown';
}
