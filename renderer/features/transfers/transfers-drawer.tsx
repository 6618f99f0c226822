import { CirclePause, PanelBottomClose, Play } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { JobSummary } from '../../../shared/models/job.ts';
import { useNow } from '../weave/use-now.ts';
import { DrawerEdge } from './drawer-edge.tsx';
import { JobDetail } from './job-detail.tsx';
import { finishedToday, groupOf, JOB_GROUPS, type JobGroup } from './job-groups.ts';
import { JobList } from './job-list.tsx';
import { useJobLayers, useJobs } from './job-mirror-context.ts';
import { TransferLimits } from './transfer-limits.tsx';
import '../../ui/controls.css';
import './transfers.css';
import { Segments } from '../../ui/segments.tsx';
import { useJobCommands } from './use-job-commands.ts';
import { useWatchedJob } from './use-watched-job.ts';

/** What the open drawer shows, and its height in pixels. */
export interface TransfersDrawerProps {
  /** CSS px. */
  readonly height: number;
  /** The job to show first, as after a push was started. */
  readonly initialJob?: string | null;
  readonly onResize: (height: number) => void;
  readonly onClose: () => void;
}

/** The chosen job if the tab shows it, else the first that it shows. */
function shownJob(
  jobs: readonly JobSummary[],
  group: JobGroup,
  chosen: string | null,
  nowMs: number,
): JobSummary | null {
  const visible = jobs.filter(
    (job) => groupOf(job) === group || (group === 'active' && (finishedToday(job, nowMs) || job.id === chosen)),
  );
  return (
    visible.find((job) => job.id === chosen) ?? visible.find((job) => groupOf(job) === group) ?? visible[0] ?? null
  );
}

/** The jobs, the chosen one with its live weave. */
export function TransfersDrawer({ height, initialJob = null, onResize, onClose }: TransfersDrawerProps): ReactElement {
  const { t } = useTranslation('transfers');
  const jobs = useJobs((state) => state.jobs);
  const now = useNow(60_000, true);
  const [group, setGroup] = useState<JobGroup>('active');
  const [chosen, setChosen] = useState<string | null>(initialJob);
  const [lastInitial, setLastInitial] = useState(initialJob);
  if (initialJob !== lastInitial) {
    setLastInitial(initialJob);
    setChosen(initialJob);
    setGroup('active');
  }
  // A push that fails while it is looked at takes its tab along.
  const looked = jobs.find(({ id }) => id === chosen);
  const tab = group === 'active' && looked !== undefined && groupOf(looked) === 'failed' ? 'failed' : group;
  const job = shownJob(jobs, tab, chosen, now);
  if (chosen === null && job !== null && tab === 'active' && groupOf(job) === 'active') setChosen(job.id);
  return (
    <section className="transfers-drawer" style={{ height }} aria-label={t('title')}>
      <DrawerEdge height={height} onResize={onResize} />
      <header className="transfers-head">
        <Button className="icon-button" aria-label={t('closeDrawer')} onPress={onClose}>
          <PanelBottomClose size={15} strokeWidth={1.75} aria-hidden="true" />
        </Button>
        <h2>{t('title')}</h2>
        <Segments
          label={t('groups')}
          choices={JOB_GROUPS}
          value={tab}
          words={(name) => t(`group.${name}`)}
          count={(name) => jobs.filter((one) => groupOf(one) === name).length}
          onChange={(next) => {
            setGroup(next);
            setChosen(null);
          }}
        />
        <span className="transfers-head-space" />
        <TransferLimits />
        <PauseAll jobs={jobs} />
      </header>
      <div className="transfers-body">
        <JobList jobs={jobs} group={tab} chosen={job?.id ?? null} onChoose={setChosen} />
        {job === null ? <NoJob /> : <WatchedJob key={job.id} job={job} />}
      </div>
    </section>
  );
}

function NoJob(): ReactElement {
  const { t } = useTranslation('transfers');
  return <p className="transfers-none">{t('noneChosen')}</p>;
}

function WatchedJob({ job }: { readonly job: JobSummary }): ReactElement {
  useWatchedJob(job.id);
  const layers = useJobLayers(job.id);
  const speeds = useJobs((state) => state.speeds.get(job.id));
  return <JobDetail job={job} layers={layers} speeds={speeds ?? []} />;
}

/** Pauses every job that can be paused; once none can, resumes those that are paused. */
function PauseAll({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement | null {
  const { t } = useTranslation('transfers');
  const commands = useJobCommands();
  const running = jobs.filter((job) => job.actions.includes('pause'));
  const paused = jobs.filter((job) => job.state === 'paused' && job.actions.includes('resume'));
  if (running.length === 0 && paused.length === 0) return null;
  const action = running.length > 0 ? 'pause' : 'resume';
  const Icon = running.length > 0 ? CirclePause : Play;
  return (
    <Button
      className="button button-small"
      onPress={() => {
        for (const job of running.length > 0 ? running : paused) commands.act(job.id, action);
      }}
    >
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      {t(running.length > 0 ? 'pauseAll' : 'resumeAll')}
    </Button>
  );
}
