import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { readDiskIdentity, sameIdentity, settledIdentity } from '../disk/disk-identity.ts';
import { dataRanges } from '../native/seek-data.ts';
import { sha256 } from '../oci/digest.ts';
import { parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import { type JsonValue, tartJson } from '../oci/tart-json.ts';
import type { EnginePorts } from '../ports.ts';
import { diskFormatOf, parseVmConfig, type VmConfig } from '../tart/vm-config.ts';
import { statOrNull, type VmFiles, vmFiles } from '../tart/vm-folder.ts';
import { lockVm } from '../tart/vm-lock.ts';
import type { PushSource, VerbatimManifest } from './push-source.ts';

/**
 * Opens a VM or cached image for reading: a local VM under Tart's lock, a cached image (immutable) without.
 *
 * @throws AppError `vm.stacked`, `vm.incomplete`, `vm.running`, `vm.configInvalid`, `vm.gone`, `file.unreadable`,
 *   `image.manifestMissing`
 */
export async function openPushSource(vm: Vm, ports: EnginePorts, signal: AbortSignal): Promise<PushSource> {
  if (vm.layout === 'stacked') throw new AppError('vm.stacked', { name: vm.name });
  const files = vmFiles(vm.folder);
  if (vm.layout === 'incomplete') throw new AppError('vm.incomplete', { folder: vm.folder });
  if (vm.kind === 'image') return await openImage(vm, files, ports, signal);
  const lock = await lockVm(
    { name: vm.name, config: files.config, helperFile: ports.paths.lockHelper, fork: ports.forkHelper },
    signal,
  );
  try {
    const config = parseVmConfig(lock.config, files.config);
    const suspended = (await statOrNull(files.savedState)) !== null;
    return await sourceOf(vm, files, ports, signal, {
      config,
      configBytes: configLayer(config),
      protection: lock.held ? 'lock' : 'unlocked',
      suspended,
      lost: lock.lost,
      verbatim: null,
      close: () => lock.release(),
    });
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

/** The VM config layer: sorted keys, so that the same settings are the same bytes. */
function configLayer(config: VmConfig): Uint8Array {
  // The parsed config holds JSON values only; undefined members are left out by the round trip.
  return tartJson(JSON.parse(JSON.stringify(config)) as JsonValue);
}

interface Opened {
  readonly config: VmConfig;
  readonly configBytes: Uint8Array;
  readonly protection: PushSource['protection'];
  readonly suspended: boolean;
  readonly lost: AbortSignal;
  readonly verbatim: VerbatimManifest | null;
  close(): void;
}

async function sourceOf(
  vm: Vm,
  files: VmFiles,
  ports: EnginePorts,
  signal: AbortSignal,
  opened: Opened,
): Promise<PushSource> {
  const [diskIdentity, nvramIdentity] = await Promise.all([
    settledIdentity(files.disk, ports.clock, signal),
    settledIdentity(files.nvram, ports.clock, signal),
  ]);
  if (diskIdentity.size === 0 || nvramIdentity.size === 0) throw new AppError('vm.incomplete', { folder: vm.folder });
  const disk = await open(files.disk, 'r');
  const ranges = dataRanges(disk.fd, diskIdentity.size);
  await disk.close();
  const changed = async (path: string, before: typeof diskIdentity): Promise<boolean> => {
    const file = await open(path, 'r').catch(() => null);
    if (file === null) throw new AppError('vm.gone', { path });
    try {
      return !sameIdentity(before, await readDiskIdentity(file));
    } finally {
      await file.close();
    }
  };
  return {
    vmId: vm.id,
    vmName:
      vm.kind === 'vm' ? vm.name : `${vm.name}${vm.tags[0] === undefined ? `@${vm.digest ?? ''}` : `:${vm.tags[0]}`}`,
    protection: opened.protection,
    suspended: opened.suspended,
    configBytes: opened.configBytes,
    os: opened.config.os,
    arch: opened.config.arch,
    diskFormat: diskFormatOf(opened.config),
    diskPath: files.disk,
    diskSize: diskIdentity.size,
    diskIdentity,
    nvramPath: files.nvram,
    nvramSize: nvramIdentity.size,
    nvramIdentity,
    cacheable: opened.protection !== 'unlocked',
    dataRanges: ranges,
    verbatim: opened.verbatim,
    lost: opened.lost,
    async confirmUnchanged() {
      opened.lost.throwIfAborted();
      if ((await changed(files.disk, diskIdentity)) || (await changed(files.nvram, nvramIdentity))) {
        throw new AppError('vm.diskChanged', { name: vm.name });
      }
    },
    close() {
      opened.close();
      return Promise.resolve();
    },
  };
}

async function openImage(vm: Vm, files: VmFiles, ports: EnginePorts, signal: AbortSignal): Promise<PushSource> {
  const configBytes = await readOrGone(files.config);
  const config = parseVmConfig(configBytes.toString('utf8'), files.config);
  const verbatim = await verbatimOf(vm, files, configBytes);
  return await sourceOf(vm, files, ports, signal, {
    config,
    // Pull writes the layer's bytes to config.json; where Tart rewrote it since, the manifest is not pushed as it is.
    configBytes: verbatim === null ? configLayer(config) : configBytes,
    protection: 'image',
    suspended: false,
    lost: new AbortController().signal,
    verbatim,
    close: () => undefined,
  });
}

async function readOrGone(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError('vm.gone', { path }, { cause });
  }
}

/** The image's manifest if manifest.json hashes to the folder's digest and fits the files; else a new one is written. */
async function verbatimOf(vm: Vm, files: VmFiles, configBytes: Uint8Array): Promise<VerbatimManifest | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(files.manifest);
  } catch {
    // Old Tart writes none for populated caches.
    return null;
  }
  const digest = sha256(bytes);
  if (digest !== basename(vm.folder)) return null;
  const manifest = parseManifest(bytes, null);
  const image = manifest.kind === 'image' ? tartImageOf(manifest) : null;
  if (image === null || image.vmConfig.digest !== sha256(configBytes)) return null;
  return {
    bytes,
    digest,
    mediaType: manifest.mediaType,
    uploadTime: image.uploadTime,
    config: manifest.kind === 'image' ? manifest.config : image.vmConfig,
    disk: image.disk,
    vmConfig: image.vmConfig,
    nvram: image.nvram,
  };
}
