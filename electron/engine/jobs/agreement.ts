import type { SendAgain } from '../../../shared/models/push-options.ts';
import type { JobJournal } from './job-files.ts';

/** What a person agrees to when a job is tried again. */
export interface Agreement {
  /** Tags move even though they moved meanwhile. */
  readonly force: boolean;
  readonly newManifest?: boolean | undefined;
  readonly sendAgain?: SendAgain | undefined;
}

/** What was asked for at first, with what a person agrees to now. */
export function agreed(journal: JobJournal, { force, newManifest, sendAgain }: Agreement): JobJournal {
  if (journal.kind === 'copy') {
    const { expectedTags: _shown, ...request } = journal.request;
    return force ? { ...journal, request: { ...request, force: true } } : journal;
  }
  const { expectedTags: _shown, ...request } = journal.request;
  const asked = force ? { ...request, force: true } : journal.request;
  return {
    ...journal,
    request: {
      ...asked,
      ...(newManifest === true ? { newManifest } : {}),
      ...(sendAgain === undefined ? {} : { sendAgain }),
    },
  };
}
