import type { JobLayer, LayerStatus } from '../../../shared/models/job.ts';

/** What moves or is in trouble comes first; what is over, last. */
const ACTIVITY: Readonly<Record<LayerStatus, number>> = {
  failed: 0,
  retrying: 1,
  uploading: 2,
  committing: 3,
  mounting: 4,
  encoding: 5,
  checking: 6,
  hashing: 7,
  waiting: 8,
  done: 9,
  cancelled: 10,
};

/** Layers of a running job by activity, and in disk order among their like. */
export function byActivity(layers: readonly JobLayer[]): readonly JobLayer[] {
  return [...layers].sort((one, other) => ACTIVITY[one.status] - ACTIVITY[other.status] || one.index - other.index);
}
