import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Segments } from '../../ui/segments.tsx';
import type { Existing } from './copy-wish.ts';
import './copy-dialog.css';

const CHOICES = ['skip', 'overwrite', 'rename'] as const satisfies readonly Existing[];

/** See {@link TakenTags}. */
export interface TakenTagsProps {
  /** How many tags of the target have another image. */
  readonly count: number;
  /** Null = nobody was asked yet. */
  readonly existing: Existing | null;
  /** The tags are known by name, so they can be called otherwise. */
  readonly renamable: boolean;
  readonly onDecide: (existing: Existing) => void;
}

/** What becomes of tags that are there: one answer for all. */
export function TakenTags({ count, existing, renamable, onDecide }: TakenTagsProps): ReactElement {
  const { t } = useTranslation('copy');
  return (
    <div className="copy-conflicts">
      <span>{existing === null ? t('taken', { count }) : t('takenDecided')}</span>
      <Segments
        label={t('takenLabel')}
        choices={renamable ? CHOICES : CHOICES.slice(0, 2)}
        value={existing}
        words={(choice) => t(`existing.${choice}`)}
        onChange={onDecide}
      />
    </div>
  );
}
