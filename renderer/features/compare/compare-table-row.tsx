import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { cellDigest, cellSize, placeRange, referenceOf } from '../../../shared/format/compared.ts';
import type { AlsoIn } from '../../../shared/models/comparison.ts';
import { type CompareRow, kindsOfRow } from '../../../shared/models/differences.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { CompareSwatch } from './compare-swatch.tsx';
import { alsoInWords, rowWord } from './compare-words.ts';

/** See {@link CompareTableRow}. */
export interface CompareTableRowProps {
  readonly row: CompareRow;
  readonly chunkSize: number;
  /** Of the element; the table names its active row by it. */
  readonly id: string;
  /** Its place among all rows, from 0. */
  readonly at: number;
  readonly active: boolean;
  /** Its place is marked in the weave. */
  readonly marked: boolean;
  readonly onChoose: () => void;
  readonly onMark: (place: number | null) => void;
}

/** A place of two disks in words: where it is, what it is, and what either side has there. */
export function CompareTableRow(props: CompareTableRowProps): ReactElement {
  const { row, chunkSize, id, at, active, marked, onChoose, onMark } = props;
  const { place, a, b, chunk } = row;
  const { t } = useTranslation('compare');
  return (
    <tr
      id={id}
      aria-rowindex={at + 2}
      aria-selected={active}
      data-marked={marked ? '' : undefined}
      onClick={onChoose}
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
}

/** The one other image that needs a chunk, its tag always in sight; or how many do. */
function AlsoInCell({ alsoIn }: { readonly alsoIn: AlsoIn | null }): ReactElement {
  const { t } = useTranslation('compare');
  const [only] = alsoIn?.count === 1 ? alsoIn.images : [];
  if (only === undefined) return <>{alsoInWords(t, alsoIn)}</>;
  const path = `${only.registry}/${only.repository}`;
  return <FrontCut path={path} end={referenceOf(only).slice(path.length)} />;
}
