import type { TFunction } from 'i18next';
import { ArrowRight, CircleAlert, CircleCheck, CircleSlash, Clock, type LucideIcon, Pause, Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { JobState, JobSummary } from '../../../shared/models/job.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { groupedReferences } from './grouped-references.ts';
import { jobProgress } from './job-groups.ts';

type Words = TFunction<['transfers', 'copies']>;

const ICONS: Readonly<Record<JobState, LucideIcon>> = {
  queued: Clock,
  planning: Upload,
  running: Upload,
  paused: Pause,
  waiting: Clock,
  cancelling: CircleSlash,
  cancelled: CircleSlash,
  failed: CircleAlert,
  done: CircleCheck,
  interrupted: CircleAlert,
};

const COPY_ICONS: Readonly<Record<JobState, LucideIcon>> = { ...ICONS, planning: ArrowRight, running: ArrowRight };

/** `15:06` */
export function timeOfDay(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** `47 %`; null where nothing can be said. */
export function percentWords(job: JobSummary): string | null {
  const progress = jobProgress(job);
  return progress === null ? null : `${String(Math.floor(progress * 100))} %`;
}

/** Top right of a row: how far, or how it ended. */
function endWords(t: Words, job: JobSummary, language: string): string {
  switch (job.state) {
    case 'running':
    case 'planning':
      return percentWords(job) ?? t(`state.${job.state}`);
    case 'done':
    case 'cancelled':
      return job.finishedMs === null ? t(`state.${job.state}`) : timeOfDay(job.finishedMs, language);
    case 'waiting':
      return job.waitingFor === null ? t('state.waiting') : t(`waitingFor.${job.waitingFor}`);
    case 'queued':
    case 'paused':
    case 'cancelling':
    case 'failed':
    case 'interrupted':
      return t(`state.${job.state}`);
  }
}

/** Bottom right of a row: speed and time left, or what was sent. */
function restWords(t: Words, job: JobSummary, cause: string, language: string): string {
  switch (job.state) {
    case 'planning':
      return job.kind === 'copy'
        ? t('copies:asking')
        : t('readOf', { read: formatBytes(job.read), raw: formatBytes(job.rawSize) });
    case 'running': {
      const left = job.secondsLeft === null ? null : t('left', { time: formatDuration(job.secondsLeft, language) });
      return [job.rate > 0 ? formatRate(job.rate) : null, left].filter((part) => part !== null).join(t('comma'));
    }
    case 'queued':
    case 'waiting':
      return job.toSend > 0 ? t('toSend', { bytes: formatBytes(job.toSend - job.sent) }) : '';
    case 'interrupted':
      return t('headlineSoFar', { sent: formatBytes(job.sent) });
    case 'paused':
    case 'cancelling':
      return t('sentOf', { sent: formatBytes(job.sent), size: formatBytes(job.toSend) });
    case 'done':
      return t('sentAndNot', { sent: formatBytes(job.sent), notSent: formatBytes(job.notSent) });
    case 'cancelled':
      return t('cancelledAt', { percent: percentWords(job) ?? '0 %' });
    case 'failed':
      return cause;
  }
}

/** One job of the list, two lines and its progress. */
export function JobRow({ job }: { readonly job: JobSummary }): ReactElement {
  const { t, i18n } = useTranslation(['transfers', 'copies']);
  const errorWords = useErrorWords();
  const Icon = (job.kind === 'copy' ? COPY_ICONS : ICONS)[job.state];
  const progress = jobProgress(job);
  const moving = job.state === 'running' || job.state === 'planning' || job.state === 'paused';
  const references = groupedReferences(job.references);
  return (
    <div className="job-row" data-state={job.state}>
      <Icon className="job-row-icon" size={14} strokeWidth={1.75} aria-hidden="true" />
      {/* A copy is named by its source, a path. */}
      <span className="job-row-name">
        {job.kind === 'copy' ? <FrontCut path={job.vmName} /> : <bdi>{shownName(job.vmName)}</bdi>}
      </span>
      <span className="job-row-end">{endWords(t, job, i18n.language)}</span>
      <span className="job-row-reference" data-tip={references}>
        <FrontCut path={references} />
      </span>
      <span className="job-row-rest">
        {restWords(t, job, job.error === null ? '' : errorWords(job.error).what, i18n.language)}
      </span>
      {moving && progress !== null && (
        <div className="job-row-progress" aria-hidden="true">
          <div style={{ width: `${(progress * 100).toFixed(1)}%` }} />
        </div>
      )}
    </div>
  );
}
