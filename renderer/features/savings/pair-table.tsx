import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { SharedPair } from '../../../shared/layout/shared-pairs.ts';
import { tagWords } from '../../../shared/layout/treemap-cells.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { longName } from './pair-words.ts';
import { type SortedColumn, SortedTable } from './sorted-table.tsx';

/** The twin of the matrix: every pair that shares something, a line each. */
export function PairTable(props: {
  readonly pairs: readonly SharedPair[];
  readonly onChoose: (pair: SharedPair) => void;
}): ReactElement {
  const { pairs, onChoose } = props;
  const { t } = useTranslation('savings');
  const name = (id: 'a' | 'b'): SortedColumn<SharedPair> => ({
    id,
    head: t(id === 'a' ? 'column.image' : 'column.otherImage'),
    figures: false,
    value: (pair) => longName(pair[id]),
    cell: (pair) => (
      <Button className="row-link" data-tip={longName(pair[id])} onPress={() => onChoose(pair)}>
        <FrontCut path={pair[id].repository} end={tagWords(pair[id])} />
      </Button>
    ),
  });
  const columns: readonly SortedColumn<SharedPair>[] = [
    name('a'),
    name('b'),
    {
      id: 'layers',
      head: t('column.layers'),
      figures: true,
      value: (pair) => pair.layers,
      cell: (pair) => pair.layers,
    },
    {
      id: 'bytes',
      head: t('column.shared'),
      figures: true,
      value: (pair) => pair.bytes,
      cell: (pair) => formatBytes(pair.bytes),
    },
    {
      id: 'part',
      head: t('column.ofSmaller'),
      figures: true,
      value: (pair) => pair.part,
      cell: (pair) => `${String(Math.round(pair.part * 100))} %`,
    },
  ];
  return (
    <SortedTable
      label={t('whichShare')}
      rows={pairs}
      keyOf={({ a, b }) => `${imageKey(a)} ${imageKey(b)}`}
      columns={columns}
      first={{ by: 'bytes', descending: true }}
      empty={t('noPairs')}
    />
  );
}
