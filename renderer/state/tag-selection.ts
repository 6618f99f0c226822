import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Repository } from '../../shared/models/registry.ts';

/** A tag and the digest that the person sees it point at. */
export interface SelectedTag {
  readonly tag: string;
  readonly digest: string;
}

/** Which tags are selected: always of one repository. */
export interface TagSelection {
  /** `host/repository`; null = nothing is selected. */
  readonly place: string | null;
  readonly tags: ReadonlySet<string>;
  /** Where a range begins. */
  readonly anchor: string | null;
}

const NOTHING: TagSelection = { place: null, tags: new Set(), anchor: null };

/** The selected tags of the window: what tag edits, copies and drags begin with. */
export const tagSelectionStore = createStore<TagSelection>(() => NOTHING);

/** The selection within one repository; of another one, nothing. */
function within(place: string): TagSelection {
  const selection = tagSelectionStore.getState();
  return selection.place === place ? selection : { ...NOTHING, place };
}

/** Selects these tags and no others; a range goes on from the first. */
export function selectTags(place: string, tags: readonly string[]): void {
  tagSelectionStore.setState({ place, tags: new Set(tags), anchor: tags[0] ?? null }, true);
}

/** Adds tags to the selection, or takes them out where all of them are in it. */
export function toggleTags(place: string, tags: readonly string[]): void {
  const { tags: before } = within(place);
  const all = tags.every((tag) => before.has(tag));
  const after = new Set(before);
  for (const tag of tags)
    if (all) after.delete(tag);
    else after.add(tag);
  tagSelectionStore.setState({ place, tags: after, anchor: tags[0] ?? null }, true);
}

/** Selects from where the last choice was made up to these tags, in the order in which they are drawn. */
export function selectTagsUpTo(place: string, tags: readonly string[], order: readonly string[]): void {
  const { anchor } = within(place);
  const from = anchor === null ? -1 : order.indexOf(anchor);
  if (from < 0) {
    selectTags(place, tags);
    return;
  }
  const reached = tags.map((tag) => order.indexOf(tag)).filter((at) => at >= 0);
  const first = Math.min(from, ...reached);
  const last = Math.max(from, ...reached);
  tagSelectionStore.setState({ place, tags: new Set(order.slice(first, last + 1)), anchor }, true);
}

/** Selects nothing. */
export function clearTagSelection(): void {
  tagSelectionStore.setState(NOTHING, true);
}

/** Selected tags of a repository with the digests that they have now; those that are gone are left out. */
export function selectedTags({ tags }: Pick<TagSelection, 'tags'>, { groups }: Repository): SelectedTag[] {
  return groups.flatMap(({ digest, tags: names }) =>
    names.filter((tag) => tags.has(tag)).map((tag) => ({ tag, digest })),
  );
}

const NO_TAGS: ReadonlySet<string> = new Set();

/** Names of the selected tags of a repository (`host/repository`). */
export function useSelectedNames(place: string): ReadonlySet<string> {
  return useStore(tagSelectionStore, (selection) => (selection.place === place ? selection.tags : NO_TAGS));
}

/** The selected tags of a repository (`host/repository`) with their digests. */
export function useSelectedTags(place: string, repository: Repository): readonly SelectedTag[] {
  const tags = useSelectedNames(place);
  return useMemo(() => (tags.size === 0 ? [] : selectedTags({ tags }, repository)), [tags, repository]);
}
