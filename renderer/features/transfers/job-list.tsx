import { type ReactElement, useMemo } from 'react';
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { useNow } from '../weave/use-now.ts';
import { finishedToday, groupOf, type JobGroup } from './job-groups.ts';
import { JobRow } from './job-row.tsx';
import './job-list.css';

/** The jobs of a tab, and the selected one. */
export interface JobListProps {
  readonly jobs: readonly JobSummary[];
  readonly group: JobGroup;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

/** The jobs of a tab; below those that run, what finished today. */
export function JobList({ jobs, group, chosen, onChoose }: JobListProps): ReactElement {
  const { t } = useTranslation('transfers');
  const now = useNow(60_000, true);
  const own = useMemo(() => jobs.filter((job) => groupOf(job) === group), [jobs, group]);
  const today = group === 'active' ? jobs.filter((job) => finishedToday(job, now)) : [];
  return (
    <ListBox
      className="job-list"
      aria-label={t('jobs')}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (typeof key === 'string') onChoose(key);
      }}
      renderEmptyState={() => <p className="job-list-empty">{t(`none.${group}`)}</p>}
    >
      {own.map((job) => (
        <JobItem key={job.id} job={job} />
      ))}
      {today.length > 0 && (
        <ListBoxSection>
          <Header className="job-list-title">{t('finishedToday')}</Header>
          {today.map((job) => (
            <JobItem key={job.id} job={job} />
          ))}
        </ListBoxSection>
      )}
    </ListBox>
  );
}

function JobItem({ job }: { readonly job: JobSummary }): ReactElement {
  return (
    <ListBoxItem id={job.id} className="job-item" textValue={`${shownName(job.vmName)} ${job.references.join(' ')}`}>
      <JobRow job={job} />
    </ListBoxItem>
  );
}
