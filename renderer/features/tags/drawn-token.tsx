import { Move, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import './tags.css';

/** The token of a tag that will come to a digest: it is drawn and not there yet. */
export function DrawnToken({ tag, state }: { readonly tag: string; readonly state: 'new' | 'moves' }): ReactElement {
  const { t } = useTranslation('tags');
  const words = t(state === 'new' ? 'legendNew' : 'legendMoves');
  const Icon = state === 'new' ? Plus : Move;
  return (
    <span className="tag-token" data-state={state} data-tip={words}>
      <Icon size={11} strokeWidth={1.75} aria-hidden="true" />
      {tag}
      <span className="for-readers"> {words}</span>
    </span>
  );
}
