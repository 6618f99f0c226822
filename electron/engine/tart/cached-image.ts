import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { sha256 } from '../oci/digest.ts';
import { MANIFEST_READ_LIMIT } from '../oci/parse-manifest.ts';
import type { Clock } from '../ports.ts';
import { incompleteOf } from './incomplete-vm.ts';
import { readSmallFile } from './read-small-file.ts';
import { confirmUnchanged, type FileIdentities, identifyFiles } from './unchanged-files.ts';
import { parseVmConfig, type VmConfig } from './vm-config.ts';
import { CONFIG_LIMIT, layoutOf, statOrNull, type VmFiles, vmFiles } from './vm-folder.ts';

/** An image of Tart's cache, looked at for a push. Digest folders are immutable and never locked, but may be pruned. */
export interface CachedImage {
  readonly files: VmFiles;
  readonly config: VmConfig;
  /** Bytes of config.json: pull writes the VM config layer there unchanged. */
  readonly configBytes: Uint8Array;
  /**
   * Bytes of manifest.json if they hash to the folder's digest; else null (old Tart wrote it anew, or not at all when it
   * populated the cache), and the image needs a new manifest.
   */
  readonly manifestBytes: Uint8Array | null;
  readonly identities: FileIdentities;
  /**
   * The disk is not younger than what a pull writes behind it: NVRAM, and manifest.json of old Tart. Nothing writes to a
   * cached image again: a younger disk was altered by somebody, and nobody knows what its chunks are.
   */
  readonly asPulled: boolean;
  /** Throws `vm.diskChanged` or `vm.gone` unless disk and NVRAM are what they were. */
  confirmUnchanged(signal: AbortSignal): Promise<void>;
}

/**
 * Looks at a cached image.
 *
 * @throws AppError `vm.stacked`, `vm.incomplete`, `vm.configInvalid`, `vm.gone`, `file.unreadable`
 */
export async function openCachedImage(
  image: Pick<Vm, 'name' | 'folder'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<CachedImage> {
  const files = vmFiles(image.folder);
  if ((await statOrNull(image.folder)) === null) {
    throw new AppError('vm.gone', { path: image.folder, reason: 'ENOENT' });
  }
  const layout = await layoutOf(files, 'image');
  if (layout === 'stacked') throw new AppError('vm.stacked', { name: image.name });
  if (layout === 'incomplete') throw await incompleteOf(files);
  const [configBytes, manifestBytes, identities] = await Promise.all([
    readSmallFile(files.config, CONFIG_LIMIT),
    manifestOf(image.folder, files.manifest),
    identifyFiles(files, clock, signal),
  ]);
  return {
    files,
    asPulled: await isAsPulled(files, identities),
    config: parseVmConfig(configBytes.toString('utf8'), files.config),
    configBytes,
    manifestBytes,
    identities,
    confirmUnchanged: (until) => confirmUnchanged(image.name, files, identities, clock, until),
  };
}

async function isAsPulled({ manifest }: VmFiles, { disk, nvram }: FileIdentities): Promise<boolean> {
  const written = await stat(manifest, { bigint: true }).catch(() => null);
  const isBehind = (mtimeNs: bigint, ctimeNs: bigint): boolean =>
    BigInt(disk.mtimeNs) <= mtimeNs && BigInt(disk.ctimeNs) <= ctimeNs;
  return (
    isBehind(BigInt(nvram.mtimeNs), BigInt(nvram.ctimeNs)) ||
    (written !== null && isBehind(written.mtimeNs, written.ctimeNs))
  );
}

async function manifestOf(folder: string, path: string): Promise<Uint8Array | null> {
  try {
    const bytes = await readSmallFile(path, MANIFEST_READ_LIMIT);
    return sha256(bytes) === basename(folder) ? bytes : null;
  } catch {
    // Not there, or nothing that could be a manifest.
    return null;
  }
}
