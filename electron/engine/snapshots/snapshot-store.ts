import { randomUUID } from 'node:crypto';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneFile } from '../native/clone-file.ts';
import { OwnedFolder, UNFINISHED } from './owned-folder.ts';
import {
  type FileIdentities,
  type FileIdentity,
  isFile,
  readRecord,
  type SnapshotJob,
  type SnapshotRecord,
  sameFiles,
  snapshotFiles,
  writeRecord,
} from './snapshot-record.ts';

/** What snapshots are made with. */
export interface SnapshotStoreOptions {
  /** The Tart home that a VM belongs to: its snapshots lie there, because only one volume can share blocks. */
  readonly homeOf: (vmId: string) => string;
  /** Every Tart home in use. */
  readonly homes: () => readonly string[];
  /** Writes a file out and looks at it. Throws where it cannot be looked at. */
  readonly identify: (path: string) => Promise<FileIdentity>;
  /** Whether a file is there: the journal of a job. */
  readonly exists: (path: string) => Promise<boolean>;
  readonly nowMs: () => number;
  /** Snapshots came, went, or are kept for something else. */
  readonly onChange: () => void;
}

/** The VM that snapshots are asked for. */
export interface SnapshottedVm {
  readonly id: string;
  /** Its disk, which keeps its number when the VM gets another name; null = not known. */
  readonly disk: FileIdentity | null;
}

/** A VM about to be cloned: the lock is held, and its files were looked at. */
export interface VmToClone {
  readonly id: string;
  readonly name: string;
  readonly disk: string;
  readonly nvram: string;
  readonly source: FileIdentities;
  readonly config: string;
  readonly suspended: boolean;
}

/** A snapshot as the base of a comparison. */
export interface SnapshotBase {
  readonly id: string;
  readonly vmName: string;
  readonly diskPath: string;
  /** ms since the epoch. */
  readonly madeMs: number;
}

/** A snapshot and the folder it lies in. */
export interface StoredSnapshot {
  readonly folder: string;
  readonly record: SnapshotRecord;
}

/** A snapshot in use by this process, which holds its folder. */
interface LiveSnapshot {
  readonly folder: OwnedFolder;
  record: SnapshotRecord;
  users: number;
}

/** Clones of a VM's files that are no snapshot yet. */
export interface ClonedVm {
  /** Makes a snapshot of them. @param lockedMs ms that Tart's lock was held */
  commit(lockedMs: number): Promise<HeldSnapshot>;
  discard(): Promise<void>;
}

/** A snapshot that somebody reads. Owner: who took it; `release` lets it go. */
export interface HeldSnapshot {
  readonly record: SnapshotRecord;
  readonly diskPath: string;
  readonly nvramPath: string;
  /** Whether its files are those that were cloned: somebody may have removed or changed them. */
  isWhole(): Promise<boolean>;
  /** The job goes on with it after a crash, until its journal is gone. */
  assign(job: SnapshotJob): Promise<void>;
  /** Keeps it for the next push of the VM, in the place of the one that was kept before. */
  keepAsBase(): Promise<void>;
  /** Lets it go; what nothing keeps is removed. */
  release(): Promise<void>;
}

/**
 * Copy-on-write clones of disks, in `.tartan/snapshots` of the VM's Tart home: a folder each, with disk, NVRAM and meta.json,
 * which is the record. A folder is made under another name and renamed when it is whole. Who uses one holds the `flock` of
 * its folder, against other processes too; in one process it is shared. What is neither held nor kept for something is a
 * leftover, and {@link SnapshotStore.clear} removes it.
 */
export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  readonly #live = new Map<string, LiveSnapshot>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
  }

  /** Takings and changes of records take turns. Nothing slow may be in here: Tart's lock can be held by who waits. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Clones disk and NVRAM of a VM; null where that cannot be. The caller holds the VM's lock until this resolves, and needs it
   * no longer then.
   */
  async clone(vm: VmToClone): Promise<ClonedVm | null> {
    const folder = await OwnedFolder.create(folderIn(this.#options.homeOf(vm.id)));
    if (folder === null) return null;
    const files = snapshotFiles(folder.path);
    const cloned = await Promise.all([cloneFile(vm.disk, files.disk), cloneFile(vm.nvram, files.nvram)]);
    if (cloned.includes(false)) {
      await folder.remove();
      return null;
    }
    return { commit: (lockedMs) => this.#commit(vm, folder, lockedMs), discard: () => folder.remove() };
  }

  async #commit(vm: VmToClone, folder: OwnedFolder, lockedMs: number): Promise<HeldSnapshot> {
    const files = snapshotFiles(folder.path);
    try {
      // From here on nobody writes to the clones.
      await Promise.all([chmod(files.disk, 0o400), chmod(files.nvram, 0o400)]);
      const { id: vmId, name: vmName, source, config, suspended } = vm;
      const head = { version: 1, id: randomUUID(), vmId, vmName, source, config, suspended } as const;
      const own = await this.#identify(folder.path);
      const keep = { base: false, pinned: false, jobs: [] };
      const record: SnapshotRecord = { ...head, own, madeMs: this.#options.nowMs(), lockedMs, ...keep };
      await writeRecord(folder.path, record);
      await folder.rename(record.id);
      const live = { folder, record, users: 1 };
      this.#live.set(record.id, live);
      return this.#held(live);
    } catch (thrown) {
      await folder.remove();
      throw thrown;
    }
  }

  async #identify(folder: string): Promise<FileIdentities> {
    const { identify } = this.#options;
    const { disk, nvram } = snapshotFiles(folder);
    const [ofDisk, ofNvram] = await Promise.all([identify(disk), identify(nvram)]);
    return { disk: ofDisk, nvram: ofNvram };
  }

  #held(live: LiveSnapshot): HeldSnapshot {
    const { disk, nvram } = snapshotFiles(live.folder.path);
    let released = false;
    return {
      record: live.record,
      diskPath: disk,
      nvramPath: nvram,
      isWhole: () => this.#isWhole(live.folder.path, live.record),
      assign: (job) =>
        this.#change(live, (record) => ({
          ...record,
          jobs: [...record.jobs.filter(({ id }) => id !== job.id), job],
        })),
      keepAsBase: () => this.#keepAsBase(live),
      release: async () => {
        if (released) return;
        released = true;
        await this.#release(live);
      },
    };
  }

  /** Whether the files of a snapshot are those that were cloned. */
  async #isWhole(folder: string, { own }: SnapshotRecord): Promise<boolean> {
    try {
      return sameFiles(await this.#identify(folder), own);
    } catch {
      // Somebody removed it.
      return false;
    }
  }

  /** Takes a stored snapshot for this process; null when another one holds it, or it is gone. */
  #take({ folder, record: { id } }: StoredSnapshot): Promise<LiveSnapshot | null> {
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
      if (record === null) {
        owned.close();
        return null;
      }
      const live = { folder: owned, record, users: 1 };
      this.#live.set(id, live);
      return live;
    });
  }

  async #release(live: LiveSnapshot): Promise<void> {
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
    this.#options.onChange();
  }

  async #change(live: LiveSnapshot, change: (record: SnapshotRecord) => SnapshotRecord): Promise<void> {
    await this.#inTurn(async () => {
      const record = change(live.record);
      await writeRecord(live.folder.path, record);
      live.record = record;
    });
    this.#options.onChange();
  }

  /** Changes a snapshot that nobody of this process need hold; false when another process holds it, or it is gone. */
  async #alter(snapshot: StoredSnapshot, change: (record: SnapshotRecord) => SnapshotRecord): Promise<boolean> {
    const live = await this.#take(snapshot);
    if (live === null) return false;
    try {
      await this.#change(live, change);
    } finally {
      await this.#release(live);
    }
    return true;
  }

  async #keepAsBase(live: LiveSnapshot): Promise<void> {
    await this.#change(live, (record) => ({ ...record, base: true }));
    await this.#dropOlderBases();
  }

  /** One base for each VM: the newest. */
  async #dropOlderBases(): Promise<void> {
    const newer: SnapshotRecord[] = [];
    for (const snapshot of await this.stored()) {
      const { record } = snapshot;
      if (!record.base) continue;
      if (newer.some((other) => isOfVm(other, { id: record.vmId, disk: record.source.disk }))) {
        await this.#alter(snapshot, (before) => ({ ...before, base: false }));
      } else newer.push(record);
    }
  }

  /** The snapshot of a disk and NVRAM in this very state, if there is one that can be taken: then no clone is needed. */
  async takeUnchanged(vmId: string, source: FileIdentities): Promise<HeldSnapshot | null> {
    const home = this.#options.homeOf(vmId);
    return await this.#takeFirst(await storedIn(home), ({ record }) => sameFiles(record.source, source));
  }

  /** The snapshot that an unfinished job reads, if it can be taken. */
  async takeOfJob(jobId: string): Promise<HeldSnapshot | null> {
    return await this.#takeFirst(await this.stored(), ({ record }) => record.jobs.some(({ id }) => id === jobId));
  }

  async #takeFirst(
    stored: readonly StoredSnapshot[],
    wanted: (snapshot: StoredSnapshot) => boolean,
  ): Promise<HeldSnapshot | null> {
    for (const snapshot of stored.filter(wanted)) {
      const live = await this.#take(snapshot);
      if (live === null) continue;
      const held = this.#held(live);
      if (wanted({ ...snapshot, record: live.record }) && (await held.isWhole())) return held;
      await held.release();
    }
    return null;
  }

  /** All snapshots, the newest first; also those that are held for a moment only. */
  async stored(): Promise<StoredSnapshot[]> {
    const stored = await Promise.all([...new Set(this.#options.homes())].map(storedIn));
    return stored.flat().sort((left, right) => right.record.madeMs - left.record.madeMs);
  }

  /** The snapshot that is kept of a VM for comparisons: its files are not written to by anybody. */
  async baseFor(vm: SnapshottedVm): Promise<SnapshotBase | null> {
    for (const { folder, record } of await storedIn(this.#options.homeOf(vm.id))) {
      if (!record.base || !isOfVm(record, vm) || !(await this.#isWhole(folder, record))) continue;
      return { id: record.id, vmName: record.vmName, diskPath: snapshotFiles(folder).disk, madeMs: record.madeMs };
    }
    return null;
  }

  /** A job is over: what it alone kept is removed. */
  async forgetJob(jobId: string): Promise<void> {
    for (const snapshot of await this.stored()) {
      if (!snapshot.record.jobs.some(({ id }) => id === jobId)) continue;
      await this.#alter(snapshot, (record) => ({ ...record, jobs: record.jobs.filter(({ id }) => id !== jobId) }));
    }
  }

  /** Removes what a crash left: folders that nobody holds and nothing keeps. */
  async clear(): Promise<void> {
    for (const home of new Set(this.#options.homes())) {
      const parent = folderIn(home);
      for (const name of await readdir(parent).catch(() => [])) {
        const folder = join(parent, name);
        const record = await readRecord(folder);
        // A folder that somebody holds, this process too, is not taken.
        if (await this.#isLeftover(name, folder)) await OwnedFolder.take(folder)?.remove();
        else if (record?.id === name) await this.#clear({ folder, record });
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
  async #clear(snapshot: StoredSnapshot): Promise<void> {
    const over = new Set<string>();
    for (const { id, journal } of snapshot.record.jobs) if (!(await this.#options.exists(journal))) over.add(id);
    if (over.size === 0 && isKept(snapshot.record)) return;
    await this.#alter(snapshot, (record) => ({ ...record, jobs: record.jobs.filter(({ id }) => !over.has(id)) }));
  }
}

const SNAPSHOT_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The folder of snapshots in a Tart home. */
function folderIn(home: string): string {
  return join(home, '.tartan', 'snapshots');
}

/** The snapshots in a Tart home, the newest first. */
async function storedIn(home: string): Promise<StoredSnapshot[]> {
  const parent = folderIn(home);
  const names = await readdir(parent).catch(() => []);
  const stored = await Promise.all(
    names
      .filter((name) => !name.startsWith(UNFINISHED))
      .map(async (name) => ({ name, folder: join(parent, name), record: await readRecord(join(parent, name)) })),
  );
  return stored
    .flatMap(({ name, folder, record }) => (record?.id === name ? [{ folder, record }] : []))
    .sort((left, right) => right.record.madeMs - left.record.madeMs);
}

/** Something keeps it beyond its use. */
function isKept({ base, pinned, jobs }: SnapshotRecord): boolean {
  return base || pinned || jobs.length > 0;
}

/** A VM with another name still has its disk; one that was made anew under the name has an alike disk, maybe. */
function isOfVm({ vmId, source }: SnapshotRecord, vm: SnapshottedVm): boolean {
  return vmId === vm.id || (vm.disk !== null && isFile(source.disk, vm.disk));
}
