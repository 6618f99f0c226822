import { AppError } from '../../shared/errors/app-error.ts';
import { FINAL_JOB_STATES, type JobLayer, type JobSummary } from '../../shared/models/job.ts';
import type { Engine } from '../engine/engine-interface.ts';

/** A job as it is followed: its newest summary and its layers by index. */
export interface FollowedJob {
  readonly summary: JobSummary;
  readonly layers: ReadonlyMap<number, JobLayer>;
}

/**
 * Follows a job of this engine to its end. Aborting the signal interrupts the engine's jobs (they can be resumed) and
 * still waits for the end, so that upload sessions are closed.
 *
 * @throws AppError `job.notFound`
 */
export async function followJob(
  engine: Engine,
  id: string,
  signal: AbortSignal,
  onChange: (job: FollowedJob) => void,
): Promise<FollowedJob> {
  const layers = new Map<number, JobLayer>();
  let sequence = -1;
  let latest: FollowedJob | null = null;
  let finish: (job: FollowedJob) => void = () => undefined;
  const finished = new Promise<FollowedJob>((resolve) => {
    finish = resolve;
  });
  const take = (at: number, summary: JobSummary, changed: readonly JobLayer[]): void => {
    if (at <= sequence) return;
    sequence = at;
    for (const layer of changed) layers.set(layer.index, layer);
    latest = { summary, layers };
    onChange(latest);
    if (FINAL_JOB_STATES.includes(summary.state)) finish(latest);
  };
  const stop = engine.on('jobs.changed', (delta) => {
    if (delta.jobId === id) take(delta.sequence, delta.job, delta.layers);
  });
  const interrupt = (): void => {
    void engine.interruptJobs();
  };
  try {
    const snapshot = await engine.handlers['jobs.get']({ id }, new AbortController().signal);
    const { layers: all, ...summary } = snapshot.job;
    take(snapshot.sequence, summary, all);
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    return await finished;
  } finally {
    stop();
    signal.removeEventListener('abort', interrupt);
  }
}

/** Throws the error that a job ended with; returns when it is done. */
export function throwUnlessDone(job: JobSummary): void {
  if (job.state === 'done') return;
  if (job.error !== null) throw AppError.fromData(job.error);
  if (job.state === 'failed') throw new AppError('internal', { message: 'failed without an error' });
  throw new AppError('cancelled');
}
