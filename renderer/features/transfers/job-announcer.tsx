import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobState, JobSummary } from '../../../shared/models/job.ts';
import { useToldStates } from './job-mirror-context.ts';
import { wordsOf } from './job-words.ts';

const TOLD = [
  'running',
  'done',
  'failed',
  'cancelled',
  'waiting',
  'interrupted',
] as const satisfies readonly JobState[];

/**
 * Says the start, each failure and the end of jobs to screen readers; never single cells. What was said is kept with
 * the mirror, so that strip and drawer, of which one is there at a time, go on with each other's telling.
 */
export function JobAnnouncer({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  const told = useToldStates();
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const first = told.size === 0;
    const news = jobs.flatMap((job) => {
      const before = told.get(job.id);
      told.set(job.id, job.state);
      const state = TOLD.find((one) => one === job.state);
      return !first && state !== undefined && before !== state
        ? t(`${wordsOf(job)}:say.${state}`, { name: job.vmName })
        : [];
    });
    // A live region is written to; nothing else is drawn for it.
    if (news.length > 0 && region.current !== null) region.current.textContent = news.join(' ');
  }, [jobs, t, told]);
  return <div ref={region} className="visually-hidden" role="status" />;
}
