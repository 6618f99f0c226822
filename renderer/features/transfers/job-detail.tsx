import { Terminal } from 'lucide-react';
import { type ReactElement, type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatRate } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import { shownName } from '../../../shared/format/shown-name.ts';
import { placeName } from '../../../shared/models/image-location.ts';
import type { JobLayer, JobSummary } from '../../../shared/models/job.ts';
import { SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import '../push/target-field.css';
import { useElementSize } from '../../ui/use-element-size.ts';
import { pushCommand } from '../push/push-command.ts';
import { byActivity } from '../weave/layer-order.ts';
import { LayerTable } from '../weave/layer-table.tsx';
import { useRetryWords } from '../weave/retry-words.ts';
import { useLayerFocus } from '../weave/use-layer-focus.ts';
import { Weave } from '../weave/weave.tsx';
import { type CellKind, cellKind } from '../weave/weave-cells.ts';
import { WeaveLegend } from '../weave/weave-legend.tsx';
import { kindWord } from '../weave/weave-words.ts';
import { copyCommand } from './copy-command.ts';
import { JobActions } from './job-actions.tsx';
import { groupOf } from './job-groups.ts';
import type { SpeedSample } from './job-mirror.ts';
import { JobOutcome } from './job-outcome.tsx';
import { JobReport } from './job-report.tsx';
import { wordsOf } from './job-words.ts';
import { SpeedLine } from './speed-line.tsx';
import { useJobCommands } from './use-job-commands.ts';
import './job-detail.css';

/** The job that the drawer shows on its right. */
export interface JobDetailProps {
  readonly job: JobSummary;
  /** Null until they are known. */
  readonly layers: readonly JobLayer[] | null;
  readonly speeds: readonly SpeedSample[];
}

/** One job: what was sent of what, its cloth, and its layers with what moves first. */
export function JobDetail({ job, layers, speeds }: JobDetailProps): ReactElement {
  const commands = useJobCommands();
  const { t } = useTranslation(['transfers', 'copies']);
  const place = useRef<HTMLElement>(null);
  const short = useShort(place);
  const command = commandOf(job);
  const active = groupOf(job) === 'active';
  const { act } = commands;
  // Kept between updates, so that rows whose layer did not change are not rendered.
  const retryNow = useCallback(() => {
    act(job.id, 'retry');
  }, [act, job.id]);
  return (
    <article
      ref={place}
      className="job-detail"
      aria-label={t(`${wordsOf(job)}:jobOf`, { name: shownName(job.vmName) })}
    >
      <header className="job-head">
        <div className="job-title">
          <h2>{headline(t, job)}</h2>
          <span className="job-route">
            {shownName(job.vmName)} → {job.targets.map(placeName).join(', ')}
          </span>
          <TagTokens job={job} />
        </div>
        <JobActions
          job={job}
          onAction={(action) => {
            commands.act(job.id, action);
          }}
        />
      </header>
      <div className="job-facts">
        <JobFacts job={job} layers={layers} />
        {command !== null && (
          <Button
            className="quiet-button"
            onPress={() => {
              commands.copy(command);
            }}
          >
            <Terminal size={14} strokeWidth={1.75} aria-hidden="true" />
            {t('push:copyCommand')}
          </Button>
        )}
        {active && <SpeedLine samples={speeds} />}
      </div>
      {commands.error !== null && <CommandError code={commands.error.code} />}
      <JobReport job={job} commands={commands} />
      {(job.state === 'done' || job.state === 'cancelled') && <JobOutcome job={job} onCopy={commands.copy} />}
      {layers !== null && <JobCloth job={job} layers={layers} short={short} onRetryNow={retryNow} />}
    </article>
  );
}

function useShort(place: RefObject<HTMLElement | null>): boolean {
  const size = useElementSize(place);
  return size !== null && size.height < 320;
}

type Words = ReturnType<typeof useTranslation<['transfers', 'copies']>>['t'];

function headline(t: Words, job: JobSummary): string {
  if (job.state === 'interrupted') return t('headlineSoFar', { sent: formatBytes(job.sent) });
  if (job.state === 'planning' || job.state === 'queued') {
    if (job.kind === 'copy') return t('copies:asking');
    return t('headlineReading', { read: formatBytes(job.read), raw: formatBytes(job.rawSize) });
  }
  return t('headlineSent', { sent: formatBytes(job.sent), size: formatBytes(job.toSend) });
}

/** Tags that the head of a job has room for. */
const MOST_TOKENS = 12;

function TagTokens({ job }: { readonly job: JobSummary }): ReactElement {
  const { t } = useTranslation('copies');
  const references = job.targets.flatMap((target) => target.references);
  const more = references.length - MOST_TOKENS;
  return (
    <>
      {references.slice(0, MOST_TOKENS).map(({ reference, tag, state }) => (
        <span key={reference} className="target-token" data-state={state}>
          {tag}
        </span>
      ))}
      {more > 0 && <span className="job-route">{t('moreReferences', { count: more })}</span>}
    </>
  );
}

/** The command that does the same in a terminal; null where one command cannot say it. */
function commandOf(job: JobSummary): string | null {
  if (job.copy !== null) return copyCommand(job.copy);
  return pushCommand(commandSource(job), { references: job.references, ...job.options });
}

function commandSource({ vmId, vmName }: JobSummary): string {
  if (vmId === SAMPLE_VM_ID) return vmId;
  return vmId?.startsWith('image:') === true ? vmId.slice('image:'.length) : vmName;
}

function JobFacts({
  job,
  layers,
}: {
  readonly job: JobSummary;
  readonly layers: readonly JobLayer[] | null;
}): ReactElement {
  const { t, i18n } = useTranslation('transfers');
  const moving = (layers ?? []).filter(({ status }) => status === 'uploading' || status === 'committing').length;
  const facts: string[] = [];
  if (job.state === 'running' && job.secondsLeft !== null) {
    facts.push(t('left', { time: formatDuration(job.secondsLeft, i18n.language) }));
  }
  if (moving > 0 && groupOf(job) === 'active') facts.push(t('layersAtATime', { count: moving }));
  if (groupOf(job) === 'active' && job.kind === 'push') {
    facts.push(t('readOf', { read: formatBytes(job.read), raw: formatBytes(job.rawSize) }));
  }
  if (job.state === 'waiting' && job.waitingFor !== null) facts.push(t(`waitingFor.${job.waitingFor}`));
  const retry = useRetryWords(job.retry);
  return (
    <>
      {job.state === 'running' && job.rate > 0 && <b>{formatRate(job.rate)}</b>}
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      {retry !== null && <span data-tip={retry.what}>{retry.line}</span>}
    </>
  );
}

function CommandError({ code }: { readonly code: string }): ReactElement {
  const { t } = useTranslation('transfers');
  return (
    <p className="job-command-error" role="alert">
      {t('commandFailed', { code })}
    </p>
  );
}

interface JobClothProps {
  readonly job: JobSummary;
  readonly layers: readonly JobLayer[];
  readonly short: boolean;
  readonly onRetryNow: () => void;
}

/** Weave, legend and table of a job, which mark and filter each other. */
function JobCloth({ job, layers, short, onRetryNow }: JobClothProps): ReactElement {
  const { t } = useTranslation(['transfers', 'weave']);
  const [filter, setFilter] = useState<CellKind | null>(null);
  const { highlighted, setHighlighted, marked, setMarked, revealed, open } = useLayerFocus();
  // An image of another kind than a VM has no disk to draw.
  const hasChunks = layers.length === 0 ? job.kind === 'push' : layers.some(({ kind }) => kind === 'disk');
  const shown = useMemo(() => {
    const ordered = groupOf(job) === 'active' ? byActivity(layers) : layers;
    return filter === null ? ordered : ordered.filter((layer) => layer.kind === 'disk' && cellKind(layer) === filter);
  }, [job, layers, filter]);
  return (
    <>
      {hasChunks && (
        <div className="job-weave">
          <Weave
            layers={layers}
            chunkSize={job.chunkSize}
            label={t('weaveOf', { name: shownName(job.vmName) })}
            short={short}
            highlighted={highlighted}
            marked={marked}
            onMark={setMarked}
            onOpen={(index) => {
              setFilter(null);
              open(index);
            }}
          />
          <WeaveLegend
            layers={layers}
            form="one-line"
            filter={filter}
            onHighlight={setHighlighted}
            onFilter={setFilter}
          />
        </div>
      )}
      <LayerTable
        layers={shown}
        chunkSize={job.chunkSize}
        label={t('weave:layers')}
        columns={hasChunks ? 'live' : 'copied'}
        marked={marked}
        onMark={setMarked}
        revealed={revealed}
        onRetryNow={groupOf(job) === 'active' && !job.elsewhere ? onRetryNow : undefined}
        empty={
          filter === null ? null : (
            <>
              {t('weave:noLayers', { kind: kindWord(t, filter, true) })}
              <Button
                className="button button-small"
                onPress={() => {
                  setFilter(null);
                }}
              >
                {t('weave:showAll')}
              </Button>
            </>
          )
        }
      />
    </>
  );
}
