import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest, isTag } from '../../../shared/models/reference.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';

/** What the person saw a tag point at, null = not there; undefined = it was not looked at before. */
type Seen = string | null | undefined;

/** Where a tag is put: a digest, or whatever another tag points at. */
export type TagTarget = { readonly digest: string } | { readonly from: string };

/** A change, checked: what is put under which tag, and which tag is taken away. */
export interface TagStep {
  readonly change: TagChange;
  /** The tag that gets a digest, its own or that of the tag `from`. */
  readonly put: { readonly tag: string; readonly target: TagTarget; readonly seen: Seen } | null;
  readonly take: { readonly tag: string; readonly seen: Seen } | null;
}

function wrong(field: string, problem: string): never {
  throw new AppError('input.invalid', { method: 'tags', field, problem });
}

function checkedTag(tag: string | null): string {
  if (tag !== null && isTag(tag)) return tag;
  throw new AppError('reference.invalid', { input: tag ?? '', position: 0, expected: 'tag', suggestion: null });
}

function checkedDigest(digest: string | null): string {
  if (digest !== null && isDigest(digest)) return digest;
  throw new AppError('reference.invalid', { input: digest ?? '', position: 0, expected: 'digest', suggestion: null });
}

function targetOf({ digest, from }: TagChange): TagTarget {
  return from === undefined ? { digest: checkedDigest(digest) } : { from: checkedTag(from) };
}

function stepOf(change: TagChange): TagStep {
  const tag = checkedTag(change.tag);
  switch (change.kind) {
    case 'add':
      // A new tag is new: one that is there already was not seen.
      return {
        change,
        put: { tag, target: targetOf(change), seen: change.expected ?? null },
        take: null,
      };
    case 'move':
      return { change, put: { tag, target: targetOf(change), seen: change.expected }, take: null };
    case 'rename':
      return {
        change,
        put: { tag: checkedTag(change.to), target: { from: tag }, seen: change.expectedTo ?? null },
        take: { tag, seen: change.expected },
      };
    case 'remove':
      return { change, put: null, take: { tag, seen: change.expected } };
  }
}

/**
 * Checks a set of changes. A tag may be in one change only: of two nobody could say which comes first.
 *
 * @throws AppError `reference.invalid`, `input.invalid`
 */
export function tagSteps(changes: readonly TagChange[]): TagStep[] {
  const steps = changes.map(stepOf);
  const seen = new Set<string>();
  for (const tag of steps.flatMap(({ put, take }) => [put?.tag, take?.tag])) {
    if (tag === undefined) continue;
    if (seen.has(tag)) wrong('changes', `${tag} twice`);
    seen.add(tag);
  }
  return steps;
}

/** All tags that a step names. */
export function namedTags({ put, take }: TagStep): string[] {
  const from = put !== null && 'from' in put.target ? put.target.from : undefined;
  return [put?.tag, take?.tag, from].filter((tag) => tag !== undefined);
}

/** The digest that a step puts its tag on; null where it puts none, or nothing is there. */
export function targetDigest(
  { put }: TagStep,
  points: ReadonlyMap<string, { readonly digest: string }>,
): string | null {
  if (put === null) return null;
  return 'digest' in put.target ? put.target.digest : (points.get(put.target.from)?.digest ?? null);
}
