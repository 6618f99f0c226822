import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock } from '../ports.ts';
import type { StateLock } from '../state/state-lock.ts';

/** Between two attempts while another process holds the lock. */
const LOOK_AGAIN_MS = 10;
/** A lock is held for one change of index.json, or for one collection: who waits longer than this waits for a hung process. */
const LONGEST_WAIT_MS = 60_000;

/**
 * The lock of a store against other engines, in this process or another, for changes of index.json and of records. It goes
 * with the process that held it. skopeo and other tools do not know it: index.json is read again under it for that reason.
 */
export class StoreLock {
  readonly #file: string;
  readonly #clock: Clock;
  #lock: StateLock | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Runs `work` while nobody else changes the store. Calls take turns. @throws AppError `store.busy` */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#turn;
    let done: () => void = () => undefined;
    this.#turn = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    try {
      const lock = await this.#take();
      try {
        return await work();
      } finally {
        lock.release();
      }
    } finally {
      done();
    }
  }

  async #take(): Promise<StateLock> {
    this.#lock ??= await openLock(this.#file);
    const startedMs = this.#clock.now();
    while (!this.#lock.tryExclusive()) {
      if (this.#clock.now() - startedMs > LONGEST_WAIT_MS) throw new AppError('store.busy', { path: this.#file });
      await this.#clock.sleep(LOOK_AGAIN_MS);
    }
    return this.#lock;
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#lock?.close();
    this.#lock = null;
  }
}

/** Opens the lock, which never blocks the event loop: an attempt answers at once. */
async function openLock(file: string): Promise<StateLock> {
  // SQLite is loaded when a store is changed: this thread needs it for nothing else.
  const { StateLock } = await import('../state/state-lock.ts');
  return new StateLock(file, 0);
}
