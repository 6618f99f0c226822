import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CompareRow,
  DIFFERENCE_KINDS,
  type DifferenceKind,
  type PlaceKind,
} from '../../../shared/models/differences.ts';
import { Segments } from '../../ui/segments.tsx';
import { CompareTable, type CompareTableProps } from './compare-table.tsx';

/** Which differences are listed. */
export type DifferenceFilter = 'all' | DifferenceKind;

const FILTERS: readonly DifferenceFilter[] = ['all', ...DIFFERENCE_KINDS];

/** The differences that a filter lets through. */
export function ofFilter(differences: readonly CompareRow[], filter: DifferenceFilter): readonly CompareRow[] {
  return filter === 'all' ? differences : differences.filter(({ kind }) => kind === filter);
}

/** See {@link DifferenceList}. */
export interface DifferenceListProps extends Omit<CompareTableProps, 'label'> {
  /** All of them; `rows` are those that are listed. */
  readonly differences: readonly CompareRow[];
  readonly filter: DifferenceFilter;
  readonly onFilter: (filter: DifferenceFilter) => void;
  /** The kind that the legend filters by, in place of the filter; null = it does not. */
  readonly kept: PlaceKind | null;
  /** Takes the legend's filter back. */
  readonly onClear: () => void;
}

/** The places where two disks differ, or those of the kind that was chosen in the legend. */
export function DifferenceList(props: DifferenceListProps): ReactElement {
  const { differences, filter, onFilter, kept, onClear, ...table } = props;
  const { t } = useTranslation('compare');
  const name = kept === null ? t('differences') : t(`kind.${kept}`);
  return (
    <section className="compare-differences" aria-label={t('differences')}>
      <div className="compare-differences-head">
        <h2>{name}</h2>
        {kept === null ? (
          <Segments
            label={t('differences')}
            choices={FILTERS}
            value={filter}
            words={(kind) => t(`filter.${kind}`)}
            count={(kind) => ofFilter(differences, kind).length}
            onChange={onFilter}
          />
        ) : (
          <button type="button" className="link-button" onClick={onClear}>
            {t('clearFilter')}
          </button>
        )}
      </div>
      {table.rows.length === 0 ? (
        <p className="compare-empty">{t(filter === 'all' ? 'noDifference' : 'noneOfThese')}</p>
      ) : (
        <CompareTable {...table} label={name} />
      )}
    </section>
  );
}
