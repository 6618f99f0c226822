import type { KeyboardEvent, MouseEvent } from 'react';
import { selectTags, selectTagsUpTo, toggleTags } from '../../state/tag-selection.ts';

/** How a click or key selects. */
export type TagChoice = 'only' | 'toggle' | 'range';

/** What a click selects: with Shift a range, with Ctrl or ⌘ it adds or takes out. */
export function choiceOfClick(event: Pick<MouseEvent, 'shiftKey' | 'metaKey' | 'ctrlKey'>): TagChoice {
  if (event.shiftKey) return 'range';
  return event.metaKey || event.ctrlKey ? 'toggle' : 'only';
}

/** What a key that moves selects: with Shift a range, with Ctrl or ⌘ nothing (null). */
export function choiceOfMove(event: Pick<KeyboardEvent, 'shiftKey' | 'metaKey' | 'ctrlKey'>): TagChoice | null {
  if (event.metaKey || event.ctrlKey) return null;
  return event.shiftKey ? 'range' : 'only';
}

/** Selects tags of a place, `host/repository`. `order`: all tags as they are listed, for a range. */
export function chooseTags(place: string, tags: readonly string[], choice: TagChoice, order: readonly string[]): void {
  switch (choice) {
    case 'only':
      selectTags(place, tags);
      break;
    case 'toggle':
      toggleTags(place, tags);
      break;
    case 'range':
      selectTagsUpTo(place, tags, order);
      break;
  }
}
