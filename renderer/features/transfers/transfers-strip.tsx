import { CircleAlert, CircleCheck, CirclePause, CircleSlash, Clock, PanelBottomOpen, Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { askForSignIn } from '../../state/sign-in-request.ts';
import { NotSentThisMonth } from '../savings/not-sent-this-month.tsx';
import { groupOf } from './job-groups.ts';
import { useJobs } from './job-mirror-context.ts';
import { timeOfDay } from './job-row.tsx';
import { wordsOf } from './job-words.ts';
import { useJobCommands } from './use-job-commands.ts';
import '../push/target-field.css';
import './transfers-strip.css';

/** What the strip says while the drawer is closed. */
export interface TransfersStripProps {
  readonly onOpen: () => void;
}

/** The 28 px line at the bottom of the window: what runs, or how the last transfer ended. */
export function TransfersStrip({ onOpen }: TransfersStripProps): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
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
        <StripLine jobs={jobs} active={active} />
      </span>
      <span>
        {active.length === 0
          ? t('nothingRunning')
          : rate > 0
            ? t('runningAt', { count: active.length, rate: formatRate(rate) })
            : t('running', { count: active.length })}
      </span>
      <NotSentThisMonth />
    </footer>
  );
}

/** What waits for the person comes first, then what runs, then what an ended process left, then how the last one ended. */
function StripLine(props: {
  readonly jobs: readonly JobSummary[];
  readonly active: readonly JobSummary[];
}): ReactElement {
  const { jobs, active } = props;
  const waiting = active.find(({ state }) => state === 'waiting');
  const forSignIn = active.filter(({ waitingFor }) => waitingFor === 'signIn');
  const host = forSignIn[0]?.error?.params['host'];
  const interrupted = jobs.filter(({ state }) => state === 'interrupted');
  if (typeof host === 'string') {
    const count = forSignIn.filter(({ error }) => error?.params['host'] === host).length;
    return <WaitingForSignIn host={host} count={count} />;
  }
  if (waiting !== undefined) return <Waiting job={waiting} />;
  if (active.length > 0) return <Running jobs={active} />;
  if (interrupted.length > 0) return <InterruptedJobs jobs={interrupted} />;
  return <LastEnded jobs={jobs} />;
}

function Waiting({ job }: { readonly job: JobSummary }): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  const cause = job.waitingFor === null ? t('state.waiting') : t(`waitingFor.${job.waitingFor}`);
  return (
    <>
      <Clock className="transfers-strip-amber" size={14} strokeWidth={1.75} aria-hidden="true" />
      <span className="transfers-strip-words">
        {t(`${wordsOf(job)}:strip.waiting`, { name: shownName(job.vmName), reference: job.references[0] ?? '', cause })}
      </span>
    </>
  );
}

/** Jobs that a sign-in would let go on. */
function WaitingForSignIn({ host, count }: { readonly host: string; readonly count: number }): ReactElement {
  const { t } = useTranslation('signIn');
  return (
    <span className="transfers-strip-offer transfers-strip-red">
      <CircleAlert size={14} strokeWidth={1.75} aria-hidden="true" />
      {t('waiting', { count, host })}
      <Button className="link-button" onPress={() => askForSignIn(host)}>
        {t('signInDots')}
      </Button>
    </span>
  );
}

/** Jobs that a process left behind are offered here; none starts by itself. */
function InterruptedJobs({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  const commands = useJobCommands();
  return (
    <span className="transfers-strip-offer">
      <CirclePause className="transfers-strip-amber" size={14} strokeWidth={1.75} aria-hidden="true" />
      <span className="transfers-strip-words">
        {t(`${wordsOf(jobs[0] ?? { kind: 'push' })}:strip.interrupted`, {
          count: jobs.length,
          name: shownName(jobs[0]?.vmName ?? ''),
          reference: jobs[0]?.references[0] ?? '',
        })}
      </span>
      <Button
        className="link-button"
        onPress={() => {
          for (const job of jobs) commands.act(job.id, 'resume');
        }}
      >
        {t('action.resume')}
      </Button>
    </span>
  );
}

function Running({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement | null {
  const { t } = useTranslation(['transfers', 'copies']);
  const job = jobs.find(({ state }) => state === 'running') ?? jobs[0];
  if (job === undefined) return null;
  return (
    <>
      <Upload className="transfers-strip-amber" size={14} strokeWidth={1.75} aria-hidden="true" />
      <span className="transfers-strip-words">
        {t(`${wordsOf(job)}:strip.running`, {
          name: shownName(job.vmName),
          reference: job.references[0] ?? '',
          sent: formatBytes(job.sent),
          size: formatBytes(job.toSend),
        })}
      </span>
    </>
  );
}

function LastEnded({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement | null {
  const { t, i18n } = useTranslation(['transfers', 'copies']);
  const last = jobs
    .filter((job) => groupOf(job) !== 'active' && job.finishedMs !== null)
    .reduce<JobSummary | null>(
      (newest, job) => (newest === null || (job.finishedMs ?? 0) > (newest.finishedMs ?? 0) ? job : newest),
      null,
    );
  if (last === null) return null;
  const words = {
    name: shownName(last.vmName),
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
          <span className="transfers-strip-words">{t(`${wordsOf(last)}:strip.done`, words)}</span>
        </>
      );
    case 'cancelled':
      return (
        <>
          <CircleSlash size={14} strokeWidth={1.75} aria-hidden="true" />
          <span className="transfers-strip-words">{t(`${wordsOf(last)}:strip.cancelled`, words)}</span>
        </>
      );
    default:
      return (
        <span className="transfers-strip-red">
          <CircleAlert size={14} strokeWidth={1.75} aria-hidden="true" />
          <span className="transfers-strip-words">{t(`${wordsOf(last)}:strip.failed`, words)}</span>
        </span>
      );
  }
}
