import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../shared/format/bytes.ts';
import { formatDuration } from '../../shared/format/duration.ts';
import { FINAL_JOB_STATES, type JobSummary } from '../../shared/models/job.ts';
import { useClient } from '../state/client.ts';
import { showToast } from '../state/toasts.ts';

/** See {@link JobToasts}. */
export interface JobToastsProps {
  /** The drawer is open and shows it all. */
  readonly quiet: boolean;
  readonly onShow: (jobId: string) => void;
}

/** Tags and repository of a job's references, short. */
function namesOf({ references }: JobSummary): string {
  return references.map((reference) => reference.slice(reference.lastIndexOf(':') + 1)).join(', ');
}

/** Says that a push has ended well while the drawer is closed. A failure stands in the strip, with its choice in the drawer. */
export function JobToasts({ quiet, onShow }: JobToastsProps): null {
  const { t, i18n } = useTranslation('panes');
  const client = useClient();
  const now = useRef({ quiet, onShow });
  useEffect(() => {
    now.current = { quiet, onShow };
  });
  useEffect(() => {
    const atWork = new Set<string>();
    return client.on('jobs.changed', ({ job }) => {
      if (!FINAL_JOB_STATES.includes(job.state)) {
        atWork.add(job.id);
        return;
      }
      if (!atWork.delete(job.id) || job.state !== 'done' || now.current.quiet) return;
      const seconds = ((job.finishedMs ?? 0) - (job.startedMs ?? job.createdMs)) / 1000;
      showToast({
        title: t('pushedToast', { names: namesOf(job) }),
        more: t('pushedMore', {
          sent: formatBytes(job.sent),
          notSent: formatBytes(job.notSent),
          time: formatDuration(Math.max(0, seconds), i18n.language),
        }),
        action: { label: t('show'), act: () => now.current.onShow(job.id) },
      });
    });
  }, [client, t, i18n]);
  return null;
}
