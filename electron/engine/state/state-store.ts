import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { sqliteFailure } from './sqlite-error.ts';
import { NewerSchema, openMemory, StateFile } from './state-file.ts';
import type { MemoryReason, SqlRow, SqlStatement, SqlValue, StateMode } from './state-protocol.ts';

/** Rows of one write transaction at most, so that no other process waits long for its turn. */
export const TRANSACTION_ROWS = 500;
/** ms after which a statement that another process keeps out is given up; 250 ms of each try block this thread. */
const GIVE_UP_AFTER_MS = 20_000;
const PAUSE_MS = 40;
/** Compiled statements that are kept. */
const STATEMENTS = 100;

/** Another process holds the database for too long, or the store is being closed. */
export class StillBusy extends Error {}

/** What the store tells its owner. */
export interface StateEvents {
  /** The state moved; `setAside` is the new name of a damaged database. */
  readonly onMoved: (mode: StateMode, setAside: string | null) => void;
  /** A write was left out: the disk is full. */
  readonly onNotWritten: (message: string) => void;
}

/**
 * The database as the state worker runs it: reads at once, writes in order, waits without blocking the thread for more
 * than the busy timeout, and moves to a new database or to memory when damage is found.
 */
export class StateStore {
  readonly #file: StateFile | null;
  readonly #events: StateEvents;
  readonly #compiled = new Map<string, StatementSyncInstance>();
  #database: DatabaseSyncInstance;
  #mode: StateMode;
  #writes: Promise<unknown> = Promise.resolve();
  #recovery: Promise<void> | null = null;
  #closing = false;

  private constructor(file: StateFile | null, database: DatabaseSyncInstance, mode: StateMode, events: StateEvents) {
    this.#file = file;
    this.#database = database;
    this.#mode = mode;
    this.#events = events;
  }

  /** Opens the folder's database, or one in memory where that is not possible; fails never for the folder's sake. */
  static async open(directory: string, nowMs: () => number, events: StateEvents): Promise<StateStore> {
    let file: StateFile | null = null;
    try {
      file = new StateFile(directory, nowMs);
      const opened = await openPatiently(file, () => false);
      if (opened !== 'damaged') {
        const store = new StateStore(file, opened.database, { kind: 'file' }, events);
        if (opened.setAside !== null) events.onMoved(store.mode, opened.setAside);
        return store;
      }
      return StateStore.#inMemory(file, 'damaged', 'another process has it open', events);
    } catch (error) {
      const reason = error instanceof NewerSchema ? 'newerSchema' : 'unusable';
      return StateStore.#inMemory(file, reason, messageOf(error), events);
    }
  }

  static #inMemory(file: StateFile | null, reason: MemoryReason, detail: string, events: StateEvents): StateStore {
    file?.close();
    return new StateStore(null, openMemory(), { kind: 'memory', reason, detail }, events);
  }

  get mode(): StateMode {
    return this.#mode;
  }

  /** Answers the rows of a query. */
  async all(sql: string, params: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    // The binding's rows are objects by column name; it types them as any.
    return await this.#patiently(() => this.#statement(sql).all(...params) as readonly SqlRow[]);
  }

  /**
   * Runs writes in the order of the calls; up to {@link TRANSACTION_ROWS} statements are one transaction. What a full disk does
   * not take is left out: all of it can be learned anew, and no push may fail for it.
   */
  run(statements: readonly SqlStatement[]): Promise<readonly number[]> {
    const mine = this.#writes.then(async () => {
      const changes: number[] = [];
      for (let from = 0; from < statements.length; from += TRANSACTION_ROWS) {
        const part = statements.slice(from, from + TRANSACTION_ROWS);
        changes.push(...(await this.#write(part)));
      }
      return changes;
    });
    this.#writes = mine.catch(() => undefined);
    return mine;
  }

  async #write(statements: readonly SqlStatement[]): Promise<readonly number[]> {
    try {
      return await this.#patiently(() => this.#transaction(statements));
    } catch (error) {
      if (sqliteFailure(error) !== 'full') throw error;
      this.#events.onNotWritten(messageOf(error));
      return statements.map(() => 0);
    }
  }

  /** Ends waiting work with {@link StillBusy}, then closes database and lock. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#writes;
    await this.#recovery;
    this.#compiled.clear();
    if (this.#file === null || this.#mode.kind === 'memory') this.#database.close();
    this.#file?.close();
  }

  #transaction(statements: readonly SqlStatement[]): number[] {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const changes = statements.map(({ sql, params }) => this.#statement(sql).run(...params).changes);
      this.#database.exec('COMMIT');
      return changes;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSyncInstance {
    const statement = this.#compiled.get(sql) ?? this.#database.prepare(sql);
    // Put in anew, so that the first of the map is the one not used for longest.
    this.#compiled.delete(sql);
    this.#compiled.set(sql, statement);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > STATEMENTS && oldest !== undefined) this.#compiled.delete(oldest);
    return statement;
  }

  /** Tries until the database is free; damage leads to a new database, a second damage to memory. */
  async #patiently<Result>(work: () => Result): Promise<Result> {
    const startedMs = performance.now();
    let recoveries = 0;
    for (;;) {
      await this.#recovery;
      const database = this.#database;
      try {
        return work();
      } catch (error) {
        switch (sqliteFailure(error)) {
          case 'damaged':
            if (this.#mode.kind === 'memory' && recoveries > 0) throw error;
            recoveries += 1;
            // Another statement may have seen the damage first and opened a new database since.
            if (database === this.#database) await this.#recover(recoveries > 1);
            break;
          case 'busy':
            if (this.#closing || performance.now() - startedMs > GIVE_UP_AFTER_MS) throw new StillBusy('busy');
            await pause();
            break;
          case 'full':
          case 'other':
            throw error;
        }
      }
    }
  }

  async #recover(again: boolean): Promise<void> {
    this.#recovery ??= this.#replaceDamaged(again).finally(() => {
      this.#recovery = null;
    });
    await this.#recovery;
  }

  async #replaceDamaged(again: boolean): Promise<void> {
    this.#compiled.clear();
    if (this.#file === null || this.#mode.kind === 'memory') {
      this.#database.close();
      this.#database = openMemory();
      return;
    }
    try {
      const { done, setAside } = this.#file.setDamagedAside();
      if (done && !again) {
        const opened = await openPatiently(this.#file, () => this.#closing);
        if (opened !== 'damaged') {
          this.#database = opened.database;
          this.#events.onMoved(this.#mode, setAside ?? opened.setAside);
          return;
        }
      }
      this.#moveToMemory('damaged', done ? 'damaged again' : 'another process has it open');
    } catch (error) {
      this.#moveToMemory('unusable', messageOf(error));
    }
  }

  #moveToMemory(reason: MemoryReason, detail: string): void {
    this.#database = openMemory();
    this.#mode = { kind: 'memory', reason, detail };
    this.#events.onMoved(this.#mode, null);
  }
}

async function openPatiently(
  file: StateFile,
  stopped: () => boolean,
): Promise<Exclude<ReturnType<StateFile['tryOpen']>, 'busy'>> {
  const startedMs = performance.now();
  for (;;) {
    const opened = file.tryOpen();
    if (opened !== 'busy') return opened;
    if (stopped() || performance.now() - startedMs > GIVE_UP_AFTER_MS) throw new StillBusy('busy');
    await pause();
  }
}

/** A pause with jitter, so that two processes that wait for each other fall out of step. */
async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
