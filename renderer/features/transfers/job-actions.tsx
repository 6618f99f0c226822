import { Pause, Play, RefreshCw, Trash2, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { JobAction, JobSummary } from '../../../shared/models/job.ts';

const ICONS = { pause: Pause, resume: Play, retry: RefreshCw, cancel: X, remove: Trash2 } as const;
const ORDER: readonly JobAction[] = ['retry', 'resume', 'pause', 'cancel', 'remove'];

/** The buttons that the job offers now; trying again stands in the error block where there is one. */
export function JobActions(props: { job: JobSummary; onAction: (action: JobAction) => void }): ReactElement {
  const { job, onAction } = props;
  const { t } = useTranslation('transfers');
  return (
    <div className="job-actions">
      {ORDER.filter(
        (action) =>
          job.actions.includes(action) && !(action === 'retry' && job.state === 'failed' && job.error !== null),
      ).map((action) => {
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
