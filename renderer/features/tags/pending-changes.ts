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
  const pending = new Map(pendingOf(place).map((one) => [one.id, one]));
  const byTag = new Map<string, PendingChange>();
  for (const one of pending.values()) for (const tag of tagsOfChange(one.change)) byTag.set(tag, one);
  for (const change of changes) {
    const overlapping = tagsOfChange(change).flatMap((tag) => byTag.get(tag) ?? []);
    for (const other of overlapping) {
      pending.delete(other.id);
      for (const tag of tagsOfChange(other.change)) byTag.delete(tag);
    }
    const undoesAdd = overlapping.some(({ change: { kind, tag } }) => kind === 'add' && tag === change.tag);
    if (change.kind === 'remove' && undoesAdd) continue;
    lastId += 1;
    const one = { id: lastId, change };
    pending.set(one.id, one);
    for (const tag of tagsOfChange(change)) byTag.set(tag, one);
  }
  set(place, [...pending.values()]);
}

/** Takes changes out of the list. */
export function dropPending(place: string, ids: readonly number[]): void {
  const dropped = new Set(ids);
  set(
    place,
    pendingOf(place).filter(({ id }) => !dropped.has(id)),
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
