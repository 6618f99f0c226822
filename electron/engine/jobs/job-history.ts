import { z } from 'zod';
import { copyDocumentSchema } from '../../../shared/models/copy.ts';
import { type Job, type JobDocument, jobSchema } from '../../../shared/models/job.ts';
import { planSchema } from '../../../shared/models/plan.ts';
import type { StateDatabase } from '../state/state-database.ts';

/** A job that has ended, as it was seen last. */
export interface RecordedJob {
  readonly job: Job;
  readonly document: JobDocument | null;
}

const totalsSchema = z.object({ job: jobSchema, document: z.union([planSchema, copyDocumentSchema]).nullable() });
const rowSchema = z.object({
  totals: z.string().transform((text, context) => {
    try {
      return totalsSchema.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'totals' });
      return z.NEVER;
    }
  }),
});
const requestSchema = z.object({ id: z.number(), request: z.enum(['cancel', 'pause']) });
const LISTED = 200;
/** Layers that are kept of a job and of each of its targets: a disk of 2.5 TiB has as many. A copy of a repository may have more. */
const MOST_LAYERS = 5000;

/** The record of ended jobs, and requests from other processes to running ones. */
export class JobHistory {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Of very many layers the first are kept. */
  async record({ job, document }: RecordedJob): Promise<void> {
    const kept = { job: { ...job, layers: job.layers.slice(0, MOST_LAYERS) }, document: shortened(document) };
    await this.#state.run([
      {
        sql: `INSERT OR REPLACE INTO jobs (id, kind, state, vm, created_ms, finished_ms, job_references, totals, error)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        params: [
          job.id,
          job.kind,
          job.state,
          job.vmId,
          job.createdMs,
          job.finishedMs,
          JSON.stringify(job.references),
          JSON.stringify(kept),
          job.error === null ? null : JSON.stringify(job.error),
        ],
      },
    ]);
  }

  /** Newest first, at most 200. */
  async list(): Promise<RecordedJob[]> {
    const rows = await this.#state.all(
      'SELECT totals FROM jobs WHERE totals IS NOT NULL ORDER BY created_ms DESC LIMIT ?',
      [LISTED],
      rowSchema,
    );
    return rows.map(({ totals }) => totals);
  }

  async find(id: string): Promise<RecordedJob | null> {
    const rows = await this.#state.all('SELECT totals FROM jobs WHERE id = ? AND totals IS NOT NULL', [id], rowSchema);
    return rows[0]?.totals ?? null;
  }

  async remove(id: string): Promise<void> {
    await this.#state.run([{ sql: 'DELETE FROM jobs WHERE id = ?', params: [id] }]);
  }

  /** Asks the process that runs a job; it looks once a second. */
  async ask(id: string, request: 'cancel' | 'pause'): Promise<void> {
    await this.#state.run([
      {
        sql: 'INSERT INTO job_requests (job_id, request, requested_ms) VALUES (?, ?, ?)',
        params: [id, request, this.#nowMs()],
      },
    ]);
  }

  /** Takes what other processes ask of a job. */
  async takeRequests(id: string): Promise<('cancel' | 'pause')[]> {
    const rows = await this.#state.all('SELECT id, request FROM job_requests WHERE job_id = ?', [id], requestSchema);
    if (rows.length > 0) await this.#state.run([{ sql: 'DELETE FROM job_requests WHERE job_id = ?', params: [id] }]);
    return rows.map(({ request }) => request);
  }
}

function shortened(document: JobDocument | null): JobDocument | null {
  if (document === null) return null;
  if ('sources' in document) {
    const targets = document.targets.map((target) => ({ ...target, layers: target.layers.slice(0, MOST_LAYERS) }));
    return { ...document, targets };
  }
  const targets = document.targets.map((target) => ({ ...target, layers: target.layers.slice(0, MOST_LAYERS) }));
  return { ...document, targets };
}
