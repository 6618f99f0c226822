import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chunkLength, offsetUnit } from '../../../shared/format/disk-offset.ts';
import type { Comparison } from '../../../shared/models/comparison.ts';
import {
  compareRows,
  isDifference,
  kindsOfRow,
  type PlaceKind,
  placeTotals,
} from '../../../shared/models/differences.ts';
import { Segments } from '../../ui/segments.tsx';
import { CompareFigures } from './compare-figures.tsx';
import { CompareLegend } from './compare-legend.tsx';
import { CompareTable } from './compare-table.tsx';
import { CompareWeave } from './compare-weave.tsx';
import { type DifferenceFilter, DifferenceList, ofFilter } from './difference-list.tsx';

const VIEWS = ['weave', 'table'] as const;
type View = (typeof VIEWS)[number];

/** See {@link ComparedDisks}. */
export interface ComparedDisksProps {
  readonly comparison: Comparison;
  /** Makes the plan of bringing A to B's repository; null = there is none to make. */
  readonly onPlan: (() => void) | null;
}

/** Two disks that were compared: figures, both weaves or a table of every chunk, and the places where they differ. */
export function ComparedDisks({ comparison, onPlan }: ComparedDisksProps): ReactElement {
  const { chunks, chunkSize } = comparison;
  const { t } = useTranslation('compare');
  const [view, setView] = useState<View>('weave');
  const [filter, setFilter] = useState<DifferenceFilter>('all');
  const [kept, setKept] = useState<PlaceKind | null>(null);
  const [highlighted, setHighlighted] = useState<PlaceKind | null>(null);
  const [marked, setMarked] = useState<number | null>(null);
  const [opened, setOpened] = useState<{ readonly place: number } | null>(null);
  const rows = useMemo(() => compareRows(chunks), [chunks]);
  const differences = useMemo(() => rows.filter(isDifference), [rows]);
  const totals = useMemo(() => placeTotals(chunks), [chunks]);
  // What is compared anew may have none of the kind any more.
  const pressed = totals.some(({ kind }) => kind === kept) ? kept : null;
  const shown = useMemo(() => {
    if (pressed !== null) return rows.filter((row) => kindsOfRow(row).includes(pressed));
    return ofFilter(differences, filter);
  }, [rows, differences, filter, pressed]);

  function open(place: number): void {
    if (!shown.some((row) => row.place === place)) {
      setFilter('all');
      setKept(null);
    }
    setOpened({ place });
  }

  return (
    <>
      <CompareFigures comparison={comparison} onPlan={onPlan} />
      <section className="compare-picture" aria-label={t('weave')}>
        <div className="compare-picture-head">
          <h2>{t('weave')}</h2>
          <p>{t('weaveNote', { count: chunks.length, size: chunkLength(chunkSize) })}</p>
          <Segments label={t('view')} choices={VIEWS} value={view} words={(one) => t(one)} onChange={setView} />
        </div>
        {view === 'weave' ? (
          <>
            <div className="compare-weave">
              <CompareWeave
                comparison={comparison}
                highlighted={highlighted ?? pressed}
                marked={marked}
                onMark={setMarked}
                onOpen={open}
                onToggleTable={() => setView('table')}
              />
            </div>
            <CompareLegend totals={totals} filter={pressed} onHighlight={setHighlighted} onFilter={setKept} />
          </>
        ) : (
          <CompareTable
            rows={rows}
            chunkSize={chunkSize}
            label={t('tableOf', { unit: offsetUnit(chunkSize).name })}
            marked={null}
            onMark={() => undefined}
            opened={null}
          />
        )}
      </section>
      {view === 'weave' && (
        <DifferenceList
          differences={differences}
          rows={shown}
          chunkSize={chunkSize}
          filter={filter}
          onFilter={setFilter}
          kept={pressed}
          onClear={() => setKept(null)}
          marked={marked}
          onMark={setMarked}
          opened={opened}
        />
      )}
    </>
  );
}
