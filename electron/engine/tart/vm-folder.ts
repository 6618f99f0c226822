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

/** A config.json longer than this is not read. Bytes; real ones have about 700. */
export const CONFIG_LIMIT = 1024 * 1024;

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

/** What a folder holds, by Tart's rules; one that fits none is `incomplete` (and invisible to Tart). */
export type VmLayout = 'standalone' | 'stacked' | 'incomplete';

/**
 * The layout of a VM folder. A stacked local VM has manifest and overlay in the place of the disk, a stacked cache record
 * the manifest alone. Only regular files (or links to them) count.
 */
export async function layoutOf(files: VmFiles, kind: 'vm' | 'image'): Promise<VmLayout> {
  const has = async (path: string): Promise<boolean> => (await statOrNull(path))?.isFile() === true;
  const [config, disk, nvram, manifest, overlay] = await Promise.all([
    has(files.config),
    has(files.disk),
    has(files.nvram),
    has(files.manifest),
    has(files.overlay),
  ]);
  if (!config || !nvram) return 'incomplete';
  if (disk) return overlay ? 'incomplete' : 'standalone';
  return manifest && (overlay || kind === 'image') ? 'stacked' : 'incomplete';
}
