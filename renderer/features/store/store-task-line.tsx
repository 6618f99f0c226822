import type { ReactElement } from 'react';
import { Button, ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { StoreTasks } from './use-store-tasks.ts';

/** The long task that is under way: what it does, how many bytes of how many, and the way to stop it. */
export function StoreTaskLine({ tasks }: { readonly tasks: StoreTasks }): ReactElement | null {
  const { t } = useTranslation('store');
  const { task, stop } = tasks;
  if (task === null) return null;
  const { kind, path, progress } = task;
  const words = t(`verb.${kind}`, { path });
  const figures =
    progress === null ? '' : t('bytesOf', { done: formatBytes(progress.done), total: formatBytes(progress.total) });
  const percent = progress === null || progress.total === 0 ? 0 : (100 * progress.done) / progress.total;
  return (
    <div className="store-task">
      <ProgressBar aria-label={words} value={percent} valueLabel={figures} className="store-progress">
        <span className="store-task-words" data-tip={words}>
          {words}
        </span>
        <span className="store-task-figures">{figures}</span>
        <span className="store-progress-track">
          <span className="store-progress-done" style={{ width: `${String(percent)}%` }} />
        </span>
      </ProgressBar>
      <Button className="button button-small" onPress={stop}>
        {t('stop')}
      </Button>
    </div>
  );
}
