import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { offsetUnit } from '../../../shared/format/disk-offset.ts';
import type { CompareRow } from '../../../shared/models/differences.ts';
import { revealRow } from '../../ui/reveal-row.ts';
import { stepInRows } from '../../ui/row-steps.ts';
import { remPx } from '../../ui/text-width.ts';
import { useRowWindow } from '../weave/use-row-window.ts';
import { CompareTableRow } from './compare-table-row.tsx';
import './compare-table.css';

/** Height of a row, in rem. */
const ROW_REM = 26 / 16;

/** See {@link CompareTable}. */
export interface CompareTableProps {
  readonly rows: readonly CompareRow[];
  readonly chunkSize: number;
  readonly label: string;
  /** The place that is marked in the weave. */
  readonly marked: number | null;
  readonly onMark: (place: number | null) => void;
  /** A place to go to; a new object goes there again. */
  readonly opened: { readonly place: number } | null;
}

/** Places of two disks in words: one tab stop, arrows move. Only rows in sight are in the document when there are many. */
export function CompareTable({ rows, chunkSize, label, marked, onMark, opened }: CompareTableProps): ReactElement {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const [current, setCurrent] = useState(0);
  const [gone, setGone] = useState(opened);
  const rowHeight = ROW_REM * remPx();
  const sight = useRowWindow(scroller, rows.length, rowHeight);
  const active = Math.min(current, Math.max(0, rows.length - 1));
  // The head stays in sight above the rows.
  const reveal = (at: number): void => revealRow(scroller.current, at, rowHeight, rowHeight);

  if (opened !== gone) {
    setGone(opened);
    const at = rows.findIndex(({ place }) => place === opened?.place);
    if (at >= 0) setCurrent(at);
  }
  useEffect(() => {
    if (opened === null) return;
    const at = rows.findIndex(({ place }) => place === opened.place);
    if (at < 0) return;
    reveal(at);
    table.current?.focus({ preventScroll: true });
    // The rows as they are when somebody goes there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [opened]);

  function press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 2);
    const next = stepInRows(event.key, active, rows.length, page);
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    reveal(next);
    onMark(rows[next]?.place ?? null);
  }

  return (
    <div ref={scroller} className="compare-table">
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are chosen with the arrow keys, as in a grid
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={active >= sight.first && active < sight.last ? `${id}-${String(active)}` : undefined}
        onKeyDown={press}
        onBlur={() => onMark(null)}
      >
        <CompareTableHead chunkSize={chunkSize} />
        <tbody>
          {sight.before > 0 && <Space height={sight.before} />}
          {rows.slice(sight.first, sight.last).map((row, offset) => {
            const at = sight.first + offset;
            return (
              <CompareTableRow
                // A place may have a move on either side.
                key={`${String(row.place)} ${row.kind} ${row.a === row.chunk.a ? 'a' : 'b'}`}
                row={row}
                chunkSize={chunkSize}
                id={`${id}-${String(at)}`}
                at={at}
                active={at === active}
                marked={row.place === marked}
                onChoose={() => setCurrent(at)}
                onMark={onMark}
              />
            );
          })}
          {sight.after > 0 && <Space height={sight.after} />}
        </tbody>
      </table>
    </div>
  );
}

function CompareTableHead({ chunkSize }: { readonly chunkSize: number }): ReactElement {
  const { t } = useTranslation('compare');
  return (
    <thead>
      <tr>
        <th scope="col">#</th>
        <th scope="col">{t('column.range', { unit: offsetUnit(chunkSize).name })}</th>
        <th scope="col">{t('column.kind')}</th>
        <th scope="col">{t('column.digestA')}</th>
        <th scope="col">{t('column.size')}</th>
        <th scope="col">{t('column.digestB')}</th>
        <th scope="col">{t('column.size')}</th>
        <th scope="col">{t('column.alsoIn')}</th>
      </tr>
    </thead>
  );
}

/** The room of the rows that are not in the document. */
function Space({ height }: { readonly height: number }): ReactElement {
  return (
    <tr>
      <td colSpan={8} style={{ height }} />
    </tr>
  );
}
