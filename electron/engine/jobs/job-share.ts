import type { Share } from '../codec/share.ts';

/** What somebody looks at gets three times as much as what goes on behind it: soon done, and the rest never stands still. */
const WATCHED_WEIGHT = 3;

/** What a job gets of what all jobs share. */
export class JobShare implements Share {
  /** A person looks at this job. */
  watched = false;

  get weight(): number {
    return this.watched ? WATCHED_WEIGHT : 1;
  }
}

/** Of a plan that a person waits for. */
export const WATCHED: Share = { weight: WATCHED_WEIGHT };
