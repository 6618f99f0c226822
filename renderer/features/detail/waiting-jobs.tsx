import { Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { useJobs } from '../transfers/job-mirror-context.ts';

/** Jobs that this registry stopped, or that wait for it. */
function waitingJobs(jobs: readonly JobSummary[], host: string): readonly JobSummary[] {
  return jobs.filter(
    ({ state, targets, references }) =>
      (state === 'waiting' || state === 'failed' || state === 'interrupted') &&
      (targets.some(({ registry }) => registry === host) || references.some((name) => name.startsWith(`${host}/`))),
  );
}

/** Whether a sign-in to the registry is all that a job lacks: the engine goes on with it then. */
function goesOnAfterSignIn({ state, error }: JobSummary, host: string): boolean {
  const stopped = state === 'waiting' || state === 'failed';
  return stopped && error?.code.startsWith('auth.') === true && error.params['host'] === host;
}

/** The jobs that wait for a registry, or that it stopped, with the way to each. */
export function WaitingJobs(props: {
  readonly host: string;
  readonly show: boolean;
  readonly onShowJob: (jobId: string) => void;
}): ReactElement | null {
  const { host, show, onShowJob } = props;
  const { t } = useTranslation('panes');
  const { t: words } = useTranslation('transfers');
  const jobs = waitingJobs(
    useJobs((state) => state.jobs),
    host,
  );
  if (!show || jobs.length === 0) return null;
  const goingOn = jobs.filter((job) => goesOnAfterSignIn(job, host)).length;
  return (
    <section>
      <h2 className="section-title">
        {t('waitingForThis')}
        {goingOn > 0 && <span>{t('signIn:goOn', { count: goingOn })}</span>}
      </h2>
      <table className="table" aria-label={t('waitingForThis')}>
        <thead>
          <tr>
            <th>{t('job')}</th>
            <th>{t('jobState')}</th>
            <th className="end">{t('keptSoFar')}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td>
                <Button className="row-link" onPress={() => onShowJob(job.id)}>
                  <Upload size={14} strokeWidth={1.75} aria-hidden="true" />
                  {shownName(job.vmName)} → {job.references[0]}
                </Button>
              </td>
              <td className="quiet-cell">{words(`state.${job.state}`)}</td>
              <td className="end">
                {t('xOfY', { part: formatBytes(job.sent), whole: formatBytes(Math.max(job.sent, job.toSend)) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
