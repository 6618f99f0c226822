import type { JobSummary } from '../../../shared/models/job.ts';

/** The references of the newest push of a VM, which the sheet offers again; none if it was never pushed. */
export function lastReferences(jobs: readonly JobSummary[], vmId: string): readonly string[] {
  const newest = jobs
    .filter((job) => job.vmId === vmId)
    .reduce<JobSummary | null>((last, job) => (last === null || job.createdMs > last.createdMs ? job : last), null);
  return newest?.references ?? [];
}
