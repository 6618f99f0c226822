import { type AriaAttributes, type KeyboardEvent, useId, useState } from 'react';
import type { TargetSuggestion } from './target-suggestions.ts';

/** The list under a field: which of it Enter takes, and the keys that walk and leave it. */
export interface Picking {
  readonly listId: string;
  readonly isOpen: boolean;
  /** -1 = none. */
  readonly active: number;
  /** What a combobox says of its list, beside whether it is open. */
  readonly combobox: Pick<AriaAttributes, 'aria-autocomplete' | 'aria-controls' | 'aria-activedescendant'>;
  readonly open: () => void;
  readonly close: () => void;
  readonly take: (suggestion: TargetSuggestion) => void;
  /** True if the key was for the list. */
  readonly press: (event: KeyboardEvent) => boolean;
}

/** The id of an option, for `aria-activedescendant`. */
export function suggestionId(listId: string, place: number): string {
  return `${listId}-${String(place)}`;
}

/** Walks the suggestions of a field. */
export function usePicking(
  suggestions: readonly TargetSuggestion[],
  onTake: (suggestion: TargetSuggestion) => void,
): Picking {
  const listId = useId();
  const [wanted, setWanted] = useState(false);
  const [place, setPlace] = useState(-1);
  const isOpen = wanted && suggestions.length > 0;
  const active = isOpen ? Math.min(place, suggestions.length - 1) : -1;

  function show(open: boolean): void {
    setWanted(open);
    setPlace(-1);
  }

  function take(suggestion: TargetSuggestion): void {
    show(false);
    onTake(suggestion);
  }

  function press(event: KeyboardEvent): boolean {
    const chosen = suggestions[active];
    if (event.key === 'ArrowDown' && suggestions.length > 0) {
      setWanted(true);
      setPlace(active + 1 < suggestions.length ? active + 1 : 0);
    } else if (event.key === 'ArrowUp' && isOpen) setPlace(active > 0 ? active - 1 : suggestions.length - 1);
    else if (event.key === 'Enter' && chosen !== undefined && !event.metaKey && !event.ctrlKey) take(chosen);
    else if (event.key === 'Escape' && isOpen) show(false);
    else return false;
    event.preventDefault();
    // Escape would close the sheet too.
    event.stopPropagation();
    return true;
  }

  return {
    listId,
    isOpen,
    active,
    combobox: {
      'aria-autocomplete': 'list',
      'aria-controls': isOpen ? listId : undefined,
      'aria-activedescendant': active < 0 ? undefined : suggestionId(listId, active),
    },
    open: () => {
      show(true);
    },
    close: () => {
      show(false);
    },
    take,
    press,
  };
}
