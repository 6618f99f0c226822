import { Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { JobSummary } from '../../../shared/models/job.ts';

/** How a job ended: sent, not sent and why, took, and what can be copied of it. */
export function JobOutcome(props: { job: JobSummary; onCopy: (text: string) => void }): ReactElement {
  const { job, onCopy } = props;
  const { t, i18n } = useTranslation('transfers');
  const took = job.startedMs === null || job.finishedMs === null ? null : (job.finishedMs - job.startedMs) / 1000;
  const saved = (['present', 'mounted', 'duplicate'] as const).filter((part) => job.bytes[part] > 0);
  return (
    <div className="job-outcome">
      <dl className="job-outcome-figures">
        <Figure name={t('outcome.sent')} value={formatBytes(job.sent)} />
        <Figure
          name={t('outcome.notSent')}
          value={formatBytes(job.notSent)}
          note={saved.map((part) => t(`outcome.${part}`, { bytes: formatBytes(job.bytes[part]) })).join(t('comma'))}
        />
        {took !== null && <Figure name={t('outcome.took')} value={formatDuration(took, i18n.language)} />}
      </dl>
      <dl className="job-outcome-references">
        {job.targets.map((target) => (
          <OutcomeTarget key={`${target.registry}/${target.repository}`} target={target} onCopy={onCopy} />
        ))}
      </dl>
    </div>
  );
}

function Figure(props: { readonly name: string; readonly value: string; readonly note?: string }): ReactElement {
  const { name, value, note = '' } = props;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note !== '' && <dd className="job-outcome-state">{note}</dd>}
    </div>
  );
}

interface OutcomeTargetProps {
  readonly target: JobSummary['targets'][number];
  readonly onCopy: (text: string) => void;
}

/** References of one target that are written out. */
const MOST_REFERENCES = 50;

function OutcomeTarget({ target, onCopy }: OutcomeTargetProps): ReactElement {
  const { t } = useTranslation(['transfers', 'copies']);
  const digest = target.manifestDigest;
  const more = target.references.length - MOST_REFERENCES;
  return (
    <>
      {target.references.slice(0, MOST_REFERENCES).map(({ reference, state }) => (
        <OutcomeLine key={reference} name={t('outcome.reference')}>
          {reference} <span className="job-outcome-state">{t(`push:tagState.${state}`)}</span>
          <CopyButton
            label={t('copyReference', { reference })}
            onPress={() => {
              onCopy(reference);
            }}
          />
        </OutcomeLine>
      ))}
      {more > 0 && <OutcomeLine name="">{t('copies:moreReferences', { count: more })}</OutcomeLine>}
      {digest !== null && (
        <OutcomeLine name={t('outcome.digest')}>
          <code data-tip={digest}>sha256:{shortDigest(digest, 6)}</code>
          <CopyButton
            label={t('copyDigest')}
            onPress={() => {
              onCopy(digest);
            }}
          />
        </OutcomeLine>
      )}
    </>
  );
}

function OutcomeLine(props: { readonly name: string; readonly children: React.ReactNode }): ReactElement {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
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
