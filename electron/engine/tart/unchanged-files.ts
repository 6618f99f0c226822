import { AppError } from '../../../shared/errors/app-error.ts';
import { type DiskIdentity, sameIdentity, settledIdentity } from '../disk/disk-identity.ts';
import type { Clock } from '../ports.ts';
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
  for (const [path, { size }] of [
    [files.disk, disk],
    [files.nvram, nvram],
  ] as const) {
    if (size === 0) throw new AppError('vm.incomplete', { path });
  }
  return { disk, nvram };
}

/**
 * Looks again, behind an fsync.
 *
 * @throws AppError `vm.diskChanged` with the `path` that changed, `vm.gone`, `file.unreadable`
 */
export async function confirmUnchanged(
  files: VmFiles,
  before: FileIdentities,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const now = await identifyFiles(files, clock, signal);
  if (!sameIdentity(before.disk, now.disk)) throw new AppError('vm.diskChanged', { path: files.disk });
  if (!sameIdentity(before.nvram, now.nvram)) throw new AppError('vm.diskChanged', { path: files.nvram });
}
