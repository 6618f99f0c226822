import { CircleAlert, CircleCheck, TriangleAlert, X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { StoreCheck, StoreProblem, StoreTransfer } from '../../../shared/models/store.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import type { StoreOutcome, StoreTasks } from './use-store-tasks.ts';

/** See {@link StoreOutcomeView}. */
export interface StoreOutcomeProps {
  readonly tasks: StoreTasks;
  readonly onRepair: () => void;
}

/** How the last long task ended. */
export function StoreOutcomeView({ tasks, onRepair }: StoreOutcomeProps): ReactElement | null {
  const { outcome, dismiss } = tasks;
  if (outcome === null) return null;
  switch (outcome.end) {
    case 'moved':
      return <Moved outcome={outcome} transfer={outcome.transfer} onClose={dismiss} />;
    case 'checked':
      return <Checked outcome={outcome} check={outcome.check} onRepair={onRepair} onClose={dismiss} />;
    case 'failed':
      return <Failed outcome={outcome} error={outcome.error} onClose={dismiss} />;
  }
}

function Outcome(props: {
  readonly kind: 'done' | 'warn' | 'fail';
  readonly title: string;
  readonly more: string;
  readonly onClose: () => void;
  readonly actions?: ReactNode;
}): ReactElement {
  const { kind, title, more, onClose, actions } = props;
  const { t } = useTranslation('store');
  const Icon = kind === 'done' ? CircleCheck : kind === 'warn' ? TriangleAlert : CircleAlert;
  return (
    <div className="detail-notice" data-kind={kind} role={kind === 'fail' ? 'alert' : 'status'}>
      <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <b>{title}</b> {more}
      </div>
      <span className="store-notice-actions">
        {actions}
        <Button className="icon-button button-small" aria-label={t('close')} data-tip={t('close')} onPress={onClose}>
          <X size={14} strokeWidth={1.75} aria-hidden="true" />
        </Button>
      </span>
    </div>
  );
}

function Moved(props: {
  readonly outcome: StoreOutcome;
  readonly transfer: StoreTransfer;
  readonly onClose: () => void;
}): ReactElement {
  const { outcome, transfer, onClose } = props;
  const { t } = useTranslation('store');
  const { files, bytes } = transfer.copied;
  const kind = outcome.kind === 'import' ? 'import' : 'export';
  const replaced = transfer.images.flatMap(({ name, replaced: digest }) =>
    digest === null ? [] : t('replaced', { name, digest: shortDigest(digest) }),
  );
  const copied = files === 0 ? t('allThere') : t('copied', { count: files, bytes: formatBytes(bytes) });
  return (
    <Outcome
      kind="done"
      title={t(`done.${kind}`, { count: transfer.images.length, path: outcome.path })}
      more={[copied, ...replaced].join(' · ')}
      onClose={onClose}
    />
  );
}

function Checked(props: {
  readonly outcome: StoreOutcome;
  readonly check: StoreCheck;
  readonly onRepair: () => void;
  readonly onClose: () => void;
}): ReactElement {
  const { outcome, check, onRepair, onClose } = props;
  const { t, i18n } = useTranslation('store');
  const { ok, blobs, bytes, problems } = check;
  const time = t('atTime', { time: timeOfDay(outcome.atMs, i18n.language) });
  const left = problems.filter(({ repaired }) => !repaired).length;
  const title =
    problems.length === 0
      ? t('checkedFine', { count: blobs, bytes: formatBytes(bytes) })
      : ok
        ? t('repairedAll', { count: problems.length })
        : t('checkedBad', { count: left });
  return (
    <>
      <Outcome
        kind={ok ? 'done' : 'warn'}
        title={title}
        more={time}
        onClose={onClose}
        actions={
          !ok && (
            <Button className="button button-small" onPress={onRepair}>
              {t('repairDots')}
            </Button>
          )
        }
      />
      {problems.length > 0 && <Problems problems={problems} />}
    </>
  );
}

function Problems({ problems }: { readonly problems: readonly StoreProblem[] }): ReactElement {
  const { t } = useTranslation('store');
  const now = ({ problem, repaired, reason }: StoreProblem): string => {
    if (repaired) return t('repaired');
    return reason === null ? t(`problem.${problem}`) : `${t(`problem.${problem}`)} (${reason})`;
  };
  return (
    <table className="table store-problems" aria-label={t('problems')}>
      <thead>
        <tr>
          <th>{t('problemColumn')}</th>
          <th>{t('column.digest')}</th>
          <th>{t('imagesColumn')}</th>
        </tr>
      </thead>
      <tbody>
        {problems.map((problem) => (
          <tr key={problem.digest}>
            <td data-tip={now(problem)}>{now(problem)}</td>
            <td>
              <Copyable text={problem.digest} shown={shortDigest(problem.digest)} label={t('copyDigest')} />
            </td>
            <td data-tip={problem.images.join('\n')}>
              {problem.images.length === 0 ? t('notNeeded') : problem.images.join(', ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Failed(props: {
  readonly outcome: StoreOutcome;
  readonly error: ErrorData;
  readonly onClose: () => void;
}): ReactElement {
  const { outcome, error, onClose } = props;
  const { t } = useTranslation('store');
  const words = useErrorWords()(error);
  return (
    <Outcome
      kind="fail"
      title={t(`failed.${outcome.kind}`)}
      more={`${words.whole} (${error.code})`}
      onClose={onClose}
    />
  );
}
