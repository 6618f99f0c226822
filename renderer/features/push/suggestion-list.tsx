import { Package, Tag } from 'lucide-react';
import type { ReactElement, RefObject } from 'react';
import { Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { OptionRow } from '../../ui/option-row.tsx';
import type { TargetSuggestion } from './target-suggestions.ts';
import { type Picking, suggestionId } from './use-picking.ts';
import './suggestion-list.css';

/** What is suggested below a field, and which of it is marked. */
export interface SuggestionListProps {
  /** The list stands under it and is as wide. */
  readonly field: RefObject<HTMLElement | null>;
  readonly suggestions: readonly TargetSuggestion[];
  /** Which of them is marked, and what becomes of it. */
  readonly picking: Picking;
}

/** What a target field can be filled with; the focus stays in the field. */
export function SuggestionList(props: SuggestionListProps): ReactElement {
  const { field, suggestions, picking } = props;
  const { listId: id, active, isOpen, close, take } = picking;
  const { t } = useTranslation('push');
  return (
    <Popover
      className="popover suggestion-popover"
      isNonModal
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      triggerRef={field}
      placement="bottom start"
      offset={4}
      aria-label={t('suggestions')}
    >
      <div id={id} role="listbox" aria-label={t('suggestions')} className="suggestions" tabIndex={-1}>
        {suggestions.map((suggestion, place) => (
          <OptionRow
            key={suggestion.text}
            id={suggestionId(id, place)}
            className="suggestion"
            icon={suggestion.kind === 'tag' ? Tag : Package}
            active={place === active}
            onTake={() => take(suggestion)}
          >
            <span>{suggestion.text}</span>
          </OptionRow>
        ))}
      </div>
    </Popover>
  );
}
