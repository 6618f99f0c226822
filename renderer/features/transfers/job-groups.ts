import type { JobSummary } from '../../../shared/models/job.ts';

/** The tabs of the drawer. */
export const JOB_GROUPS = ['active', 'failed', 'finished'] as const;

/** Jobs under one heading of the list. */
export type JobGroup = (typeof JOB_GROUPS)[number];

/** The tab a job belongs to. */
export function groupOf(job: Pick<JobSummary, 'state'>): JobGroup {
  switch (job.state) {
    case 'queued':
    case 'planning':
    case 'running':
    case 'paused':
    case 'waiting':
    case 'cancelling':
      return 'active';
    case 'failed':
    case 'interrupted':
      return 'failed';
    case 'cancelled':
    case 'done':
      return 'finished';
  }
}

/** Progress from 0 to 1; by disk bytes while nothing is being sent, null where it cannot be said. */
export function jobProgress(job: JobSummary): number | null {
  if (job.state === 'planning') return job.rawSize === 0 ? null : Math.min(1, job.read / job.rawSize);
  if (job.toSend > 0) return Math.min(1, job.sent / job.toSend);
  return job.state === 'done' ? 1 : null;
}

/** Finished since midnight of the day of `nowMs`, in this computer's time zone. */
export function finishedToday(job: JobSummary, nowMs: number): boolean {
  if (groupOf(job) !== 'finished' || job.finishedMs === null) return false;
  return new Date(job.finishedMs).toDateString() === new Date(nowMs).toDateString();
}
