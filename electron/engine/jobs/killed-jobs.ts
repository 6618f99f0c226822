import { groupTargets } from '../plan/push-targets.ts';
import type { Log } from '../ports.ts';
import type { SavingsRecorder } from '../report/savings-recorder.ts';
import type { JobFiles, JobJournal } from './job-files.ts';
import type { JobHistory } from './job-history.ts';
import { type JobTask, taskOf } from './job-task.ts';

/** What it takes to record what killed jobs left. */
export interface KilledJobsOptions {
  readonly log: Log;
  readonly files: JobFiles;
  readonly history: JobHistory;
  readonly savings: Pick<SavingsRecorder, 'recordLeft'>;
  /** Whether this engine has the job: then it records it itself. */
  readonly isHere: (id: string) => boolean;
}

/**
 * Jobs whose process was killed, whichever it was: what they had sent is recorded, as nobody may ever go on with them. Runs one
 * after the other. While it runs it may hold the lock of such a job for a moment.
 */
export class KilledJobs {
  readonly #options: KilledJobsOptions;
  #recording: Promise<void> = Promise.resolve();

  constructor(options: KilledJobsOptions) {
    this.#options = options;
  }

  /** Resolves when all that was begun is over: then no lock is held. Never rejects. */
  get settled(): Promise<void> {
    return this.#recording;
  }

  /** Records what is not recorded yet; never rejects. */
  record(): Promise<void> {
    const { files, log } = this.#options;
    this.#recording = this.#recording
      .then(async () => {
        for (const journal of await files.list()) await this.#recordOne(journal);
      })
      .catch((thrown: unknown) => {
        log.warn('jobs that were killed not recorded', { message: String(thrown) });
      });
    return this.#recording;
  }

  /** Under the job's lock: nobody goes on with it meanwhile. */
  async #recordOne(journal: JobJournal): Promise<void> {
    const { files, history, savings, isHere } = this.#options;
    const { id, vmName } = journal;
    const endedMs = files.notedMs(id);
    // A job that is in the history has told what it sent when it ended.
    if (endedMs === null || isHere(id) || (await history.find(id)) !== null) return;
    if (files.holds(id) || !(await files.lock(id))) return;
    try {
      const task = taskOf(journal);
      const vmId = task.kind === 'push' ? task.request.vmId : null;
      const source = vmId === null ? 'remote' : vmId.startsWith('image:') ? 'image' : 'vm';
      const requests = { head: 0, mount: 0, upload: 0, manifest: 0 };
      const head = { jobId: id, kind: task.kind, vmId, name: vmName, requests };
      const notes = await files.sentBy(id);
      await savings.recordLeft({ head, source, references: referencesOf(task), notes, endedMs });
    } finally {
      files.unlock(id);
    }
  }
}

/** `registry/repository:tag` of what was asked for; of a copy as far as it names the tags. */
function referencesOf(task: JobTask): string[] {
  return task.kind === 'push'
    ? groupTargets(task.request.references).flatMap(({ references }) => references.map(({ reference }) => reference))
    : task.request.images.flatMap(({ targets }) => targets);
}
