import { Package, Tag } from 'lucide-react';
import type { ReactElement, RefObject } from 'react';
import { Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { TargetSuggestion } from './target-suggestions.ts';
import './suggestion-list.css';

/** What is suggested below a field, and which of it is marked. */
export interface SuggestionListProps {
  readonly id: string;
  /** The list stands under it and is as wide. */
  readonly field: RefObject<HTMLElement | null>;
  readonly suggestions: readonly TargetSuggestion[];
  /** Place of the one that Enter takes; -1 = none. */
  readonly active: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onTake: (suggestion: TargetSuggestion) => void;
}

/** The id of an option, for `aria-activedescendant`. */
export function suggestionId(listId: string, place: number): string {
  return `${listId}-${String(place)}`;
}

/** What a target field can be filled with; the focus stays in the field. */
export function SuggestionList(props: SuggestionListProps): ReactElement {
  const { id, field, suggestions, active, isOpen, onClose, onTake } = props;
  const { t } = useTranslation('push');
  return (
    <Popover
      className="popover suggestion-popover"
      isNonModal
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      triggerRef={field}
      placement="bottom start"
      offset={4}
      aria-label={t('suggestions')}
    >
      <div id={id} role="listbox" aria-label={t('suggestions')} className="suggestions" tabIndex={-1}>
        {suggestions.map((suggestion, place) => (
          <SuggestionRow
            key={suggestion.text}
            id={suggestionId(id, place)}
            suggestion={suggestion}
            active={place === active}
            onTake={onTake}
          />
        ))}
      </div>
    </Popover>
  );
}

interface SuggestionRowProps {
  readonly id: string;
  readonly suggestion: TargetSuggestion;
  readonly active: boolean;
  readonly onTake: (suggestion: TargetSuggestion) => void;
}

function SuggestionRow({ id, suggestion, active, onTake }: SuggestionRowProps): ReactElement {
  const Icon = suggestion.kind === 'tag' ? Tag : Package;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      className="suggestion"
      // The press would take the focus from the field.
      onPointerDown={(event) => {
        event.preventDefault();
      }}
      onClick={() => {
        onTake(suggestion);
      }}
    >
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      <span>{suggestion.text}</span>
    </div>
  );
}
