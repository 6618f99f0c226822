import { Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { JobSummary } from '../../../shared/models/job.ts';

/** How a job ended: sent, not sent, took, and what can be copied of it. */
export function JobOutcome(props: { job: JobSummary; onCopy: (text: string) => void }): ReactElement {
  const { job, onCopy } = props;
  const { t, i18n } = useTranslation('transfers');
  const took = job.startedMs === null || job.finishedMs === null ? null : (job.finishedMs - job.startedMs) / 1000;
  return (
    <dl className="job-outcome">
      <dt>{t('outcome.sent')}</dt>
      <dd>{formatBytes(job.sent)}</dd>
      <dt>{t('outcome.notSent')}</dt>
      <dd>{formatBytes(job.notSent)}</dd>
      {took !== null && (
        <>
          <dt>{t('outcome.took')}</dt>
          <dd>{formatDuration(took, i18n.language)}</dd>
        </>
      )}
      {job.targets.map((target) => (
        <OutcomeTarget key={`${target.registry}/${target.repository}`} target={target} onCopy={onCopy} />
      ))}
    </dl>
  );
}

interface OutcomeTargetProps {
  readonly target: JobSummary['targets'][number];
  readonly onCopy: (text: string) => void;
}

function OutcomeTarget({ target, onCopy }: OutcomeTargetProps): ReactElement {
  const { t } = useTranslation('transfers');
  const digest = target.manifestDigest;
  return (
    <>
      {digest !== null && (
        <>
          <dt>{t('outcome.digest')}</dt>
          <dd>
            <code title={digest}>{shortDigest(digest)}</code>
            <CopyButton
              label={t('copyDigest')}
              onPress={() => {
                onCopy(digest);
              }}
            />
          </dd>
        </>
      )}
      {target.references.map(({ reference, state }) => (
        <OutcomeReference
          key={reference}
          reference={reference}
          state={t(`push:tagState.${state}`)}
          onCopy={() => {
            onCopy(reference);
          }}
        />
      ))}
    </>
  );
}

function OutcomeReference(props: { reference: string; state: string; onCopy: () => void }): ReactElement {
  const { t } = useTranslation('transfers');
  return (
    <>
      <dt>{t('outcome.reference')}</dt>
      <dd>
        {props.reference} <span className="job-outcome-state">{props.state}</span>
        <CopyButton label={t('copyReference', { reference: props.reference })} onPress={props.onCopy} />
      </dd>
    </>
  );
}

function CopyButton({ label, onPress }: { readonly label: string; readonly onPress: () => void }): ReactElement {
  return (
    <Button className="icon-button" aria-label={label} onPress={onPress}>
      <Copy size={14} strokeWidth={1.75} aria-hidden="true" />
    </Button>
  );
}
