import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cellDigest, cellSize, placeRange, referenceOf } from '../../../shared/format/compared.ts';
import { offsetUnit } from '../../../shared/format/disk-offset.ts';
import type { AlsoIn } from '../../../shared/models/comparison.ts';
import { type CompareRow, kindsOfRow } from '../../../shared/models/differences.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { remPx } from '../../ui/text-width.ts';
import { useRowWindow } from '../weave/use-row-window.ts';
import { CompareSwatch } from './compare-swatch.tsx';
import { alsoInWords, rowWord } from './compare-words.ts';

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
  const { t } = useTranslation('compare');
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const [current, setCurrent] = useState(0);
  const [gone, setGone] = useState(opened);
  const rowHeight = ROW_REM * remPx();
  const sight = useRowWindow(scroller, rows.length, rowHeight);
  const active = Math.min(current, Math.max(0, rows.length - 1));

  function reveal(at: number): void {
    const element = scroller.current;
    if (element === null) return;
    const top = at * rowHeight;
    // The head stays above the rows.
    const room = element.clientHeight - 2 * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top > element.scrollTop + room) element.scrollTop = top - room;
  }

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
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, wanted));
    setCurrent(next);
    reveal(next);
    onMark(rows[next]?.place ?? null);
  }

  const unit = offsetUnit(chunkSize).name;
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
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">{t('column.range', { unit })}</th>
            <th scope="col">{t('column.kind')}</th>
            <th scope="col">{t('column.digestA')}</th>
            <th scope="col">{t('column.size')}</th>
            <th scope="col">{t('column.digestB')}</th>
            <th scope="col">{t('column.size')}</th>
            <th scope="col">{t('column.alsoIn')}</th>
          </tr>
        </thead>
        <tbody>
          {sight.before > 0 && <Space height={sight.before} />}
          {rows.slice(sight.first, sight.last).map((row, at) => {
            const index = sight.first + at;
            const { place, kind, a, b, chunk } = row;
            return (
              <tr
                // A place may have a move on either side.
                key={`${String(place)} ${kind} ${a === chunk.a ? 'a' : 'b'}`}
                id={`${id}-${String(index)}`}
                aria-rowindex={index + 2}
                aria-selected={index === active}
                data-marked={place === marked ? '' : undefined}
                onClick={() => setCurrent(index)}
                onPointerEnter={() => onMark(place)}
                onPointerLeave={() => onMark(null)}
              >
                <td>{place}</td>
                <td>{placeRange(row, chunkSize)}</td>
                <td className="compare-kind">
                  {kindsOfRow(row).map((swatch) => (
                    <CompareSwatch key={swatch} kind={swatch} />
                  ))}
                  {rowWord(t, row)}
                </td>
                <td className="compare-code">{cellDigest(a)}</td>
                <td>{cellSize(a)}</td>
                <td className="compare-code">{cellDigest(b)}</td>
                <td>{cellSize(b)}</td>
                <td data-tip={chunk.alsoIn?.images.map(referenceOf).join('\n')}>
                  <AlsoInCell alsoIn={chunk.alsoIn} />
                </td>
              </tr>
            );
          })}
          {sight.after > 0 && <Space height={sight.after} />}
        </tbody>
      </table>
    </div>
  );
}

/** The one other image that needs a chunk, its tag always in sight; or how many do. */
function AlsoInCell({ alsoIn }: { readonly alsoIn: AlsoIn | null }): ReactElement {
  const { t } = useTranslation('compare');
  const [only] = alsoIn?.count === 1 ? alsoIn.images : [];
  if (only === undefined) return <>{alsoInWords(t, alsoIn)}</>;
  const path = `${only.registry}/${only.repository}`;
  return <FrontCut path={path} end={referenceOf(only).slice(path.length)} />;
}

/** The room of the rows that are not in the document. */
function Space({ height }: { readonly height: number }): ReactElement {
  return (
    <tr>
      <td colSpan={8} style={{ height }} />
    </tr>
  );
}
