import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UNFINISHED } from './owned-folder.ts';
import { type FileIdentity, isFile, readRecord, type SnapshotRecord } from './snapshot-record.ts';

/** A snapshot and the folder it lies in. */
export interface StoredSnapshot {
  readonly folder: string;
  readonly record: SnapshotRecord;
}

/** The VM that snapshots are asked for. */
export interface SnapshottedVm {
  readonly id: string;
  /** Its disk, which keeps its number when the VM gets another name; null = not known. */
  readonly disk: FileIdentity | null;
}

/** The folder of snapshots in a Tart home. */
export function snapshotsFolder(home: string): string {
  return join(home, '.tartan', 'snapshots');
}

/** Names in the folder of snapshots of a Tart home; none where there is none. */
export async function namesIn(home: string): Promise<string[]> {
  return await readdir(snapshotsFolder(home)).catch(() => []);
}

/** The snapshots of some Tart homes, the newest first; also those that are held for a moment only. */
export async function storedSnapshots(homes: readonly string[]): Promise<StoredSnapshot[]> {
  const found = await Promise.all([...new Set(homes)].map(storedIn));
  return found.flat().sort((left, right) => right.record.madeMs - left.record.madeMs);
}

async function storedIn(home: string): Promise<StoredSnapshot[]> {
  const names = (await namesIn(home)).filter((name) => !name.startsWith(UNFINISHED));
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = join(snapshotsFolder(home), name);
      const record = await readRecord(folder);
      return record?.id === name ? [{ folder, record }] : [];
    }),
  );
  return found.flat();
}

/** Something keeps it beyond its use. */
export function isKept({ base, pinned, jobs }: SnapshotRecord): boolean {
  return base || pinned || jobs.length > 0;
}

/** A VM with another name still has its disk; one that was made anew under the name may have a disk that is alike. */
export function isOfVm({ vmId, source }: SnapshotRecord, vm: SnapshottedVm): boolean {
  return vmId === vm.id || (vm.disk !== null && isFile(source.disk, vm.disk));
}
