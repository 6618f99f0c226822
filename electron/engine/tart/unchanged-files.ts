import { AppError } from '../../../shared/errors/app-error.ts';
import { type DiskIdentity, sameIdentity, settledIdentity } from '../disk/disk-identity.ts';
import type { Clock } from '../ports.ts';
import { vmIncomplete } from './incomplete-vm.ts';
import type { VmFiles } from './vm-folder.ts';

/** Disk and NVRAM as they were when a VM was opened. */
export interface FileIdentities {
  readonly disk: DiskIdentity;
  readonly nvram: DiskIdentity;
}

/**
 * Looks at disk and NVRAM by the racily-clean rule.
 *
 * @throws AppError `vm.incomplete` (one of them is empty), `vm.gone`, `file.unreadable`
 */
export async function identifyFiles(files: VmFiles, clock: Clock, signal: AbortSignal): Promise<FileIdentities> {
  const [disk, nvram] = await Promise.all([
    settledIdentity(files.disk, clock, signal),
    settledIdentity(files.nvram, clock, signal),
  ]);
  if (disk.size === 0) throw vmIncomplete(files.disk, 'empty');
  if (nvram.size === 0) throw vmIncomplete(files.nvram, 'empty');
  return { disk, nvram };
}

/**
 * Looks again, behind an fsync.
 *
 * @param name the VM's, for errors
 * @throws AppError `vm.diskChanged` with the `path` that changed, `vm.gone`, `file.unreadable`
 */
export async function confirmUnchanged(
  name: string,
  files: VmFiles,
  before: FileIdentities,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const now = await identifyFiles(files, clock, signal);
  if (!sameIdentity(before.disk, now.disk)) throw new AppError('vm.diskChanged', { name, path: files.disk });
  if (!sameIdentity(before.nvram, now.nvram)) throw new AppError('vm.diskChanged', { name, path: files.nvram });
}
