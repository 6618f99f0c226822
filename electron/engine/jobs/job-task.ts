import type { CopyRequest } from '../../../shared/models/copy.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import type { JobJournal } from './job-files.ts';

/** What a job is to do. */
export type JobTask =
  | { readonly kind: 'push'; readonly request: PushRequest }
  | { readonly kind: 'copy'; readonly request: CopyRequest };

/** What a job was to do, by its journal. */
export function taskOf(journal: JobJournal): JobTask {
  return journal.kind === 'push'
    ? { kind: journal.kind, request: journal.request }
    : { kind: journal.kind, request: journal.request };
}
