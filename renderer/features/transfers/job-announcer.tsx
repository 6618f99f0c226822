import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { JobState } from '../../../shared/models/job.ts';
import { useJobs } from './job-mirror-context.ts';
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
 * Says the start, each failure and the end of jobs to screen readers; never single cells. One for the window and always
 * there: what it says would be lost with it, and a region that comes together with its words is not read.
 */
export function JobAnnouncer(): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  const loaded = useJobs((state) => state.loaded);
  const jobs = useJobs((state) => state.jobs);
  // null: nothing was known yet. What the window finds at its start is no news.
  const told = useRef<Map<string, JobState> | null>(null);
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!loaded) return;
    const before = told.current;
    told.current = new Map(jobs.map(({ id, state }) => [id, state]));
    if (before === null) return;
    const news = jobs.flatMap((job) => {
      const state = TOLD.find((one) => one === job.state);
      return state !== undefined && before.get(job.id) !== state
        ? t(`${wordsOf(job)}:say.${state}`, { name: shownName(job.vmName) })
        : [];
    });
    // A live region is written to; nothing else is drawn for it.
    if (news.length > 0 && region.current !== null) region.current.textContent = news.join(' ');
  }, [jobs, loaded, t]);
  // The attribute keeps it readable while a dialog hides the rest of the window.
  return <div ref={region} className="visually-hidden" role="status" data-live-announcer="true" />;
}
