import { randomUUID } from 'node:crypto';
import type { Emit } from '../../../shared/contract/handlers.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { CopyDocument, CopyRequest } from '../../../shared/models/copy.ts';
import type { Job, JobDocument, JobSummary } from '../../../shared/models/job.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import type { Clock, Log, Wakefulness } from '../ports.ts';
import type { Recording, SavingsRecorder } from '../report/savings-recorder.ts';
import type { SentNote } from '../report/sent-notes.ts';
import { type Agreement, agreed } from './agreement.ts';
import type { JobFiles, JobJournal } from './job-files.ts';
import type { JobHistory } from './job-history.ts';
import { taskOf } from './job-task.ts';
import { KilledJobs } from './killed-jobs.ts';
import { TransferJob } from './transfer-job.ts';

/**
 * Pushes and copies that run at once; more wait. Their layers share slots, workers and bytes, so that a further job takes
 * no more memory than its plan; each holds the lock of its VM, or a connection.
 */
const RUNNING_AT_ONCE = 4;
/** How often requests of other processes are looked for. */
const LOOK_MS = 1000;

/** What the queue is made of. */
export interface JobQueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: Emit;
  readonly files: JobFiles;
  readonly history: JobHistory;
  readonly savings: Pick<SavingsRecorder, 'begin' | 'recordLeft'>;
  readonly wakefulness: Wakefulness;
  readonly chunkSize: number;
  /** Does the work of a job. Throws what the job fails with. */
  readonly perform: (job: TransferJob) => Promise<void>;
  /** A job is over for good: its journal is gone. */
  readonly onOver: (id: string) => Promise<void>;
}

/** All jobs of this engine, and what is recorded of others. Jobs belong to the engine: no window's end ends one. */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #jobs = new Map<string, TransferJob>();
  readonly #waiting: TransferJob[] = [];
  readonly #running = new Map<TransferJob, Promise<void>>();
  /** Of jobs that run. */
  readonly #recordings = new Map<string, Recording>();
  /** What earlier runs noted, of jobs that go on and wait for their turn. */
  readonly #sentBefore = new Map<string, readonly SentNote[]>();
  #closing = false;
  #clearing: Promise<void> = Promise.resolve();
  readonly #killed: KilledJobs;
  /** The job that somebody looks at; null = none. */
  #watched: string | null = null;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#killed = new KilledJobs({ ...options, isHere: (id) => this.#jobs.has(id) });
  }

  /** Clears away what a crash left, while everything else goes on. */
  open(): void {
    const { files, log } = this.#options;
    this.#clearing = files.clear().catch((thrown: unknown) => {
      log.warn('files of jobs not cleared away', { message: String(thrown) });
    });
    void this.#killed.record();
  }

  /** Records what killed jobs had sent; see {@link KilledJobs}. */
  async recordKilled(): Promise<void> {
    await this.#killed.record();
  }

  /** Jobs that an end of the process would interrupt: one that is being cancelled ends anyway. */
  get running(): number {
    const working = [...this.#running.keys()].filter((job) => !job.ended && job.state !== 'cancelling');
    return working.length + this.#waiting.length;
  }

  /** Starts a push: the journal is on disk before anything is sent, where the disk takes it. `onNamed` is told the job's id before it begins. */
  async push(
    request: PushRequest,
    vmName: string,
    onNamed: (id: string) => void = () => undefined,
  ): Promise<JobSummary> {
    const head = this.#head(vmName);
    onNamed(head.id);
    return await this.#enqueue({ ...head, kind: 'push', request }, false);
  }

  /** Starts a copy: the journal is on disk before anything is sent. */
  async copy(request: CopyRequest, name: string): Promise<JobSummary> {
    return await this.#enqueue({ ...this.#head(name), kind: 'copy', request }, false);
  }

  #head(vmName: string): Omit<JobJournal, 'kind' | 'request'> {
    return { version: 1, id: randomUUID(), createdMs: this.#options.clock.now(), vmName, sent: 0 };
  }

  async #enqueue(journal: JobJournal, again: boolean): Promise<JobSummary> {
    const { clock, emit, files, chunkSize } = this.#options;
    const { id, createdMs, vmName } = journal;
    if (again) await this.#take(id);
    const writtenDown = await this.#writeDown(journal);
    if (again) this.#sentBefore.set(id, await files.sentBy(id));
    const task = taskOf(journal);
    const job = new TransferJob({ id, createdMs, vmName, task, chunkSize }, clock, (sequence, summary, layers) => {
      emit('jobs.changed', { jobId: id, sequence, job: summary, layers: [...layers] });
      this.#recordings.get(id)?.changed(() => job.recorded());
    });
    job.share.watched = id === this.#watched;
    job.writtenDown = writtenDown;
    this.#jobs.set(id, job);
    this.#waiting.push(job);
    this.#next();
    const { layers: _layers, ...summary } = job.snapshot(false).job;
    return summary;
  }

  /** Takes the lock of a job that goes on. @throws AppError `job.elsewhere`, `job.notFound` */
  async #take(id: string): Promise<void> {
    const { files, log } = this.#options;
    // This engine may hold the lock for a moment, and would let it go.
    await this.#killed.settled;
    const locked = await files.lock(id).catch((thrown: unknown) => {
      // On a full disk. Of a job that is written down nowhere nobody else knows.
      log.warn('job goes on without its lock', { id, message: String(thrown) });
      return true;
    });
    if (!locked) throw new AppError('job.elsewhere', { id });
    if ((await this.#journal(id)) !== null) return;
    // Its owner ended it while we asked for the lock.
    await this.#over(id);
    throw new AppError('job.notFound', { id });
  }

  /**
   * Writes the journal under the job's lock. Where the disk does not take it the job runs all the same: it is only not gone
   * on with by another process. Answers whether it is written.
   */
  async #writeDown(journal: JobJournal): Promise<boolean> {
    const { files, log } = this.#options;
    try {
      // Nobody else knows the id of a new job.
      await files.lock(journal.id);
      await files.write(journal);
      return true;
    } catch (thrown) {
      log.warn('job runs without a journal', { id: journal.id, message: String(thrown) });
      return false;
    }
  }

  #next(): void {
    while (this.#running.size < RUNNING_AT_ONCE && !this.#closing) {
      const watched = this.#waiting.findIndex(({ share }) => share.watched);
      const [job] = this.#waiting.splice(Math.max(0, watched), 1);
      if (job === undefined) return;
      if (job.ended) continue;
      const work = this.#work(job).finally(() => {
        this.#running.delete(job);
        this.#next();
      });
      this.#running.set(job, work);
    }
  }

  async #work(job: TransferJob): Promise<void> {
    const { wakefulness, log, perform, savings } = this.#options;
    const { id } = job.facts;
    this.#recordings.set(id, savings.begin(id, this.#sentBefore.get(id)));
    this.#sentBefore.delete(id);
    const release = wakefulness.hold(job.facts.task.kind);
    const ended = new AbortController();
    const looking = this.#lookForRequests(job, ended.signal);
    try {
      job.begin();
      await perform(job);
      await this.#finish(job, 'done', null);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'internal')
        log.warn('job failed', {
          id: job.facts.id,
          message: error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.code,
        });
      if (!job.signal.aborted) await this.#finish(job, 'failed', error);
      else if (this.#closing && job.state !== 'cancelling') await this.#finish(job, 'interrupted', null);
      else await this.#finish(job, 'cancelled', null);
    } finally {
      ended.abort();
      release();
      await looking;
    }
  }

  async #finish(
    job: TransferJob,
    state: 'done' | 'failed' | 'cancelled' | 'interrupted',
    error: AppError | null,
  ): Promise<void> {
    const { files, history, log } = this.#options;
    const { id } = job.facts;
    try {
      if (state === 'done' || state === 'cancelled') await this.#over(id);
      else {
        await files.write(journalOf(job));
        job.writtenDown = true;
        files.unlock(id);
      }
    } catch (thrown) {
      // An older one may be there, which will do.
      job.writtenDown = (await files.list()).some((journal) => journal.id === id);
      files.unlock(id);
      log.warn('journal not written', { id, message: String(thrown) });
    }
    const recording = this.#recordings.get(id);
    this.#recordings.delete(id);
    job.end(state, error);
    await recording?.end(job.recorded());
    if (state === 'interrupted') return;
    await history
      .record({ job: job.snapshot().job, document: job.document() })
      .catch((thrown: unknown) => log.warn('job not recorded', { id, message: String(thrown) }));
  }

  async #over(id: string): Promise<void> {
    await this.#options.files.remove(id);
    await this.#options.onOver(id);
  }

  async #lookForRequests(job: TransferJob, ended: AbortSignal): Promise<void> {
    const { clock, history } = this.#options;
    while (!ended.aborted) {
      try {
        await clock.sleep(LOOK_MS, ended);
        for (const request of await history.takeRequests(job.facts.id)) {
          if (request === 'cancel') job.cancel('cancel');
          else job.pause();
        }
      } catch (thrown) {
        // The job ended, or refuses in its state: another look follows while it runs.
        if (toAppError(thrown).code === 'internal') return;
      }
    }
  }

  /** Jobs of this process, journals that nobody runs, jobs of other processes, and the record; newest first. */
  async list(): Promise<JobSummary[]> {
    const summaries = new Map<string, JobSummary>();
    const add = ({ layers: _layers, ...summary }: Job): void => {
      summaries.set(summary.id, summary);
    };
    const journals = await this.#options.files.list();
    const written = new Set(journals.map(({ id }) => id));
    for (const { job } of await this.#options.history.list()) add(asRecorded(job, written.has(job.id)));
    for (const journal of journals) {
      if (!summaries.has(journal.id) && !this.#jobs.has(journal.id)) add(await this.#fromJournal(journal));
    }
    for (const job of this.#jobs.values()) add(job.snapshot(false).job);
    return [...summaries.values()].sort((left, right) => right.createdMs - left.createdMs);
  }

  async #fromJournal(journal: JobJournal): Promise<Job> {
    const { clock, files, chunkSize } = this.#options;
    const { id, createdMs, vmName } = journal;
    await this.#killed.settled;
    const free = await files.isFree(id);
    const facts = { id, createdMs, vmName, task: taskOf(journal), chunkSize };
    const shadow = new TransferJob(facts, clock, () => undefined);
    shadow.sent(journal.sent);
    const { job } = shadow.snapshot(false);
    return free
      ? { ...job, state: 'interrupted', actions: ['resume', 'remove'] }
      : { ...job, state: 'running', actions: ['pause', 'cancel'], elsewhere: true };
  }

  /** What is needed to go on with a job: its journal, or what this process knows of one that could not be written down. */
  async #journal(id: string): Promise<JobJournal | null> {
    const written = (await this.#options.files.list()).find((journal) => journal.id === id);
    if (written !== undefined) return written;
    const own = this.#jobs.get(id);
    return own?.writtenDown === false ? journalOf(own) : null;
  }

  async get(id: string): Promise<{ sequence: number; job: Job }> {
    const live = this.#jobs.get(id);
    if (live !== undefined) return live.snapshot();
    const recorded = await this.#options.history.find(id);
    const journal = await this.#journal(id);
    if (recorded !== null) return { sequence: 0, job: asRecorded(recorded.job, journal !== null) };
    if (journal === null) throw new AppError('job.notFound', { id });
    return { sequence: 0, job: await this.#fromJournal(journal) };
  }

  async #document(id: string): Promise<JobDocument | null> {
    return this.#jobs.get(id)?.document() ?? (await this.#options.history.find(id))?.document ?? null;
  }

  /** What a push did. @throws AppError `job.notFound`, also for a copy */
  async document(id: string): Promise<Plan> {
    const found = await this.#document(id);
    if (found === null || 'sources' in found) throw new AppError('job.notFound', { id });
    return found;
  }

  /** What a copy did. @throws AppError `job.notFound`, also for a push */
  async copyDocument(id: string): Promise<CopyDocument> {
    const found = await this.#document(id);
    if (found === null || !('sources' in found)) throw new AppError('job.notFound', { id });
    return found;
  }

  /** The job that somebody looks at gets more of what jobs share, and begins before others that wait; null = none is. */
  focus(id: string | null): void {
    this.#watched = id;
    for (const [jobId, { share }] of this.#jobs) share.watched = jobId === id;
  }

  async pause(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job !== undefined) job.pause();
    else await this.#askElsewhere(id, 'pause');
  }

  async cancel(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job === undefined) {
      await this.#askElsewhere(id, 'cancel');
      return;
    }
    const queued = this.#waiting.indexOf(job);
    job.cancel('cancel');
    if (queued !== -1) {
      this.#waiting.splice(queued, 1);
      await this.#finish(job, 'cancelled', null);
    }
  }

  async #askElsewhere(id: string, request: 'cancel' | 'pause'): Promise<void> {
    const { job } = await this.get(id);
    if (!job.elsewhere) throw new AppError('job.wrongState', { id, state: job.state, action: request });
    await this.#options.history.ask(id, request);
  }

  /** Goes on with a paused job, or anew with one that was interrupted or failed: what is at the registry is not sent again. */
  async resume(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job?.state === 'paused') {
      job.resume();
      return;
    }
    if (job !== undefined && !job.ended)
      throw new AppError('job.wrongState', { id, state: job.state, action: 'resume' });
    const journal = await this.#journal(id);
    if (journal === null) throw await this.#notAgain(id, 'resume');
    await this.#options.history.remove(id);
    await this.#enqueue(journal, true);
  }

  /**
   * Goes on with a job that waits, wakes the layers of a running one that wait for their next try, or tries a failed job
   * again.
   *
   * @param agreement what the person agrees to beyond the first request
   */
  async retry(id: string, agreement: Agreement): Promise<void> {
    const job = this.#jobs.get(id);
    if (job?.state === 'waiting' || job?.state === 'running') {
      job.retryNow();
      return;
    }
    const journal = await this.#journal(id);
    if (journal === null || (job !== undefined && !job.ended)) {
      throw journal === null
        ? await this.#notAgain(id, 'retry')
        : new AppError('job.wrongState', { id, state: job?.state ?? 'interrupted', action: 'retry' });
    }
    await this.#options.history.remove(id);
    await this.#enqueue(agreed(journal, agreement), true);
  }

  /** Why a job without a journal is not gone on with: it ended, or there is none. */
  async #notAgain(id: string, action: 'resume' | 'retry'): Promise<AppError> {
    const state = this.#jobs.get(id)?.state ?? (await this.#options.history.find(id))?.job.state;
    return state === undefined
      ? new AppError('job.notFound', { id })
      : new AppError('job.wrongState', { id, state, action });
  }

  /** Forgets an ended job. */
  async remove(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job !== undefined && !job.ended)
      throw new AppError('job.wrongState', { id, state: job.state, action: 'remove' });
    if (job === undefined && (await this.get(id)).job.elsewhere) throw new AppError('job.elsewhere', { id });
    // With its files goes what it noted.
    await this.#killed.record();
    this.#jobs.delete(id);
    await this.#options.history.remove(id);
    if (await this.#options.files.lock(id)) await this.#over(id);
    this.#options.emit('jobs.removed', { id });
  }

  /** Jobs that wait for a sign-in to this registry go on; those of this run that failed for the want of one are tried again. */
  async signedIn(host: string): Promise<void> {
    const { log } = this.#options;
    for (const [id, job] of this.#jobs) {
      const { state, waitingFor, error } = job.snapshot(false).job;
      if (error?.params['host'] !== host) continue;
      if (waitingFor === 'signIn') job.waits.wake();
      else if (state === 'failed' && error.code.startsWith('auth.')) {
        await this.retry(id, { force: false }).catch((thrown: unknown) =>
          log.warn('job not tried again', { id, message: String(thrown) }),
        );
      }
    }
  }

  /** Ends all jobs as interrupted; their journals stay. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { facts } of this.#waiting.splice(0)) this.#options.files.unlock(facts.id);
    for (const job of this.#running.keys()) if (!job.signal.aborted && !job.ended) job.cancel('close');
    await Promise.all([this.#clearing, this.#killed.settled, ...this.#running.values()]);
  }
}

/** What another process needs to go on with a job. */
function journalOf({ facts: { id, createdMs, vmName, task }, sentBytes: sent }: TransferJob): JobJournal {
  return { version: 1, id, createdMs, vmName, ...task, sent };
}

/** A job as it was recorded, with what can be done with it now: without a journal it cannot be tried again. */
function asRecorded(job: Job, written: boolean): Job {
  const actions = written ? job.actions : job.actions.filter((action) => action === 'remove');
  return { ...job, actions, writtenDown: written };
}
