import { CircleAlert, CircleCheck, CircleSlash, PanelBottomOpen, Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { JobAnnouncer } from './job-announcer.tsx';
import { groupOf } from './job-groups.ts';
import { useJobs } from './job-mirror-context.ts';
import { timeOfDay } from './job-row.tsx';
import './transfers.css';

export interface TransfersStripProps {
  readonly onOpen: () => void;
}

/** The 28 px line at the bottom of the window: what runs, or how the last transfer ended. */
export function TransfersStrip({ onOpen }: TransfersStripProps): ReactElement {
  const { t } = useTranslation('transfers');
  const jobs = useJobs((state) => state.jobs);
  const active = jobs.filter((job) => groupOf(job) === 'active');
  const rate = active.reduce((sum, job) => sum + job.rate, 0);
  return (
    <footer className="transfers-strip">
      <Button className="transfers-strip-open" onPress={onOpen} aria-label={t('openDrawer')}>
        <PanelBottomOpen size={15} strokeWidth={1.75} aria-hidden="true" />
        <span>{t('title')}</span>
      </Button>
      <span className="transfers-strip-last">
        {active.length > 0 ? <Running jobs={active} /> : <LastEnded jobs={jobs} />}
      </span>
      <span>
        {active.length === 0
          ? t('nothingRunning')
          : rate > 0
            ? t('runningAt', { count: active.length, rate: formatRate(rate) })
            : t('running', { count: active.length })}
      </span>
      <JobAnnouncer jobs={jobs} />
    </footer>
  );
}

function Running({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement | null {
  const { t } = useTranslation('transfers');
  const job = jobs.find(({ state }) => state === 'running') ?? jobs[0];
  if (job === undefined) return null;
  return (
    <>
      <Upload className="transfers-strip-amber" size={14} strokeWidth={1.75} aria-hidden="true" />
      {t('strip.running', {
        name: job.vmName,
        reference: job.references[0] ?? '',
        sent: formatBytes(job.sent),
        size: formatBytes(job.toSend),
      })}
    </>
  );
}

function LastEnded({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement | null {
  const { t, i18n } = useTranslation('transfers');
  const last = jobs
    .filter((job) => groupOf(job) !== 'active' && job.finishedMs !== null)
    .reduce<JobSummary | null>(
      (newest, job) => (newest === null || (job.finishedMs ?? 0) > (newest.finishedMs ?? 0) ? job : newest),
      null,
    );
  if (last === null) return null;
  const words = {
    name: last.vmName,
    reference: last.references[0] ?? '',
    time: timeOfDay(last.finishedMs ?? 0, i18n.language),
    sent: formatBytes(last.sent),
    packed: formatBytes(last.sent + last.notSent),
  };
  switch (last.state) {
    case 'done':
      return (
        <>
          <CircleCheck className="transfers-strip-green" size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('strip.done', words)}
        </>
      );
    case 'cancelled':
      return (
        <>
          <CircleSlash size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('strip.cancelled', words)}
        </>
      );
    default:
      return (
        <span className="transfers-strip-red">
          <CircleAlert size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('strip.failed', words)}
        </span>
      );
  }
}
