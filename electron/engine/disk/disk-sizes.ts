import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DiskSizes } from '../../../shared/models/vm.ts';
import { sharedBytes } from '../native/shared-blocks.ts';

/** Sizes of a disk file, without reading a byte of it; null where there is no readable regular file. */
export async function diskSizesOf(path: string): Promise<DiskSizes | null> {
  try {
    const file = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return null;
      const allocated = stat.blocks * 512;
      return { logical: stat.size, allocated, shared: sharedBytes(file.fd, path, allocated) };
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
