import type { TagChange } from '../../../shared/models/tag-edit.ts';
import type { TagEntry } from './tag-journal.ts';

/**
 * The changes that undo an edit: each tag goes back to where it was, if it is still where the edit left it.
 *
 * @param now what the tags of an edit that broke off point at; it may have come anywhere between before and after
 */
export function undoChanges(entry: TagEntry, now: ReadonlyMap<string, string | null> | null): TagChange[] {
  return entry.tags.flatMap(({ tag, before, after }): TagChange[] => {
    if (now === null) return before === after ? [] : [back(tag, before, after)];
    const found = now.get(tag) ?? null;
    if (found === before) return [];
    // Gone is a place between: it was to be written again.
    return [back(tag, before, found === null ? null : after)];
  });
}

function back(tag: string, before: string | null, expected: string | null): TagChange {
  if (before === null) return { kind: 'remove', tag, digest: null, to: null, expected };
  return { kind: expected === null ? 'add' : 'move', tag, digest: before, to: null, expected };
}
