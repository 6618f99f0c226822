import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { makeFolderSync } from '../make-folder.ts';
import { MIGRATIONS } from './schema.ts';
import { setAside } from './set-aside.ts';
import { sqliteFailure } from './sqlite-error.ts';
import { STATE_FILE } from './state-file-name.ts';
import { StateLock } from './state-lock.ts';

/** ms that a statement may wait for another process's lock while it blocks the state worker's thread. */
export const BUSY_TIMEOUT_MS = 250;
/** Bytes that the -wal keeps after a checkpoint. */
const WAL_LIMIT = 16 * 1024 * 1024;

/** The database was written by a newer version of the program. */
export class NewerSchema extends Error {}

/** Opens a database in memory with the present schema. */
export function openMemory(): DatabaseSyncInstance {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  return database;
}

/** Opens (or makes) the database file and brings its schema up to date. Throws SQLite's error or {@link NewerSchema}. */
export function openFile(file: string): DatabaseSyncInstance {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT}`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** `user_version` of a database. */
function versionOf(database: DatabaseSyncInstance): number {
  const row: unknown = database.prepare('PRAGMA user_version').get();
  if (typeof row !== 'object' || row === null || !('user_version' in row)) return 0;
  return typeof row.user_version === 'number' ? row.user_version : 0;
}

function migrate(database: DatabaseSyncInstance): void {
  const found = versionOf(database);
  if (found > MIGRATIONS.length) throw new NewerSchema(`schema ${found}, known ${MIGRATIONS.length}`);
  if (found === MIGRATIONS.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have migrated while we waited for the lock.
    const version = versionOf(database);
    if (version > MIGRATIONS.length) throw new NewerSchema(`schema ${version}, known ${MIGRATIONS.length}`);
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether SQLite finds no damage in the pages and rows of an open database. */
function looksSound(database: DatabaseSyncInstance): boolean {
  const rows: readonly unknown[] = database.prepare('PRAGMA quick_check(1)').all();
  const [first] = rows;
  return typeof first === 'object' && first !== null && 'quick_check' in first && first.quick_check === 'ok';
}

/** The database file of a state folder with the folder's lock. */
export class StateFile {
  readonly #file: string;
  readonly #lock: StateLock;
  readonly #nowMs: () => number;
  #database: DatabaseSyncInstance | null = null;
  /** Inode of the file that is open; tells whether another process has replaced it. */
  #inode = 0n;

  /** Makes the folder (0700) when it is missing. Throws where it cannot be used. */
  constructor(directory: string, nowMs: () => number) {
    makeFolderSync(directory, 0o700);
    this.#file = join(directory, STATE_FILE);
    this.#lock = new StateLock(join(directory, 'state.lock'));
    this.#nowMs = nowMs;
  }

  /**
   * One try to open the database under the shared lock. `busy` = try again a little later; `damaged` = another process
   * has it open, so that it cannot be set aside. Throws SQLite's other errors and {@link NewerSchema}.
   */
  tryOpen(): { readonly database: DatabaseSyncInstance; readonly setAside: string | null } | 'busy' | 'damaged' {
    try {
      // Nobody else has the folder open: the one moment in which a left-over -wal means an unclean end. (The last
      // connection that closes cleanly removes it.)
      const moved = this.#lock.tryExclusive() ? this.#checkAlone() : null;
      if (!this.#lock.tryShared()) return 'busy';
      const database = openFile(this.#file);
      this.#database = database;
      this.#inode = this.#inodeNow();
      return { database, setAside: moved };
    } catch (error) {
      this.#lock.release();
      const failure = sqliteFailure(error);
      if (failure === 'other' || failure === 'full') throw error;
      return failure;
    }
  }

  /**
   * After a statement found damage: closes the database and, if nobody else has it open, sets it aside unless another
   * process has replaced it already. False = it is still there, and others use it. {@link tryOpen} comes next.
   */
  setDamagedAside(): { readonly done: boolean; readonly setAside: string | null } {
    this.#closeDatabase();
    this.#lock.release();
    try {
      if (this.#inodeNow() !== this.#inode) return { done: true, setAside: null };
      if (!this.#lock.tryExclusive()) return { done: false, setAside: null };
      if (this.#inodeNow() !== this.#inode) return { done: true, setAside: null };
      return { done: true, setAside: setAside(this.#file, this.#nowMs()) };
    } finally {
      this.#lock.release();
    }
  }

  close(): void {
    this.#closeDatabase();
    this.#lock.close();
  }

  /** Checks and migrates under the exclusive lock; a damaged database makes room for a new one. */
  #checkAlone(): string | null {
    const unclean = existsSync(`${this.#file}-wal`);
    try {
      const database = openFile(this.#file);
      try {
        if (!unclean || looksSound(database)) return null;
      } finally {
        database.close();
      }
    } catch (error) {
      if (sqliteFailure(error) !== 'damaged') throw error;
    }
    return setAside(this.#file, this.#nowMs());
  }

  #closeDatabase(): void {
    const database = this.#database;
    this.#database = null;
    if (database === null) return;
    try {
      database.close();
    } catch (error) {
      // A damaged database can refuse its last checkpoint; the connection is gone all the same.
      if (sqliteFailure(error) === 'other' && database.isOpen) throw error;
    }
  }

  /** 0n = there is no file. `stat` opens nothing: see {@link StateLock}. */
  #inodeNow(): bigint {
    return statSync(this.#file, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
  }
}
