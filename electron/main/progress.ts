import type { Subscribe } from '../../shared/contract/handlers.ts';
import { FINAL_JOB_STATES, type JobSummary } from '../../shared/models/job.ts';

/** What the taskbar or dock shows. `fraction` 0..1 */
export type TaskbarProgress =
  | { readonly mode: 'none' }
  | { readonly mode: 'indeterminate' }
  | { readonly mode: 'normal' | 'paused'; readonly fraction: number };

/** Progress over all jobs at work, by the bytes that go to the registries. */
export function progressOf(jobs: readonly JobSummary[]): TaskbarProgress {
  if (jobs.length === 0) return { mode: 'none' };
  const sum = (size: (job: JobSummary) => number): number => jobs.reduce((total, job) => total + size(job), 0);
  const toSend = sum((job) => job.toSend);
  if (toSend === 0) return { mode: 'indeterminate' };
  const fraction = Math.min(1, sum((job) => job.sent) / toSend);
  const still = jobs.every((job) => job.state === 'paused' || job.state === 'waiting');
  return { mode: still ? 'paused' : 'normal', fraction };
}

/** Shows the progress of running jobs. Returns the function that stops and clears it. */
export function followProgress(on: Subscribe, show: (progress: TaskbarProgress) => void): () => void {
  const atWork = new Map<string, JobSummary>();
  const tell = (): void => {
    show(progressOf([...atWork.values()]));
  };
  const ends = [
    on('jobs.changed', ({ job }) => {
      if (FINAL_JOB_STATES.includes(job.state)) {
        if (!atWork.delete(job.id)) return;
      } else {
        atWork.set(job.id, job);
      }
      tell();
    }),
    on('jobs.removed', ({ id }) => {
      if (atWork.delete(id)) tell();
    }),
  ];
  return () => {
    for (const end of ends) end();
    show({ mode: 'none' });
  };
}
