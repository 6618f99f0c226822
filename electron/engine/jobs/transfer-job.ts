import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import {
  FINAL_JOB_STATES,
  type Job,
  type JobAction,
  type JobDocument,
  type JobLayer,
  type JobState,
  type JobSummary,
  type Retry,
} from '../../../shared/models/job.ts';
import type { PlanBytes } from '../../../shared/models/plan.ts';
import { PLAIN_PUSH, pushOptionsSchema } from '../../../shared/models/push-options.ts';
import type { Clock } from '../ports.ts';
import { type RetryNotice, retryOf } from '../registry/retry-notice.ts';
import type { RecordedRun } from '../report/savings-recorder.ts';
import { JobShare } from './job-share.ts';
import type { JobTask } from './job-task.ts';
import { JobWaits } from './job-waits.ts';
import type { JobWork } from './job-work.ts';
import { PauseGate } from './pause-gate.ts';
import { RateMeter } from './push/rate-meter.ts';
import type { Stuck } from './stuck-job.ts';

/** Shown at most this often. */
const PUBLISH_MS = 100;
const NO_BYTES: PlanBytes = {
  raw: 0,
  packed: 0,
  read: 0,
  encoded: 0,
  uploaded: 0,
  mounted: 0,
  present: 0,
  duplicate: 0,
};

/** What a job is made of when it starts. */
export interface JobFacts {
  readonly id: string;
  /** Name of the VM, or of what is copied. */
  readonly vmName: string;
  readonly task: JobTask;
  readonly createdMs: number;
  /** Raw bytes of a chunk of a push. */
  readonly chunkSize: number;
}

/** Called with every published change: numbered, at most ten a second. */
export type PublishJob = (sequence: number, summary: JobSummary, layers: readonly JobLayer[]) => void;

/** One push or copy as the app sees it: state, error, actions, and the numbered changes. What it does is its {@link JobWork}. */
export class TransferJob {
  readonly facts: JobFacts;
  readonly gate = new PauseGate();
  readonly meter = new RateMeter();
  readonly share = new JobShare();
  /** Whether its journal is on the disk. */
  writtenDown = true;
  /** Waits of this job for its next tries. */
  readonly waits: JobWaits;
  #state: JobState = 'queued';
  #startedMs: number | null = null;
  #finishedMs: number | null = null;
  /** When it began and ended by the steady clock: for how long it took. */
  #began: number | null = null;
  #over: number | null = null;
  #error: AppError | null = null;
  #waitingFor: Job['waitingFor'] = null;
  #retry: Retry | null = null;
  #sentBytes = 0;
  #work: JobWork | null = null;
  #controller = new AbortController();
  readonly #clock: Clock;
  readonly #publish: PublishJob;
  #sequence = 0;
  /** Indexes of layers that changed since they were shown; null = all of them. */
  #changed: Set<number> | null = new Set<number>();
  /** Waits for the next moment at which changes are shown. */
  #publishing: AbortController | null = null;

  constructor(facts: JobFacts, clock: Clock, publish: PublishJob) {
    this.facts = facts;
    this.#clock = clock;
    this.waits = new JobWaits(clock);
    this.#publish = publish;
  }

  get state(): JobState {
    return this.#state;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get ended(): boolean {
    return FINAL_JOB_STATES.includes(this.#state);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The job leaves the queue. */
  begin(): void {
    this.#startedMs = this.#clock.now();
    this.#began = this.#clock.steady();
    this.move('planning');
  }

  attach(work: JobWork): void {
    this.#work = work;
    this.touch(null);
  }

  started(): void {
    if (this.#state === 'planning') this.move(this.gate.closed ? 'paused' : 'running');
    this.#changed = null;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
    if (bytes <= 0) return;
    this.meter.add(bytes);
    if (this.#retry !== null && this.#retry.atMs <= this.#clock.now()) this.#retry = null;
  }

  /** A request that belongs to no layer is made again; shown until the job goes on. */
  retrying(notice: RetryNotice): void {
    this.#retry = retryOf(notice);
    this.touch(null);
  }

  move(state: JobState): void {
    this.#state = state;
    this.#retry = null;
    if (FINAL_JOB_STATES.includes(state)) {
      this.#finishedMs = this.#clock.now();
      this.#over = this.#clock.steady();
    }
    this.touch(null);
  }

  end(state: JobState, error: AppError | null): void {
    this.#error = error;
    this.#waitingFor = null;
    this.#changed = null;
    this.move(state);
  }

  pause(): void {
    if (this.#state !== 'running' && this.#state !== 'planning' && this.#state !== 'queued') throw this.#wrong('pause');
    this.gate.close();
    this.#work?.paused();
    if (this.#state === 'running') this.move('paused');
  }

  resume(): void {
    if (this.#state !== 'paused') throw this.#wrong('resume');
    this.gate.open();
    this.move('running');
  }

  /** The job waits for something outside; {@link PushJob.goOn} follows. */
  wait({ waitingFor, error }: Stuck): void {
    this.#waitingFor = waitingFor;
    this.#error = error;
    this.move('waiting');
  }

  goOn(): void {
    this.#waitingFor = null;
    this.#error = null;
    if (this.#state === 'waiting') this.move(this.gate.closed ? 'paused' : 'running');
  }

  /** Tries at once what waits for its next try. @throws AppError `job.wrongState` when nothing does */
  retryNow(): void {
    if (this.waits.wake() === 0) throw this.#wrong('retry');
  }

  cancel(reason: 'cancel' | 'close'): void {
    if (this.ended || this.#state === 'cancelling') throw this.#wrong('cancel');
    if (reason === 'cancel') this.move('cancelling');
    this.#controller.abort(new AppError('cancelled'));
  }

  #wrong(action: string): AppError {
    return new AppError('job.wrongState', { id: this.facts.id, state: this.#state, action });
  }

  actions(): JobAction[] {
    switch (this.#state) {
      case 'queued':
      case 'planning':
      case 'running':
        return ['pause', 'cancel'];
      case 'paused':
        return ['resume', 'cancel'];
      case 'waiting':
        return ['retry', 'cancel'];
      case 'cancelling':
        return [];
      case 'failed':
        return ['retry', 'remove'];
      case 'interrupted':
        return ['resume', 'remove'];
      case 'cancelled':
      case 'done':
        return ['remove'];
    }
  }

  /** A layer (or, with null, the whole) changed: it is shown within 100 ms, the end of a job at once. */
  touch(layer: { readonly index: number } | null): void {
    if (layer !== null) this.#changed?.add(layer.index);
    if (this.ended) {
      // A command would wait for it.
      this.#publishing?.abort();
      this.#send();
      return;
    }
    if (this.#publishing !== null) return;
    const publishing = new AbortController();
    this.#publishing = publishing;
    this.#clock
      .sleep(PUBLISH_MS, publishing.signal)
      .catch(toAppError)
      .then(() => {
        this.#publishing = null;
        if (!this.ended) this.#send();
      }, toAppError);
  }

  #send(): void {
    this.#sequence += 1;
    const { layers: _all, ...summary } = this.snapshot(false).job;
    const changed = this.#changed === null ? null : [...this.#changed];
    this.#changed = new Set();
    this.#publish(this.#sequence, summary, this.#layers(changed));
  }

  #layers(indexes: readonly number[] | null): JobLayer[] {
    if (indexes !== null && indexes.length === 0) return [];
    return this.#work?.layersAt(indexes, this.#clock.steady()) ?? [];
  }

  /** The document as far as it is known; null before there is a plan. */
  document(): JobDocument | null {
    const now = this.#over ?? this.#clock.steady();
    const seconds = Math.round(now - (this.#began ?? now)) / 1000;
    return this.#work?.document({ jobId: this.facts.id, seconds, madeMs: this.facts.createdMs }) ?? null;
  }

  /** What is recorded of it, as far as it came. */
  recorded(): RecordedRun {
    const { id, vmName, task } = this.facts;
    const requests = this.#work?.figures().requests ?? { head: 0, mount: 0, upload: 0, manifest: 0 };
    const vmId = task.kind === 'push' ? task.request.vmId : null;
    return {
      head: { jobId: id, kind: task.kind, vmId, name: vmName, requests: { ...requests } },
      account: this.#work?.account() ?? null,
    };
  }

  snapshot(withLayers = true): { sequence: number; job: Job } {
    const { id, vmName, createdMs, task } = this.facts;
    const figures = this.#work?.figures() ?? null;
    const bytes = figures?.bytes ?? NO_BYTES;
    const now = this.#clock.steady();
    const job: Job = {
      id,
      ...asked(task),
      state: this.#state,
      vmName,
      references: [...(figures?.references ?? targetsOf(task))],
      createdMs,
      startedMs: this.#startedMs,
      finishedMs: this.#finishedMs,
      toSend: this.#state === 'done' ? this.#sentBytes : Math.max(bytes.uploaded, this.#sentBytes),
      sent: this.#sentBytes,
      notSent: bytes.present + bytes.mounted + bytes.duplicate,
      rawSize: bytes.raw,
      read: bytes.read,
      rate: this.ended ? 0 : this.meter.read(now),
      secondsLeft: this.ended ? null : this.meter.secondsLeft(Math.max(0, bytes.uploaded - this.#sentBytes), now),
      waitingFor: this.#waitingFor,
      retry: this.#retry,
      error: this.#error?.toData() ?? null,
      actions: this.actions(),
      chunkSize: figures?.chunkSize ?? this.facts.chunkSize,
      bytes,
      requests: { ...(figures?.requests ?? { head: 0, mount: 0, upload: 0, manifest: 0 }) },
      targets: [...(figures?.targets ?? [])],
      layers: withLayers ? this.#layers(null) : [],
      elsewhere: false,
      writtenDown: this.writtenDown,
    };
    return { sequence: this.#sequence, job };
  }
}

function asked(task: JobTask): Pick<Job, 'kind' | 'vmId' | 'options' | 'copy'> {
  if (task.kind === 'push')
    return { kind: 'push', vmId: task.request.vmId, options: pushOptionsSchema.parse(task.request), copy: null };
  return { kind: 'copy', vmId: null, options: PLAIN_PUSH, copy: task.request };
}

/** Where a job goes, by what was asked for. */
function targetsOf(task: JobTask): readonly string[] {
  if (task.kind === 'push') return task.request.references;
  return [...task.request.images, ...task.request.repositories].flatMap(({ targets }) => targets);
}
