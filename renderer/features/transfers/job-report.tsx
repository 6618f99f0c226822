import { CirclePause, Play } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { ErrorReport, signInHost } from '../push/error-report.tsx';
import { wordsOf } from './job-words.ts';
import type { JobCommands } from './use-job-commands.ts';

interface JobReportProps {
  readonly job: JobSummary;
  readonly commands: JobCommands;
}

/** Whether a job's report offers the act itself, so that the head does not. */
export function reportOffers(job: JobSummary, action: 'retry' | 'resume'): boolean {
  if (action === 'resume') return job.state === 'interrupted';
  return job.error !== null && (job.state === 'failed' || job.state === 'waiting');
}

/** Why a job failed, waits or was interrupted, and what can be done; nothing for others. */
export function JobReport({ job, commands }: JobReportProps): ReactElement | null {
  const { t } = useTranslation(['transfers', 'copies']);
  const sent = formatBytes(job.sent);
  if (job.state === 'interrupted') return <Interrupted job={job} commands={commands} />;
  if (job.error === null || (job.state !== 'failed' && job.state !== 'waiting')) return null;
  const waiting = job.state === 'waiting';
  return (
    <ErrorReport
      error={job.error}
      waiting={waiting}
      atMs={waiting ? null : job.finishedMs}
      onCopy={commands.copy}
      kept={
        waiting && job.waitingFor !== null
          ? t(`${wordsOf(job)}:goesOn.${job.waitingFor}`, { sent })
          : t('kept', { sent })
      }
      actions={<ReportActions job={job} commands={commands} />}
    />
  );
}

/** What the person decides beyond the first request stands beside a plain new try; the plain try is the likely one. */
function ReportActions({ job, commands }: JobReportProps): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  const actions = job.error?.actions ?? [];
  const signsIn = job.error !== null && signInHost(job.error) !== null;
  return (
    <>
      {job.actions.includes('retry') && (
        <Button
          className={signsIn ? 'button' : 'button button-primary'}
          onPress={() => {
            commands.act(job.id, 'retry');
          }}
        >
          {t(job.state === 'waiting' ? 'action.retryNow' : 'action.retry')}
        </Button>
      )}
      {actions.includes('overwrite') && (
        <Button
          className="button"
          onPress={() => {
            commands.overwrite(job.id);
          }}
        >
          {t('push:error.overwrite')}
        </Button>
      )}
      {actions.includes('newManifest') && (
        <Button
          className="button"
          onPress={() => {
            commands.withNewManifest(job.id);
          }}
        >
          {t('push:error.newManifest')}
        </Button>
      )}
      {job.kind === 'push' && actions.includes('sendAgain') && (
        <Button
          className="button"
          onPress={() => {
            commands.sendAgain(job.id);
          }}
        >
          {t('push:sendAgain.all')}
        </Button>
      )}
    </>
  );
}

/** A push whose process ended: it is offered, never started by itself. */
function Interrupted({ job, commands }: JobReportProps): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  return (
    <section className="job-interrupted">
      <CirclePause size={20} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <h3>{t(`${wordsOf(job)}:interrupted.title`)}</h3>
        <p>{t(`${wordsOf(job)}:interrupted.means`, { sent: formatBytes(job.sent) })}</p>
        {job.actions.includes('resume') && (
          <Button
            className="button button-primary"
            onPress={() => {
              commands.act(job.id, 'resume');
            }}
          >
            <Play size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('action.resume')}
          </Button>
        )}
      </div>
    </section>
  );
}
