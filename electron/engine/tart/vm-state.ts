import { open } from 'node:fs/promises';
import type { VmState } from '../../../shared/models/vm.ts';
import { lockHolder } from '../native/fcntl-lock.ts';
import { statOrNull, type VmFiles } from './vm-folder.ts';

/**
 * The state of a VM, as Tart tells it: running while somebody holds the lock on config.json, suspended while a saved
 * state is there. A config that cannot be opened for writing counts as not running.
 *
 * This opens and closes config.json: it must never run in a process that holds that lock.
 */
export async function vmStateOf(files: VmFiles): Promise<VmState> {
  try {
    const file = await open(files.config, 'r+');
    try {
      const holder = lockHolder(file.fd);
      if (holder !== null && holder !== 0) return 'running';
    } finally {
      await file.close();
    }
  } catch {
    // Tart's own rule: not openable is not running.
  }
  return (await statOrNull(files.savedState)) === null ? 'stopped' : 'suspended';
}
