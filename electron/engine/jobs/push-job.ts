import type { PushRequest } from '../../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import {
  FINAL_JOB_STATES,
  type Job,
  type JobAction,
  type JobLayer,
  type JobState,
  type JobSummary,
} from '../../../shared/models/job.ts';
import type { Plan, PlanBytes } from '../../../shared/models/plan.ts';
import { pushOptionsSchema } from '../../../shared/models/push-options.ts';
import type { PlanningParts } from '../plan/planning-parts.ts';
import { type DraftLayer, type PushDraft, planOf } from '../plan/push-draft.ts';
import type { Clock } from '../ports.ts';
import { JobWaits } from './job-waits.ts';
import { PauseGate } from './pause-gate.ts';
import type { LayerProgress } from './push/layer-progress.ts';
import type { PushRun } from './push/push-run.ts';
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
export interface PushJobFacts {
  readonly id: string;
  readonly vmName: string;
  readonly request: PushRequest;
  readonly createdMs: number;
  readonly chunkSize: number;
}

/** Called with every published change: numbered, at most ten a second. */
export type PublishJob = (sequence: number, summary: JobSummary, layers: readonly JobLayer[]) => void;

/** One push as the app sees it: state, error, actions, and the numbered changes. The work itself is a {@link PushRun}. */
export class PushJob {
  readonly facts: PushJobFacts;
  readonly gate = new PauseGate();
  readonly meter = new RateMeter();
  /** Waits of this job for its next tries. */
  readonly waits: JobWaits;
  #state: JobState = 'queued';
  #startedMs: number | null = null;
  #finishedMs: number | null = null;
  #error: AppError | null = null;
  #waitingFor: Job['waitingFor'] = null;
  #sentBytes = 0;
  #run: PushRun | null = null;
  #controller = new AbortController();
  readonly #clock: Clock;
  readonly #publish: PublishJob;
  #sequence = 0;
  readonly #changed = new Set<DraftLayer>();
  /** Waits for the next moment at which changes are shown. */
  #publishing: AbortController | null = null;

  constructor(facts: PushJobFacts, clock: Clock, publish: PublishJob) {
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

  get #draft(): PushDraft | null {
    return this.#run?.draft ?? null;
  }

  get parts(): PlanningParts | null {
    return this.#run?.parts ?? null;
  }

  /** The job leaves the queue. */
  begin(): void {
    this.#startedMs = this.#clock.now();
    this.move('planning');
  }

  attach(run: PushRun): void {
    this.#run = run;
    this.touch(null);
  }

  started(): void {
    if (this.#state === 'planning') this.move(this.gate.closed ? 'paused' : 'running');
    for (const layer of this.#draft?.layers ?? []) this.#changed.add(layer);
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
    if (bytes > 0) this.meter.add(bytes);
  }

  move(state: JobState): void {
    this.#state = state;
    if (FINAL_JOB_STATES.includes(state)) this.#finishedMs = this.#clock.now();
    this.touch(null);
  }

  end(state: JobState, error: AppError | null): void {
    this.#error = error;
    this.#waitingFor = null;
    for (const layer of this.#draft?.layers ?? []) this.#changed.add(layer);
    this.move(state);
  }

  pause(): void {
    if (this.#state !== 'running' && this.#state !== 'planning' && this.#state !== 'queued') throw this.#wrong('pause');
    this.gate.close();
    this.#run?.paused();
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
  touch(layer: DraftLayer | null): void {
    if (layer !== null) this.#changed.add(layer);
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
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#publish(this.#sequence, summary, this.#layers(changed));
  }

  #layers(layers: readonly DraftLayer[]): JobLayer[] {
    const run = this.#run;
    if (run === null) return [];
    const [first] = this.document()?.targets ?? [];
    const now = this.#clock.now();
    return layers.flatMap((layer) => {
      const planned = first?.layers[layer.index];
      const progress: LayerProgress = run.progressOf(layer);
      if (planned === undefined) return [];
      const { status, sent, read, retry } = progress;
      const rate = status === 'uploading' ? progress.meter.read(now) : 0;
      return [{ ...planned, status, sent, read, retry, rate }];
    });
  }

  /** The push document as far as it is known; null before there is a plan. */
  document(): Plan | null {
    const run = this.#run;
    if (run === null) return null;
    const now = this.#finishedMs ?? this.#clock.now();
    return planOf(run.draft, {
      jobId: this.facts.id,
      seconds: (now - (this.#startedMs ?? now)) / 1000,
      madeMs: this.facts.createdMs,
      rate: null,
      requests: run.parts.requests,
    });
  }

  snapshot(withLayers = true): { sequence: number; job: Job } {
    const { id, vmName, request, createdMs, chunkSize } = this.facts;
    const document = this.document();
    const bytes = document?.bytes ?? NO_BYTES;
    const now = this.#clock.now();
    const job: Job = {
      id,
      kind: 'push',
      state: this.#state,
      vmId: request.vmId,
      vmName,
      references: request.references,
      options: pushOptionsSchema.parse(request),
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
      error: this.#error?.toData() ?? null,
      actions: this.actions(),
      chunkSize,
      bytes,
      requests: { ...(document?.requests ?? { head: 0, mount: 0, upload: 0, manifest: 0 }) },
      targets: (document?.targets ?? []).map(({ layers: _layers, ...target }) => target),
      layers: withLayers ? this.#layers(this.#draft?.layers ?? []) : [],
      elsewhere: false,
    };
    return { sequence: this.#sequence, job };
  }
}
