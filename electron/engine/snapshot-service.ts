import { access } from 'node:fs/promises';
import type { Emit, Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { Snapshot } from '../../shared/models/snapshot.ts';
import { lookAtIdentity, settledIdentity } from './disk/disk-identity.ts';
import { diskSizesOf } from './disk/disk-sizes.ts';
import type { EnginePorts } from './ports.ts';
import type { AlterOutcome } from './snapshots/live-snapshots.ts';
import { snapshotFiles } from './snapshots/snapshot-record.ts';
import { type HeldSnapshot, SnapshotStore } from './snapshots/snapshot-store.ts';
import type { SnapshottedVm, StoredSnapshot } from './snapshots/stored-snapshots.ts';
import { vmFiles } from './tart/vm-folder.ts';
import type { VmService } from './vm-service.ts';

type SnapshotMethodName = Extract<EngineMethodName, `snapshots.${string}`>;

/** A base holds more alone as its VM goes on: the budget is looked at this often, in ms. */
const LOOK_MS = 3_600_000;

/** What snapshots take of the engine. */
export interface SnapshotServiceParts {
  readonly ports: EnginePorts;
  readonly settings: () => Settings;
  readonly vms: Pick<VmService, 'homeOf' | 'homes' | 'list'>;
  readonly emit: Emit;
}

/** Snapshots of VMs: what a crash left is cleared away when the engine opens, and those that are kept stay within the budget. */
export class SnapshotService {
  readonly store: SnapshotStore;
  readonly #parts: SnapshotServiceParts;
  readonly #ended = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: SnapshotServiceParts) {
    this.#parts = parts;
    const { ports, vms, emit } = parts;
    this.store = new SnapshotStore({
      homeOf: (vmId) => vms.homeOf(vmId),
      homes: () => vms.homes(),
      identify: (path) => settledIdentity(path, ports.clock, this.#ended.signal),
      exists: isThere,
      onlyHere,
      nowMs: () => ports.clock.now(),
      onChange: () => emit('snapshots.changed', null),
    });
  }

  /** Clears away what a crash left, while everything else goes on, and keeps to the budget from then on. */
  open(): void {
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    const { ports } = this.#parts;
    await this.#try(() => this.store.keeper.clear());
    while (!this.#ended.signal.aborted) {
      await this.keepWithinBudget();
      await ports.clock.sleep(LOOK_MS, this.#ended.signal).catch(() => undefined);
    }
  }

  /** Drops what the budget does not take, the oldest first. */
  async keepWithinBudget(): Promise<void> {
    await this.#try(() => this.store.keeper.keepWithin(this.#parts.settings().snapshotBudget));
  }

  /** Keeps what was pushed for the next push of the VM. The push is done, whatever becomes of this. */
  async keep(snapshot: HeldSnapshot): Promise<void> {
    await this.#try(() => snapshot.keepAsBase());
    await this.keepWithinBudget();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!this.#ended.signal.aborted) this.#parts.ports.log.warn('snapshots not kept', { message: String(thrown) });
    }
  }

  async #list(vmId: string | null): Promise<Snapshot[]> {
    const kept = await this.store.kept(vmId === null ? null : await this.#vm(vmId));
    return await Promise.all(kept.map(rowOf));
  }

  /** A VM with its disk, if it is there: snapshots of it under an earlier name are found by that. */
  async #vm(vmId: string): Promise<SnapshottedVm> {
    const { vms } = await this.#parts.vms.list();
    const folder = vms.find(({ id }) => id === vmId)?.folder;
    return { id: vmId, disk: folder === undefined ? null : await lookAtIdentity(vmFiles(folder).disk) };
  }

  handlers(): Handlers<SnapshotMethodName> {
    const { keeper } = this.store;
    return {
      'snapshots.list': ({ vmId }) => this.#list(vmId),
      'snapshots.pin': async ({ id, pinned }) => answerTo(id, await keeper.pin(id, pinned)),
      'snapshots.drop': async ({ id }) => answerTo(id, await keeper.drop(id)),
    };
  }

  async close(): Promise<void> {
    this.#ended.abort(new AppError('cancelled'));
    await this.#looking;
  }
}

function answerTo(id: string, outcome: AlterOutcome): null {
  switch (outcome) {
    case 'done':
      return null;
    case 'busy':
      throw new AppError('snapshot.busy', { id });
    case 'gone':
      throw new AppError('snapshot.notFound', { id });
  }
}

async function rowOf(snapshot: StoredSnapshot): Promise<Snapshot> {
  const { id, vmId, vmName, madeMs, lockedMs, source, base, pinned, jobs } = snapshot.record;
  const jobId = jobs[0]?.id ?? null;
  return {
    id,
    vmId,
    vmName,
    madeMs,
    rawSize: source.disk.size,
    onlyHere: await onlyHere(snapshot),
    pinned,
    keptFor: pinned ? 'pin' : jobId === null ? 'base' : 'job',
    jobId,
    lockedMs,
    pinAlone: pinned && !base && jobId === null,
  };
}

/**
 * Bytes of blocks that only a snapshot holds. Where the file system does not tell what is shared, all of its blocks: more than
 * will be free is dropped rather than less.
 */
async function onlyHere({ folder }: Pick<StoredSnapshot, 'folder'>): Promise<number> {
  const { disk, nvram } = snapshotFiles(folder);
  const sizes = await Promise.all([disk, nvram].map(diskSizesOf));
  return sizes.reduce((sum, size) => sum + (size === null ? 0 : size.allocated - (size.shared ?? 0)), 0);
}

/** What cannot be looked at may be there: only a file that is surely gone counts as gone. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT');
  }
}
