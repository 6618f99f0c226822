import { ChevronDown, ChevronUp } from 'lucide-react';
import { type ReactElement, type ReactNode, useMemo, useRef, useState } from 'react';
import { remPx } from '../../ui/text-width.ts';
import { useRowWindow } from '../weave/use-row-window.ts';
import './savings-tables.css';

/** A column that can be sorted by. */
export interface SortedColumn<Row> {
  readonly id: string;
  readonly head: string;
  /** Figures stand right, words left. */
  readonly figures: boolean;
  /** What is compared; null comes last. */
  readonly value: (row: Row) => number | string | null;
  readonly cell: (row: Row) => ReactNode;
}

/** See {@link SortedTable}. */
export interface SortedTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly columns: readonly SortedColumn<Row>[];
  /** The order until a head is pressed; null = as the rows come. */
  readonly first: { readonly by: string; readonly descending: boolean } | null;
  /** Said where there is no row. */
  readonly empty: string;
}

/** The rows in the order of a column. */
export function sortedRows<Row>(
  rows: readonly Row[],
  value: (row: Row) => number | string | null,
  descending: boolean,
): readonly Row[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return (left - right) * sign;
    return String(left).localeCompare(String(right), 'en', { numeric: true }) * sign;
  });
}

/** Height of a row in rem. */
const ROW = 1.625;

/** A table whose heads sort it. Over 200 rows only those in sight are in the document. */
export function SortedTable<Row>(props: SortedTableProps<Row>): ReactElement {
  const { label, rows, keyOf, columns, first, empty } = props;
  const [order, setOrder] = useState(first);
  const scroller = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => {
    const column = columns.find(({ id }) => id === order?.by);
    return order === null || column === undefined ? rows : sortedRows(rows, column.value, order.descending);
  }, [rows, columns, order]);
  const sight = useRowWindow(scroller, sorted.length, ROW * remPx());
  const Arrow = order?.descending === true ? ChevronDown : ChevronUp;
  if (rows.length === 0) return <p className="savings-nothing">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with the keyboard
    <section ref={scroller} className="savings-scroll" aria-label={label} tabIndex={0}>
      <table className="table savings-table" aria-label={label} aria-rowcount={sorted.length + 1}>
        <thead>
          <tr>
            {columns.map(({ id, head, figures }) => (
              <th
                key={id}
                className={figures ? 'end' : undefined}
                aria-sort={order?.by !== id ? 'none' : order.descending ? 'descending' : 'ascending'}
              >
                <button
                  type="button"
                  onClick={() => {
                    setOrder((before) => ({ by: id, descending: before?.by === id ? !before.descending : figures }));
                  }}
                >
                  {head}
                  {order?.by === id && <Arrow size={11} strokeWidth={1.75} aria-hidden="true" />}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sight.before > 0 && <tr className="rows-away" style={{ height: sight.before }} />}
          {sorted.slice(sight.first, sight.last).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ id, figures, cell }) => (
                <td key={id} className={figures ? 'end' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          {sight.after > 0 && <tr className="rows-away" style={{ height: sight.after }} />}
        </tbody>
      </table>
    </section>
  );
}
