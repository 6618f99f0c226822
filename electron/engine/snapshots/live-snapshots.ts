import { OwnedFolder } from './owned-folder.ts';
import { readRecord, type SnapshotRecord, writeRecord } from './snapshot-record.ts';
import { isKept, type StoredSnapshot } from './stored-snapshots.ts';

/** A snapshot in use by this process, which holds its folder. */
export interface LiveSnapshot {
  readonly folder: OwnedFolder;
  record: SnapshotRecord;
  /** How many of this process use it. */
  users: number;
}

/** What became of a change. */
export type AlterOutcome = 'done' | 'busy' | 'gone';

/**
 * The snapshots that this process uses. One is shared in the process and taken from all others by the `flock` of its folder.
 * When the last user lets it go, it stays if something keeps it, else it is removed.
 */
export class LiveSnapshots {
  readonly #live = new Map<string, LiveSnapshot>();
  readonly #onChange: () => void;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param onChange snapshots came, went, or are kept for something else */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Takings and changes of records take turns. Nothing slow may be in here: Tart's lock can be held by who waits. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** A snapshot that was just made, with its first user. */
  add(folder: OwnedFolder, record: SnapshotRecord): LiveSnapshot {
    const live = { folder, record, users: 1 };
    this.#live.set(record.id, live);
    return live;
  }

  /** Takes a stored snapshot for one more user; null when another process holds it, or it is gone. `release` follows. */
  take({ folder, record: { id } }: StoredSnapshot): Promise<LiveSnapshot | null> {
    return this.#inTurn(async () => {
      const shared = this.#live.get(id);
      if (shared !== undefined) {
        shared.users += 1;
        return shared;
      }
      const owned = OwnedFolder.take(folder);
      if (owned === null) return null;
      // Read again: its owner may have changed it before it let go.
      const record = await readRecord(folder);
      if (record !== null) return this.add(owned, record);
      owned.close();
      return null;
    });
  }

  async release(live: LiveSnapshot): Promise<void> {
    const needless = await this.#inTurn(() => {
      live.users -= 1;
      if (live.users > 0) return Promise.resolve(false);
      this.#live.delete(live.record.id);
      if (!isKept(live.record)) return Promise.resolve(true);
      live.folder.close();
      return Promise.resolve(false);
    });
    if (!needless) return;
    // A large disk takes a while; nobody else can take it meanwhile, and nobody waits for the turn.
    await live.folder.remove();
    this.#onChange();
  }

  /** Changes the record of a snapshot in use; false where `change` answers null. */
  async change(live: LiveSnapshot, change: (now: LiveSnapshot) => SnapshotRecord | null): Promise<boolean> {
    const changed = await this.#inTurn(async () => {
      const record = change(live);
      if (record === null) return false;
      await writeRecord(live.folder.path, record);
      live.record = record;
      return true;
    });
    if (changed) this.#onChange();
    return changed;
  }

  /** Changes the record of a stored snapshot, as a user of its own. `busy` = another process holds it, or `change` answers null. */
  async alter(
    snapshot: StoredSnapshot,
    change: (now: LiveSnapshot) => SnapshotRecord | null,
  ): Promise<'done' | 'busy'> {
    const live = await this.take(snapshot);
    if (live === null) return 'busy';
    try {
      return (await this.change(live, change)) ? 'done' : 'busy';
    } finally {
      await this.release(live);
    }
  }
}
