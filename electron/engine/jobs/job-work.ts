import type { Job, JobDocument, JobLayer } from '../../../shared/models/job.ts';
import type { JobAccount } from '../report/job-account.ts';

/** What only the job itself knows of its document. */
export interface DocumentFacts {
  readonly jobId: string;
  readonly seconds: number;
  /** ms since the epoch. */
  readonly madeMs: number;
}

/** The figures of a job that is at work; all but its layers. */
export type JobFigures = Pick<Job, 'bytes' | 'requests' | 'targets' | 'chunkSize'> & {
  readonly references: readonly string[];
};

/** The work of a job, as far as it is shown. */
export interface JobWork {
  /** These layers as they are now, by index; null = all. */
  layersAt(indexes: readonly number[] | null, nowMs: number): JobLayer[];
  figures(): JobFigures;
  document(facts: DocumentFacts): JobDocument;
  /** What was done so far, for the record. */
  account(): JobAccount;
  /** The job pauses: others do not wait for its uploads. */
  paused(): void;
}
