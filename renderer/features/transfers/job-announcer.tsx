import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobState, JobSummary } from '../../../shared/models/job.ts';

const TOLD = ['running', 'done', 'failed', 'cancelled', 'waiting'] as const satisfies readonly JobState[];

/** Says the start, each failure and the end of jobs to screen readers; never single cells. */
export function JobAnnouncer({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement {
  const { t } = useTranslation('transfers');
  const known = useRef<ReadonlyMap<string, JobState> | null>(null);
  const [words, setWords] = useState('');
  useEffect(() => {
    const before = known.current;
    known.current = new Map(jobs.map((job) => [job.id, job.state]));
    if (before === null) return;
    const news = jobs.flatMap((job) => {
      const state = TOLD.find((one) => one === job.state);
      return state !== undefined && before.get(job.id) !== state ? t(`say.${state}`, { name: job.vmName }) : [];
    });
    if (news.length > 0) setWords(news.join(' '));
  }, [jobs, t]);
  return (
    <div className="visually-hidden" role="status">
      {words}
    </div>
  );
}
