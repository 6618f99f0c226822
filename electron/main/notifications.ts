import type { Subscribe } from '../../shared/contract/handlers.ts';
import { shownName } from '../../shared/format/shown-name.ts';
import { FINAL_JOB_STATES, type JobState, type JobSummary } from '../../shared/models/job.ts';
import type { HostWords } from './host-words.ts';

/** A notification of the system. */
export interface NotificationText {
  readonly title: string;
  readonly body: string;
}

/** References that a notification names. */
const MOST_REFERENCES = 6;

/** What is said of a job that ended; null for one that the person ended. */
export function notificationOf(job: JobSummary, words: HostWords): NotificationText | null {
  const more = job.references.length - MOST_REFERENCES;
  const body = [...job.references.slice(0, MOST_REFERENCES), ...(more > 0 ? [`+${String(more)}`] : [])].join('\n');
  const [done, failed] = job.kind === 'copy' ? [words.copyDone, words.copyFailed] : [words.pushDone, words.pushFailed];
  if (job.state === 'done') return { title: done(shownName(job.vmName)), body };
  return job.state === 'failed' ? { title: failed(shownName(job.vmName)), body } : null;
}

/** Tells of each job that ends while it is watched. Returns the function that stops. */
export function notifyOfEndedJobs(
  on: Subscribe,
  options: {
    /** The setting, and that the person is not looking at the window. */
    readonly wanted: () => boolean;
    readonly words: () => HostWords;
    readonly show: (text: NotificationText) => void;
  },
): () => void {
  // Only jobs seen at work: one that had ended before is not told again.
  const atWork = new Map<string, JobState>();
  const ends = [
    on('jobs.changed', ({ job }) => {
      const worked = atWork.has(job.id);
      if (!FINAL_JOB_STATES.includes(job.state)) {
        atWork.set(job.id, job.state);
        return;
      }
      atWork.delete(job.id);
      const text = worked && options.wanted() ? notificationOf(job, options.words()) : null;
      if (text !== null) options.show(text);
    }),
    on('jobs.removed', ({ id }) => {
      atWork.delete(id);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
