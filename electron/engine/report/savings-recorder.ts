import type { Emit } from '../../../shared/contract/handlers.ts';
import type { SavedJob } from '../../../shared/models/savings.ts';
import type { Clock, Log } from '../ports.ts';
import type { JobAccount } from './job-account.ts';
import { mergeRecords } from './merge-records.ts';
import type { SavingsBook } from './savings-book.ts';
import { type RecordHead, recordOf } from './savings-record.ts';
import { accountOfNotes, type SentNote, withSentBefore } from './sent-notes.ts';

/** A running job is recorded at most this often, in ms. */
const EVERY_MS = 1000;

/** A job that is recorded. */
export interface RecordedRun {
  readonly head: Omit<RecordHead, 'encodeRate' | 'linkRateOf' | 'endedMs'>;
  /** What it did so far; null before it has a plan. */
  readonly account: JobAccount | null;
}

/** What a job left that was killed. */
export interface LeftRun {
  readonly head: RecordedRun['head'];
  readonly source: JobAccount['source'];
  /** Of the request. */
  readonly references: readonly string[];
  readonly notes: readonly SentNote[];
  /** When it noted something last; ms since the epoch. */
  readonly endedMs: number;
}

/** The recording of one run of a job. */
export interface Recording {
  /** The job has changed. */
  changed(run: () => RecordedRun): void;
  /** The run is over. What goes wrong is logged: the job itself is done. */
  end(run: RecordedRun): Promise<void>;
}

/** What the recorder works with. */
export interface SavingsRecorderParts {
  readonly book: SavingsBook;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly emit: Emit;
  readonly rates: Pick<RecordHead, 'linkRateOf'> & { readonly encodeRate: () => number | null };
}

/**
 * Records what jobs saved: each job once, however often it was tried. While one runs, what it has sent is written down as
 * it goes, so that a job that is killed does not take for a saving what it finds at the registry when it goes on.
 */
export class SavingsRecorder {
  readonly #parts: SavingsRecorderParts;
  /** What is being written, by job. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(parts: SavingsRecorderParts) {
    this.#parts = parts;
  }

  /** Resolves when everything is written of the jobs that have ended by now. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /**
   * Begins a run. What was recorded of earlier runs of the job is read at once.
   *
   * @param sentBefore what earlier runs noted before they closed it, also where they were killed before they recorded it
   */
  begin(jobId: string, sentBefore: readonly SentNote[] = []): Recording {
    const { book, clock, log, rates } = this.#parts;
    const earlier = this.#written(jobId)
      .then(() => book.find(jobId))
      .catch((thrown: unknown) => {
        log.warn('record of a job not read', { jobId, message: String(thrown) });
        return null;
      });
    let [wroteMs, uploads] = [clock.now(), 0];
    const write = (run: RecordedRun): void => {
      const { account } = run;
      if (account === null || account.targets.every(({ layers }) => layers.length === 0)) return;
      const { linkRateOf } = rates;
      const head: RecordHead = { ...run.head, endedMs: clock.now(), encodeRate: rates.encodeRate(), linkRateOf };
      const writing = this.#written(jobId)
        .then(async () => {
          const before = await earlier;
          await this.#write(before, recordOf(withSentBefore(account, sentBefore, before), head));
        })
        .catch((thrown: unknown) => log.warn('job not recorded', { jobId, message: String(thrown) }))
        .finally(() => {
          if (this.#writing.get(jobId) === writing) this.#writing.delete(jobId);
        });
      this.#writing.set(jobId, writing);
    };
    return {
      changed: (draw) => {
        if (clock.now() - wroteMs < EVERY_MS) return;
        wroteMs = clock.now();
        const run = draw();
        const now = uploadsOf(run.account);
        if (now === uploads) return;
        uploads = now;
        write(run);
      },
      end: async (run) => {
        write(run);
        await this.#written(jobId);
      },
    };
  }

  /**
   * Records what a job had sent that was killed before it recorded it: nobody may ever go on with it. Nothing where all of it
   * is recorded. The caller sees to it that nobody runs the job.
   */
  async recordLeft({ head, source, references, notes, endedMs }: LeftRun): Promise<void> {
    const { book, log, rates } = this.#parts;
    const { jobId } = head;
    const writing = this.#written(jobId)
      .then(async () => {
        const earlier = await book.find(jobId);
        // Which layers its sums are of is kept no more.
        if (earlier?.targets.some(({ layers, sums }) => layers.length === 0 && sums.pushed > 0)) return;
        const account = accountOfNotes(notes, earlier, { source, references });
        if (account.targets.length === 0) return;
        const encodeRate = earlier?.encodeRate ?? rates.encodeRate();
        await this.#write(earlier, recordOf(account, { ...head, endedMs, encodeRate, linkRateOf: rates.linkRateOf }));
      })
      .catch((thrown: unknown) => log.warn('job that was killed not recorded', { jobId, message: String(thrown) }))
      .finally(() => {
        if (this.#writing.get(jobId) === writing) this.#writing.delete(jobId);
      });
    this.#writing.set(jobId, writing);
    await writing;
  }

  async #written(jobId: string): Promise<void> {
    await this.#writing.get(jobId);
  }

  async #write(earlier: SavedJob | null, record: SavedJob): Promise<void> {
    await this.#parts.book.write(earlier === null ? record : mergeRecords(earlier, record));
    this.#parts.emit('report.changed', { jobId: record.jobId });
  }
}

/** Layers that were sent: only what is sent looks like a saving when the job goes on. */
function uploadsOf(account: JobAccount | null): number {
  let uploads = 0;
  for (const { layers } of account?.targets ?? [])
    for (const { verdict } of layers) if (verdict === 'upload') uploads += 1;
  return uploads;
}
