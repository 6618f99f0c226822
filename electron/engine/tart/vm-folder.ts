import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a VM folder. */
export interface VmFiles {
  readonly config: string;
  readonly disk: string;
  readonly nvram: string;
  readonly savedState: string;
  readonly manifest: string;
  readonly overlay: string;
}

/** Where the files of a VM folder lie, whether they are there or not. */
export function vmFiles(folder: string): VmFiles {
  return {
    config: join(folder, 'config.json'),
    disk: join(folder, 'disk.img'),
    nvram: join(folder, 'nvram.bin'),
    savedState: join(folder, 'state.vzvmsave'),
    manifest: join(folder, 'manifest.json'),
    overlay: join(folder, 'overlay.asif'),
  };
}

/** `stat`, or null for what is not there or may not be looked at. */
export async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch {
    return null;
  }
}

/** `lstat`, or null: for entries that may be broken links. */
export async function lstatOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch {
    return null;
  }
}

/** The layout of a VM folder: Tart's rules, a folder that fits none is incomplete. */
export async function layoutOf(files: VmFiles): Promise<'standalone' | 'stacked' | 'incomplete'> {
  const [config, disk, nvram, manifest, overlay] = await Promise.all(
    [files.config, files.disk, files.nvram, files.manifest, files.overlay].map(statOrNull),
  );
  if (config === null || nvram === null) return 'incomplete';
  if (overlay === null && disk !== null) return 'standalone';
  return disk === null && manifest !== null ? 'stacked' : 'incomplete';
}
