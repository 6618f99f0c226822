import { Check, Move, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { PlanReference, ReferenceState } from '../../../shared/models/plan.ts';

interface TagTokenProps {
  readonly tag: string;
  /** What the plan says of the reference; null while it says nothing. */
  readonly planned: PlanReference | null;
  readonly onRemove: () => void;
  readonly onEdit: () => void;
  readonly onMove: (step: -1 | 1) => void;
}

/** A tag in a target field: Backspace removes it, Enter and double click edit it, arrows walk. */
export function TagToken({ tag, planned, onRemove, onEdit, onMove }: TagTokenProps): ReactElement {
  const { t } = useTranslation('push');
  const state: ReferenceState | null = planned?.state ?? null;
  const previous = planned?.previousDigest ?? null;
  const moves = state === 'moves' || state === 'conflict';
  const stateWords =
    state === null
      ? null
      : moves && previous !== null
        ? t(`tagStateFrom.${state}`, { digest: shortDigest(previous) })
        : t(`tagState.${state}`);
  return (
    <button
      type="button"
      tabIndex={-1}
      className="target-token"
      data-state={state ?? undefined}
      aria-label={stateWords === null ? tag : `${tag}, ${stateWords}`}
      aria-description={t('tokenKeys')}
      data-tip={[stateWords, t('tokenKeys')].filter((part) => part !== null).join('\n')}
      onDoubleClick={onEdit}
      onKeyDown={(event) => {
        if (event.key === 'Backspace' || event.key === 'Delete') onRemove();
        else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) onEdit();
        else if (event.key === 'ArrowLeft') onMove(-1);
        else if (event.key === 'ArrowRight') onMove(1);
        else return;
        event.preventDefault();
      }}
      onPointerUp={(event) => {
        event.stopPropagation();
        event.currentTarget.focus();
      }}
    >
      {state === 'new' && <Plus size={11} strokeWidth={1.75} aria-hidden="true" />}
      {state === 'same' && <Check size={11} strokeWidth={1.75} aria-hidden="true" />}
      {moves && <Move size={11} strokeWidth={1.75} aria-hidden="true" />}
      {tag}
    </button>
  );
}
