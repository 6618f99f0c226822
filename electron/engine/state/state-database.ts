import type { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock, Log } from '../ports.ts';
import type { SqlStatement, SqlValue, StateMode, StateReply, StateRequest } from './state-protocol.ts';
import { type StartedState, startState } from './state-start.ts';

/** What {@link openState} needs. */
export interface OpenStateOptions {
  /** The state folder; made when missing. Holds `state.db`, its -wal and -shm, and `state.lock`. */
  readonly directory: string;
  /** The built state worker (`state-worker.cjs`). */
  readonly workerFile: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The worker for this folder where it runs already. */
  readonly started?: StartedState | null;
}

/**
 * One engine's embedded database. Every statement runs in a worker thread: a transaction of another process never stops
 * the caller's event loop. Owned by the engine, which closes it.
 */
export interface StateDatabase {
  /** Where the state lives now; `memory` is forgotten at the end, and a warning in the log says why. */
  readonly mode: StateMode;
  /**
   * The rows of a query, each read with `row`. A row that does not fit is left out with a warning: what the database holds
   * can be learned anew. @throws AppError `state.unavailable`
   */
  all<Row>(sql: string, params: readonly SqlValue[], row: z.ZodType<Row>): Promise<Row[]>;
  /**
   * Runs writes, in the order of the calls, and answers the number of rows that each changed. Up to 500 statements are one
   * transaction; a longer list is cut into several. On a full disk nothing is written or changed, and a warning says so.
   * @throws AppError `state.unavailable`
   */
  run(statements: readonly SqlStatement[]): Promise<readonly number[]>;
  /** Ends waiting statements with `state.unavailable` and closes the database; the second call does nothing. */
  close(): Promise<void>;
}

/**
 * Opens a state folder's database. A damaged one is set aside; one that cannot be used, that is damaged while another
 * process has it open, or that a newer version wrote, leaves the caller with a database in memory.
 *
 * @throws AppError `state.unavailable` only if the worker itself cannot start
 */
export async function openState(options: OpenStateOptions): Promise<StateDatabase> {
  const database = new WorkerDatabase(options);
  await database.opened;
  return database;
}

type Settle = (reply: StateReply) => void;
/** A request without the id that the sender gives it. */
type Unnumbered<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

class WorkerDatabase implements StateDatabase {
  readonly opened: Promise<void>;
  readonly #log: Log;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { readonly settle: Settle; readonly fail: (error: AppError) => void }>();
  #mode: StateMode = { kind: 'file' };
  #lastId = 0;
  #full = false;
  #ended: AppError | null = null;
  #closed: Promise<void> | null = null;

  constructor({ directory, workerFile, clock, log, started = null }: OpenStateOptions) {
    this.#log = log;
    const { worker, opened } = started ?? startState(workerFile, { directory, nowMs: clock.now() });
    this.#worker = worker;
    const ended = (cause: unknown): AppError => new AppError('state.unavailable', { reason: 'ended' }, { cause });
    const end = (cause: unknown): void => this.#end(ended(cause));
    this.opened = opened.then(
      (said) => {
        worker.on('message', (reply: StateReply) => this.#receive(reply));
        for (const reply of said) this.#receive(reply);
      },
      (cause: unknown) => {
        throw ended(cause);
      },
    );
    worker.on('error', end);
    worker.on('exit', end);
  }

  get mode(): StateMode {
    return this.#mode;
  }

  async all<Row>(sql: string, params: readonly SqlValue[], row: z.ZodType<Row>): Promise<Row[]> {
    const reply = await this.#request({ kind: 'all', sql, params });
    if (reply.kind !== 'rows') return [];
    const rows: Row[] = [];
    for (const found of reply.rows) {
      const parsed = row.safeParse(found);
      if (parsed.success) rows.push(parsed.data);
    }
    const refused = reply.rows.length - rows.length;
    if (refused > 0) this.#log.warn('state rows of an unexpected shape', { sql, refused });
    return rows;
  }

  async run(statements: readonly SqlStatement[]): Promise<readonly number[]> {
    if (statements.length === 0) return [];
    const reply = await this.#request({ kind: 'run', statements });
    return reply.kind === 'changes' ? reply.changes : [];
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      const closing = this.#request({ kind: 'close' });
      this.#ended ??= new AppError('state.unavailable', { reason: 'closed' });
      await closing;
    } catch (error) {
      this.#log.warn('state not closed cleanly', { error: error instanceof Error ? error.message : String(error) });
    }
    await this.#worker.terminate();
  }

  #request(request: Unnumbered<StateRequest>): Promise<StateReply> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((settle, fail) => {
      this.#waiting.set(id, { settle, fail });
      this.#worker.postMessage({ ...request, id } satisfies StateRequest);
    });
  }

  #receive(reply: StateReply): void {
    if (reply.kind === 'opened') {
      this.#move(reply.mode, null);
      return;
    }
    if (reply.kind === 'moved') {
      this.#move(reply.mode, reply.setAside);
      return;
    }
    if (reply.kind === 'notWritten') {
      // Each further write would say the same.
      if (!this.#full) this.#log.warn('state is not written: the disk is full', { message: reply.message });
      this.#full = true;
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'failed') {
      const { reason, message } = reply;
      waiting?.fail(new AppError('state.unavailable', { reason }, { cause: new Error(message) }));
    } else {
      waiting?.settle(reply);
    }
  }

  #move(mode: StateMode, setAside: string | null): void {
    this.#mode = mode;
    if (setAside !== null) this.#log.warn('damaged state database set aside', { file: setAside });
    if (mode.kind === 'memory') {
      this.#log.warn('state is kept in memory only', { reason: mode.reason, detail: mode.detail });
    }
  }

  #end(error: AppError): void {
    this.#ended ??= error;
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
  }
}
