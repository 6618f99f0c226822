import { Pause, Play, RefreshCw, Trash2, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { JobAction, JobSummary } from '../../../shared/models/job.ts';
import { reportOffers } from './job-report.tsx';

const ICONS = { pause: Pause, resume: Play, retry: RefreshCw, cancel: X, remove: Trash2 } as const;
const ORDER: readonly JobAction[] = ['retry', 'resume', 'pause', 'cancel', 'remove'];

function offeredHere(job: JobSummary, action: JobAction): boolean {
  if (!job.actions.includes(action)) return false;
  return action === 'retry' || action === 'resume' ? !reportOffers(job, action) : true;
}

/** The buttons that the job offers now, without those that stand in its report. */
export function JobActions(props: { job: JobSummary; onAction: (action: JobAction) => void }): ReactElement {
  const { job, onAction } = props;
  const { t } = useTranslation('transfers');
  return (
    <div className="job-actions">
      {ORDER.filter((action) => offeredHere(job, action)).map((action) => {
        const Icon = ICONS[action];
        return (
          <Button
            key={action}
            className="button"
            onPress={() => {
              onAction(action);
            }}
          >
            <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
            {t(`action.${action}`)}
          </Button>
        );
      })}
    </div>
  );
}
