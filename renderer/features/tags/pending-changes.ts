import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TagChange } from '../../../shared/models/tag-edit.ts';

/** A change that is drawn and not made yet. */
export interface PendingChange {
  readonly id: number;
  readonly change: TagChange;
}

interface PendingChanges {
  /** By `host/repository`, in the order in which they were made; changes that one act made stand together. */
  readonly places: ReadonlyMap<string, readonly PendingChange[]>;
}

let lastId = 0;
const NONE: readonly PendingChange[] = [];

/** Pending tag changes of the window; they stay while it is open, whatever is shown. */
export const pendingStore = createStore<PendingChanges>(() => ({ places: new Map() }));

function set(place: string, changes: readonly PendingChange[]): void {
  pendingStore.setState(({ places }) => {
    const others = [...places].filter(([other]) => other !== place);
    return { places: new Map(changes.length === 0 ? others : [...others, [place, changes]]) };
  }, true);
}

/** Pending changes of a repository. */
export function pendingOf(place: string): readonly PendingChange[] {
  return pendingStore.getState().places.get(place) ?? NONE;
}

/** The tags that a change is about. */
function tagsOfChange({ tag, to }: TagChange): string[] {
  return to === null ? [tag] : [tag, to];
}

/**
 * Adds changes. A tag is in one change only: what is asked now takes the place of what was asked before, and to remove a tag
 * that was only going to be added is to add nothing.
 */
export function addPending(place: string, changes: readonly TagChange[]): void {
  let pending = [...pendingOf(place)];
  for (const change of changes) {
    const touched = new Set(tagsOfChange(change));
    const overlapping = pending.filter((other) => tagsOfChange(other.change).some((tag) => touched.has(tag)));
    pending = pending.filter((other) => !overlapping.includes(other));
    const undoesAdd = overlapping.some(({ change: { kind, tag } }) => kind === 'add' && tag === change.tag);
    if (change.kind === 'remove' && undoesAdd) continue;
    lastId += 1;
    pending.push({ id: lastId, change });
  }
  set(place, pending);
}

/** Takes changes out of the list. */
export function dropPending(place: string, ids: readonly number[]): void {
  set(
    place,
    pendingOf(place).filter(({ id }) => !ids.includes(id)),
  );
}

/** Takes all changes of a repository out of the list. */
export function discardPending(place: string): void {
  set(place, NONE);
}

/** Hears the pending changes of a repository (`host/repository`). */
export function usePending(place: string): readonly PendingChange[] {
  return useStore(pendingStore, ({ places }) => places.get(place) ?? NONE);
}
