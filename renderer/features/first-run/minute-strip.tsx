import { CircleCheck, Trash2, Upload } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { SampleState } from '../../../shared/models/sample.ts';
import { useJobs } from '../transfers/job-mirror-context.ts';
import './minute-strip.css';
import { ErrorLine } from '../push/error-line.tsx';
import { type MinuteStep, minuteStep, savedFigures } from './minute-step.ts';
import { RemoveSample } from './remove-sample.tsx';
import type { Sample } from './use-sample.ts';

/** See {@link MinuteStrip}. */
export interface MinuteStripProps {
  readonly sample: Sample;
  /** The offers of the first start are in sight: they show the making, and what is refused. */
  readonly offered: boolean;
  /** Opens the push sheet with the reference that the step suggests. */
  readonly onPush: (step: MinuteStep) => void;
  readonly onShowJob: (jobId: string) => void;
}

/** What comes next for a person who tries the sample VM; nothing while there is none. */
export function MinuteStrip({ sample, offered, onPush, onShowJob }: MinuteStripProps): ReactElement | null {
  const { t } = useTranslation('firstRun');
  const { jobs, loaded } = useJobs((all) => all);
  const [asking, setAsking] = useState(false);
  const { state, error, change } = sample;
  const step: MinuteStep = state === null || !loaded ? { kind: 'none' } : minuteStep(state, jobs);
  const changeNow = step.kind === 'change';
  useEffect(() => {
    if (changeNow) change();
  }, [changeNow, change]);
  if (state === null || (step.kind === 'none' && error === null)) return null;
  if (offered && (step.kind === 'none' || step.kind === 'making')) return null;
  return (
    <section className="minute-strip" aria-label={t('strip')}>
      <div className="minute-strip-words" aria-live="polite">
        <StepWords step={step} sample={state} />
        <ErrorLine error={error} />
      </div>
      <div className="minute-strip-acts">
        {(step.kind === 'push' || step.kind === 'pushAgain') && (
          <Button className="button button-primary" onPress={() => onPush(step)}>
            <Upload size={14} strokeWidth={1.75} aria-hidden="true" />
            {t(step.kind === 'push' ? 'pushFirst' : 'pushSecond')}
          </Button>
        )}
        {step.kind === 'change' && error !== null && (
          <Button className="button" onPress={change}>
            {t('tryAgain')}
          </Button>
        )}
        {step.kind === 'pushing' && (
          <Button className="button" onPress={() => onShowJob(step.job.id)}>
            {t('watch')}
          </Button>
        )}
        {step.kind === 'making' && (
          <Button className="button" onPress={sample.stop}>
            {t('stop')}
          </Button>
        )}
        {step.kind !== 'none' && step.kind !== 'making' && step.kind !== 'removing' && (
          <Button className="quiet-button" onPress={() => setAsking(true)}>
            <Trash2 size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('removeAll')}
          </Button>
        )}
      </div>
      {asking && <RemoveSample sample={state} onRemove={sample.remove} onClose={() => setAsking(false)} />}
    </section>
  );
}

function StepWords({ step, sample }: { readonly step: MinuteStep; readonly sample: SampleState }): ReactElement | null {
  const { t } = useTranslation('firstRun');
  const { path, size } = sample.changedFile;
  const file = { path, size: formatBytes(size) };
  const disk = { disk: formatBytes(sample.diskSize), data: formatBytes(sample.dataSize) };
  switch (step.kind) {
    case 'none':
      return null;
    case 'making':
      return (
        <Words
          title={t('making', { written: formatBytes(sample.written), size: formatBytes(sample.dataSize) })}
          more=""
        />
      );
    case 'push':
      return <Words title={t('step.push')} more={t('step.pushMore', disk)} />;
    case 'pushing':
      return <Words title={t(step.again ? 'step.pushingAgain' : 'step.pushing')} more={t('step.pushingMore')} />;
    case 'change':
      return <Words title={t('step.change')} more={t('step.changeMore', file)} />;
    case 'pushAgain':
      return <Words title={t('step.pushAgain')} more={t('step.pushAgainMore', file)} />;
    case 'saved':
      return <Saved step={step} sample={sample} />;
    case 'removing':
      return <Words title={t('step.removing')} more="" />;
  }
}

function Words({ title, more }: { readonly title: string; readonly more: string }): ReactElement {
  return (
    <>
      <h2>{title}</h2>
      <p>{more}</p>
    </>
  );
}

/** What the second push spared: against `tart push` first, against a plain upload second. */
function Saved(props: {
  readonly step: MinuteStep & { readonly kind: 'saved' };
  readonly sample: SampleState;
}): ReactElement {
  const { step, sample } = props;
  const { t, i18n } = useTranslation('firstRun');
  const { notSent, packed, notRead, notEncoded, seconds } = savedFigures(step, sample);
  return (
    <>
      <h2>
        <CircleCheck size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('saved.title', { sent: formatBytes(step.second.sent), packed: formatBytes(packed) })}
      </h2>
      <dl>
        <dt>{t('saved.tart')}</dt>
        <dd>
          <b>{t('saved.notRead', { bytes: formatBytes(notRead) })}</b>
          <b>{t('saved.notEncoded', { bytes: formatBytes(notEncoded) })}</b>
          {seconds !== null && <span>{t('saved.time', { time: formatDuration(seconds, i18n.language) })}</span>}
        </dd>
        <dt>{t('saved.upload')}</dt>
        <dd>
          <b>{t('saved.notSent', { notSent: formatBytes(notSent), packed: formatBytes(packed) })}</b>
        </dd>
      </dl>
    </>
  );
}
