import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { Savings, SavingsRow } from '../../../shared/models/savings.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { Segments } from '../../ui/segments.tsx';
import { groupedCount, signedBytes } from './figure-words.ts';
import { type SortedColumn, SortedTable } from './sorted-table.tsx';

/** What the rows of the table are, in the order of the switch. */
const GROUPINGS = ['byRegistry', 'byRepository', 'byVm', 'byImage'] as const;
type Grouping = (typeof GROUPINGS)[number];

function rowKey({ registry, repository, digest, name }: SavingsRow): string {
  return [registry, repository, digest, name].join('\n');
}

/** A name whose front is cut where it is a path, and whose tag never is. */
function NameCell({ row }: { readonly row: SavingsRow }): ReactElement {
  const { name, registry, repository, digest } = row;
  const full = registry === null || repository === null ? name : `${registry}/${name}`;
  const colon = full.lastIndexOf(':');
  const tagged = repository !== null && colon > full.lastIndexOf('/');
  return (
    <span data-tip={digest === null ? full : `${full}\n${digest}`}>
      <FrontCut path={tagged ? full.slice(0, colon) : full} end={tagged ? full.slice(colon) : ''} />
    </span>
  );
}

type Figure = Exclude<
  keyof SavingsRow,
  'name' | 'registry' | 'repository' | 'digest' | 'counterfactual' | 'savedSeconds'
>;

function useColumns(grouping: Grouping): readonly SortedColumn<SavingsRow>[] {
  const { t, i18n } = useTranslation('savings');
  const { language } = i18n;
  return useMemo(() => {
    const figure = (id: Figure, words: (value: number) => string): SortedColumn<SavingsRow> => ({
      id,
      head: t(`column.${id}`),
      figures: true,
      value: (row) => row[id],
      cell: (row) => words(row[id]),
    });
    return [
      {
        id: 'name',
        head: t(`grouping.${grouping}`),
        figures: false,
        value: ({ name }) => name,
        cell: (row) => <NameCell row={row} />,
      },
      figure('jobs', groupedCount),
      figure('pushed', formatBytes),
      figure('sent', formatBytes),
      figure('notSent', formatBytes),
      figure('notRead', signedBytes),
      figure('notEncoded', signedBytes),
      figure('notStored', signedBytes),
      {
        id: 'savedSeconds',
        head: t('column.savedSeconds'),
        figures: true,
        value: ({ savedSeconds }) => savedSeconds,
        cell: ({ savedSeconds: seconds }) =>
          seconds === null ? '' : `${seconds < 0 ? '−' : ''}~${formatDuration(Math.abs(seconds), language)}`,
      },
    ];
  }, [t, language, grouping]);
}

/** What was saved by registry, repository, VM or image. */
export function SavingsBy({ savings }: { readonly savings: Savings }): ReactElement {
  const { t } = useTranslation('savings');
  const [grouping, setGrouping] = useState<Grouping>('byRepository');
  const columns = useColumns(grouping);
  return (
    <section className="savings-section savings-by" aria-label={t('savedBy')}>
      <div className="savings-head">
        <h2>{t('savedBy')}</h2>
        <span className="savings-head-note">{t('savedByNote')}</span>
        <span className="space" />
        <Segments
          label={t('savedBy')}
          choices={GROUPINGS}
          value={grouping}
          words={(one) => t(`grouping.${one}`)}
          onChange={setGrouping}
        />
      </div>
      <SortedTable
        key={grouping}
        label={t(`tableOf.${grouping}`)}
        rows={savings[grouping]}
        keyOf={rowKey}
        columns={columns}
        first={null}
        empty={t('noJobs')}
      />
    </section>
  );
}
