import { join } from 'node:path';
import type { AlterOutcome, LiveSnapshot, LiveSnapshots } from './live-snapshots.ts';
import { OwnedFolder, UNFINISHED } from './owned-folder.ts';
import { readRecord, type SnapshotRecord, snapshotFiles } from './snapshot-record.ts';
import { isKept, isOfVm, namesIn, type StoredSnapshot, snapshotsFolder, storedSnapshots } from './stored-snapshots.ts';

/** What keeping takes. */
export interface SnapshotKeeperOptions {
  readonly live: LiveSnapshots;
  /** Every Tart home in use. */
  readonly homes: () => readonly string[];
  /** Whether a file is there: the journal of a job. */
  readonly exists: (path: string) => Promise<boolean>;
  /** Bytes that only a snapshot holds: what is free again when it goes. */
  readonly onlyHere: (snapshot: StoredSnapshot) => Promise<number>;
}

/** The name of a snapshot's folder: a UUID. */
const SNAPSHOT_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Decides which snapshots stay: the newest of each VM as a base, within a budget; pinned ones; those of jobs that are not over. */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
  }

  /** Keeps a snapshot in use for the next push of its VM, in the place of the one that was kept before. */
  async keepAsBase(live: LiveSnapshot): Promise<void> {
    await this.#options.live.change(live, ({ record }) => ({ ...record, base: true }));
    await this.#dropOlderBases(live.record.id);
  }

  /**
   * One base for each VM: the newest.
   *
   * @param newest the snapshot that is newer than all others, whatever its time says: the clock may have been set back
   */
  async #dropOlderBases(newest: string | null = null): Promise<void> {
    const newer: SnapshotRecord[] = [];
    const stored = await this.#stored();
    const first = stored.filter(({ record }) => record.id === newest);
    for (const snapshot of [...first, ...stored.filter(({ record }) => record.id !== newest)]) {
      const { record } = snapshot;
      if (!record.base) continue;
      if (newer.some((other) => isOfVm(other, { id: record.vmId, disk: record.source.disk }))) {
        await this.#dropBase(snapshot);
      } else newer.push(record);
    }
  }

  async #dropBase(snapshot: StoredSnapshot): Promise<AlterOutcome> {
    return await this.#options.live.alter(snapshot, ({ record }) => ({ ...record, base: false }));
  }

  /** A job is over: what it alone kept is removed. */
  async forgetJob(jobId: string): Promise<void> {
    for (const snapshot of await this.#stored()) {
      if (snapshot.record.jobs.some(({ id }) => id === jobId)) await this.#forget(snapshot, new Set([jobId]));
    }
  }

  async #forget(snapshot: StoredSnapshot, over: ReadonlySet<string>): Promise<void> {
    await this.#options.live.alter(snapshot, ({ record }) => ({
      ...record,
      jobs: record.jobs.filter(({ id }) => !over.has(id)),
    }));
  }

  /** Keeps a snapshot whatever the budget says, or no longer: then it stays only if something else keeps it. */
  async pin(id: string, pinned: boolean): Promise<AlterOutcome> {
    const snapshot = await this.#find(id);
    if (snapshot === null) return 'gone';
    return await this.#options.live.alter(snapshot, ({ record }) => ({ ...record, pinned }));
  }

  /** Removes a snapshot, whatever keeps it. `busy` = a plan or push reads it. */
  async drop(id: string): Promise<AlterOutcome> {
    const snapshot = await this.#find(id);
    if (snapshot === null) return 'gone';
    return await this.#options.live.alter(snapshot, ({ record, users }) =>
      users > 1 ? null : { ...record, base: false, pinned: false, jobs: [] },
    );
  }

  async #find(id: string): Promise<StoredSnapshot | null> {
    return (await this.#stored()).find(({ record }) => record.id === id && isKept(record)) ?? null;
  }

  /**
   * Drops the oldest bases until what only bases hold fits a budget. What is pinned, or kept by a job, does not count: it does
   * not go for it either.
   *
   * @param budget bytes
   */
  async keepWithin(budget: number): Promise<void> {
    for (;;) {
      const bases = (await this.#stored()).filter(
        ({ record }) => record.base && !record.pinned && record.jobs.length === 0,
      );
      const sizes = await Promise.all(bases.map((base) => this.#options.onlyHere(base)));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total <= budget) return;
      // One that holds nothing alone frees nothing; and what two of them shared belongs to one when the other is gone: counted anew.
      const droppable = bases.filter((_base, at) => (sizes[at] ?? 0) > 0).reverse();
      if (!(await this.#dropFirst(droppable))) return;
    }
  }

  /** Drops the first that nobody uses; false where there is none. */
  async #dropFirst(bases: readonly StoredSnapshot[]): Promise<boolean> {
    for (const base of bases) {
      const outcome = await this.#options.live.alter(base, ({ record, users }) =>
        users > 1 ? null : { ...record, base: false },
      );
      if (outcome === 'done') return true;
    }
    return false;
  }

  /** Removes what a crash left: folders that nobody holds and nothing keeps. */
  async clear(): Promise<void> {
    for (const home of new Set(this.#options.homes())) {
      for (const name of await namesIn(home)) {
        const folder = join(snapshotsFolder(home), name);
        // A folder that somebody holds, this process too, is not taken.
        if (await this.#isLeftover(name, folder)) await OwnedFolder.take(folder)?.remove();
        else {
          const record = await readRecord(folder);
          if (record?.id === name) await this.#forgetOver({ folder, record });
        }
      }
    }
    await this.#dropOlderBases();
  }

  /** A snapshot has its name only once it is whole. A record that cannot be read may be another version's: it is left alone. */
  async #isLeftover(name: string, folder: string): Promise<boolean> {
    if (name.startsWith(UNFINISHED)) return true;
    return SNAPSHOT_NAME.test(name) && !(await this.#options.exists(snapshotFiles(folder).record));
  }

  /** Takes away the jobs that are over; what is kept for nothing else goes with the last of them. */
  async #forgetOver(snapshot: StoredSnapshot): Promise<void> {
    const over = new Set<string>();
    for (const { id, journal } of snapshot.record.jobs) if (!(await this.#options.exists(journal))) over.add(id);
    if (over.size > 0 || !isKept(snapshot.record)) await this.#forget(snapshot, over);
  }

  #stored(): Promise<StoredSnapshot[]> {
    return storedSnapshots(this.#options.homes());
  }
}
