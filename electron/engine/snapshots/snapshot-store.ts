import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { cloneFile } from '../native/clone-file.ts';
import { type LiveSnapshot, LiveSnapshots } from './live-snapshots.ts';
import { OwnedFolder } from './owned-folder.ts';
import { SnapshotKeeper, type SnapshotKeeperOptions } from './snapshot-keeper.ts';
import {
  type FileIdentities,
  type FileIdentity,
  type SnapshotJob,
  type SnapshotRecord,
  sameFiles,
  snapshotFiles,
  writeRecord,
} from './snapshot-record.ts';
import {
  isKept,
  isOfVm,
  type SnapshottedVm,
  type StoredSnapshot,
  snapshotsFolder,
  storedSnapshots,
} from './stored-snapshots.ts';

/** What snapshots are made with. */
export interface SnapshotStoreOptions extends Omit<SnapshotKeeperOptions, 'live'> {
  /** The Tart home that a VM belongs to: its snapshots lie there, because only one volume can share blocks. */
  readonly homeOf: (vmId: string) => string;
  /** Writes a file out and looks at it. Throws where it cannot be looked at. */
  readonly identify: (path: string) => Promise<FileIdentity>;
  readonly nowMs: () => number;
  /** Snapshots came, went, or are kept for something else. */
  readonly onChange: () => void;
}

/** All of a VM that goes into an image: the lock is held, and its files were looked at. */
export interface SeenVm {
  readonly id: string;
  readonly name: string;
  readonly source: FileIdentities;
  /** Text of its VM config layer. */
  readonly config: string;
  readonly suspended: boolean;
}

/** A VM about to be cloned. */
export interface VmToClone extends SeenVm {
  readonly disk: string;
  readonly nvram: string;
}

/** Clones of a VM's files that are no snapshot yet. */
export interface ClonedVm {
  /**
   * Makes a snapshot of them. Null where it cannot be written down, as on a full volume: then there is none.
   *
   * @param lockedMs ms that Tart's lock was held
   */
  commit(lockedMs: number): Promise<HeldSnapshot | null>;
  discard(): Promise<void>;
}

/** A snapshot as the base of a comparison. */
export interface SnapshotBase {
  readonly id: string;
  readonly vmName: string;
  readonly diskPath: string;
  /** ms since the epoch. */
  readonly madeMs: number;
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
 * which is the record. A folder is made under another name and renamed when it is whole. What is neither in use nor kept for
 * something is a leftover.
 */
export class SnapshotStore {
  readonly keeper: SnapshotKeeper;
  readonly #options: SnapshotStoreOptions;
  readonly #live: LiveSnapshots;

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
    this.#live = new LiveSnapshots(options.onChange);
    this.keeper = new SnapshotKeeper({ ...options, live: this.#live });
  }

  /**
   * Clones disk and NVRAM of a VM; null where that cannot be. The caller holds the VM's lock until this resolves, and needs it
   * no longer then.
   */
  async clone(vm: VmToClone): Promise<ClonedVm | null> {
    const folder = await OwnedFolder.create(snapshotsFolder(this.#options.homeOf(vm.id)));
    if (folder === null) return null;
    const files = snapshotFiles(folder.path);
    const cloned = await Promise.all([cloneFile(vm.disk, files.disk), cloneFile(vm.nvram, files.nvram)]);
    if (cloned.includes(false)) {
      await folder.remove();
      return null;
    }
    return { commit: (lockedMs) => this.#commit(vm, folder, lockedMs), discard: () => folder.remove() };
  }

  async #commit(vm: VmToClone, folder: OwnedFolder, lockedMs: number): Promise<HeldSnapshot | null> {
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
      return this.#held(this.#live.add(folder, record));
    } catch (thrown) {
      await folder.remove();
      // Of the system, or of the look at the clones: whoever asked does without a snapshot.
      if (thrown instanceof Error && 'code' in thrown) return null;
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
      isWhole: () => this.#isWhole({ folder: live.folder.path, record: live.record }),
      assign: async (job) => {
        await this.#live.change(live, ({ record }) => ({
          ...record,
          jobs: [...record.jobs.filter(({ id }) => id !== job.id), job],
        }));
      },
      keepAsBase: () => this.keeper.keepAsBase(live),
      release: async () => {
        if (released) return;
        released = true;
        await this.#live.release(live);
      },
    };
  }

  async #isWhole({ folder, record }: StoredSnapshot): Promise<boolean> {
    try {
      return sameFiles(await this.#identify(folder), record.own);
    } catch {
      // Somebody removed it.
      return false;
    }
  }

  /**
   * The snapshot of a VM in this very state, if there is one that can be taken: then no clone is needed. Its settings count
   * as well as its files: they are pushed from the snapshot's record, and change without a byte of the disk.
   */
  async takeUnchanged(vm: SeenVm): Promise<HeldSnapshot | null> {
    const home = this.#options.homeOf(vm.id);
    return await this.#takeFirst(await storedSnapshots([home]), ({ record }) => isInState(record, vm));
  }

  /** The snapshot that an unfinished job reads, if it can be taken. */
  async takeOfJob(jobId: string): Promise<HeldSnapshot | null> {
    return await this.#takeFirst(await storedSnapshots(this.#options.homes()), ({ record }) =>
      record.jobs.some(({ id }) => id === jobId),
    );
  }

  async #takeFirst(
    stored: readonly StoredSnapshot[],
    wanted: (snapshot: StoredSnapshot) => boolean,
  ): Promise<HeldSnapshot | null> {
    for (const snapshot of stored.filter(wanted)) {
      const live = await this.#live.take(snapshot);
      if (live === null) continue;
      const held = this.#held(live);
      if (wanted({ ...snapshot, record: live.record }) && (await held.isWhole())) return held;
      await held.release();
    }
    return null;
  }

  /** The snapshots that something keeps, the newest first; null = of all VMs. */
  async kept(vm: SnapshottedVm | null): Promise<StoredSnapshot[]> {
    const stored = await storedSnapshots(this.#options.homes());
    return stored.filter(({ record }) => isKept(record) && (vm === null || isOfVm(record, vm)));
  }

  /** The snapshot that is kept of a VM for comparisons: nobody writes to its files. */
  async baseFor(vm: SnapshottedVm): Promise<SnapshotBase | null> {
    for (const snapshot of await storedSnapshots([this.#options.homeOf(vm.id)])) {
      const { folder, record } = snapshot;
      if (!record.base || !isOfVm(record, vm) || !(await this.#isWhole(snapshot))) continue;
      return { id: record.id, vmName: record.vmName, diskPath: snapshotFiles(folder).disk, madeMs: record.madeMs };
    }
    return null;
  }
}

/** Whether a snapshot is of a VM as it is now, also by its name: a job is shown under the name that its snapshot has. */
function isInState(record: SnapshotRecord, { id, name, source, config, suspended }: SeenVm): boolean {
  return (
    record.vmId === id &&
    record.vmName === name &&
    record.config === config &&
    record.suspended === suspended &&
    sameFiles(record.source, source)
  );
}
