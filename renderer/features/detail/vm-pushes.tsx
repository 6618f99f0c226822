import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { momentWords } from '../../ui/moment.ts';

/** Pushes that are shown; the drawer has the rest. */
const MOST = 12;

function tookSeconds(job: JobSummary): number | null {
  return job.finishedMs === null ? null : (job.finishedMs - (job.startedMs ?? job.createdMs)) / 1000;
}

/** The finished pushes of a VM, newest first. A target leads to its job in the drawer. */
export function VmPushes(props: {
  readonly jobs: readonly JobSummary[];
  readonly onShowJob: (jobId: string) => void;
}): ReactElement {
  const { onShowJob } = props;
  const { t, i18n } = useTranslation('panes');
  const jobs = props.jobs.filter(({ state }) => state === 'done').slice(0, MOST);
  return (
    <section>
      <h2 className="section-title">{t('pushesOfVm')}</h2>
      {jobs.length === 0 ? (
        <p className="nothing">{t('noPush')}</p>
      ) : (
        <table className="table pushes-table" aria-label={t('pushesOfVm')}>
          <thead>
            <tr>
              <th>{t('finished')}</th>
              <th>{t('target')}</th>
              <th>{t('sent')}</th>
              <th className="end optional">{t('notSent')}</th>
              <th className="end spare">{t('took')}</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => {
              const [first = '', ...rest] = job.references;
              const seconds = tookSeconds(job);
              return (
                <tr key={job.id}>
                  <td className="quiet-cell">
                    {job.finishedMs === null ? '' : momentWords(job.finishedMs, i18n.language)}
                  </td>
                  <td data-tip={job.references.join('\n')}>
                    <Button
                      className="row-link"
                      aria-label={t('showJob', { reference: first })}
                      onPress={() => onShowJob(job.id)}
                    >
                      <Target reference={first} />
                      {rest.length > 0 && <span className="quiet-cell"> +{rest.length}</span>}
                    </Button>
                  </td>
                  <td>{t('xOfY', { part: formatBytes(job.sent), whole: formatBytes(job.bytes.packed) })}</td>
                  <td className="end optional">{formatBytes(job.notSent)}</td>
                  <td className="end spare">{seconds === null ? '' : formatDuration(seconds, i18n.language)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** A reference whose tag is never cut. */
function Target({ reference }: { readonly reference: string }): ReactElement {
  const colon = reference.lastIndexOf(':');
  const tagged = colon > reference.lastIndexOf('/');
  return <FrontCut path={tagged ? reference.slice(0, colon) : reference} end={tagged ? reference.slice(colon) : ''} />;
}
