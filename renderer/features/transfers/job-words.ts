import type { JobSummary } from '../../../shared/models/job.ts';

/** The catalogue that speaks of a job: a push is pushed, a copy is copied. */
export function wordsOf({ kind }: Pick<JobSummary, 'kind'>): 'transfers' | 'copies' {
  return kind === 'copy' ? 'copies' : 'transfers';
}
