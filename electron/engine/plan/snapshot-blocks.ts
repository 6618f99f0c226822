import type { FileHandle } from 'node:fs/promises';
import type { LayerBase } from '../../../shared/models/plan.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { ChunkDigest, DigestCache } from '../digests/digest-cache.ts';
import type { Chunk } from '../disk/chunks.ts';
import type { DiskIdentity } from '../disk/disk-identity.ts';
import type { KeptSnapshot } from './extent-bases.ts';
import type { ExtentVolumes } from './extent-volumes.ts';
import { findInBase } from './find-in-base.ts';

/** Chunks of a disk that lie in the blocks of a snapshot, by index, and the snapshot. */
export interface SnapshotChunks {
  readonly chunks: ReadonlyMap<number, ChunkDigest>;
  readonly base: LayerBase;
}

/** What looking takes. */
export interface SnapshotBlocksParts {
  readonly volumes: ExtentVolumes;
  readonly digestCache: DigestCache;
  /** The newest snapshot that is kept of a VM. */
  readonly lastSnapshot: (vmId: string, disk: DiskIdentity) => Promise<KeptSnapshot | null>;
}

/**
 * Says what the disk of a stopped VM still shares with its last snapshot, for drawing: it makes no snapshot, tries no volume
 * and takes no lock, so that somebody may write to the disk meanwhile. Nothing of it is stored, or decides what a push sends.
 */
export class SnapshotBlocks {
  readonly #parts: SnapshotBlocksParts;

  constructor(parts: SnapshotBlocksParts) {
    this.#parts = parts;
  }

  /** @param disk the VM's disk, open */
  async of(
    vm: Pick<Vm, 'id' | 'state'>,
    disk: { readonly file: FileHandle; readonly identity: DiskIdentity },
    chunkSize: number,
    chunks: readonly Chunk[],
  ): Promise<SnapshotChunks | null> {
    // A map asks for what is not written out yet: of a running VM that would be work for its disk at every look.
    if (vm.state === 'running' || chunks.length === 0) return null;
    const snapshot = await this.#parts.lastSnapshot(vm.id, disk.identity);
    if (snapshot === null || !(await this.#parts.volumes.isTrusted(disk.identity.volume))) return null;
    const { vmName, diskPath, madeMs } = snapshot;
    const base = { path: diskPath, named: [] };
    const { found } = await findInBase(this.#parts.digestCache, disk.file, base, chunkSize, chunks);
    const known = found.flatMap(({ index, hashed }) => (hashed === null ? [] : ([[index, hashed]] as const)));
    return { chunks: new Map(known), base: { kind: 'snapshot', name: vmName, madeMs } };
  }
}
