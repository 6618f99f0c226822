import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { sqliteFailure } from './sqlite-error.ts';

/** ms that an attempt may block the state worker's thread, unless the owner says otherwise. */
const BLOCK_MS = 50;

/**
 * The lock of a state folder, held by each process (more exactly: each engine) that has its database open.
 *
 * Node has no flock, so the lock is SQLite's own on an empty database `state.lock`: a read transaction that stays open is
 * the shared lock, `BEGIN EXCLUSIVE` the exclusive one. The system drops both when a process dies, they work on all three
 * platforms, and SQLite also tells engines within one process apart. Nobody may open `state.lock` or `state.db` by other
 * means: POSIX drops all of a process's locks on a file when any of its descriptors is closed.
 */
export class StateLock {
  readonly #database: DatabaseSyncInstance;
  #held: 'none' | 'shared' | 'exclusive' = 'none';

  /** Opens the lock file without taking the lock. Throws SQLite's error where the folder cannot be written. */
  constructor(file: string, blockMs = BLOCK_MS) {
    this.#database = new DatabaseSync(file, { timeout: blockMs });
  }

  get held(): 'none' | 'shared' | 'exclusive' {
    return this.#held;
  }

  /** Takes the shared lock; false = another engine holds it exclusively right now. */
  tryShared(): boolean {
    return this.#try('shared', () => {
      this.#database.exec('BEGIN');
      // The lock is taken by the first read, not by BEGIN.
      this.#database.prepare('SELECT count(*) FROM sqlite_schema').get();
    });
  }

  /** Takes the exclusive lock; false = another engine has the state folder open. */
  tryExclusive(): boolean {
    return this.#try('exclusive', () => {
      this.#database.exec('BEGIN EXCLUSIVE');
    });
  }

  /** Lets the lock go, whichever is held. There is no downgrade: take the shared lock anew, then open the database. */
  release(): void {
    if (this.#held === 'none') return;
    this.#database.exec('ROLLBACK');
    this.#held = 'none';
  }

  close(): void {
    this.release();
    this.#database.close();
  }

  #try(wanted: 'shared' | 'exclusive', take: () => void): boolean {
    this.release();
    try {
      take();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      if (sqliteFailure(error) === 'busy') return false;
      throw error;
    }
    this.#held = wanted;
    return true;
  }
}
