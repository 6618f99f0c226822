import { AppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { dataRangesOf } from '../native/seek-data.ts';
import { sha256 } from '../oci/digest.ts';
import { parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import type { EnginePorts } from '../ports.ts';
import { openCachedImage } from '../tart/cached-image.ts';
import { openVm } from '../tart/open-vm.ts';
import type { FileIdentities } from '../tart/unchanged-files.ts';
import { diskFormatOf, type VmConfig } from '../tart/vm-config.ts';
import { vmConfigLayer } from '../tart/vm-config-layer.ts';
import type { VmFiles } from '../tart/vm-folder.ts';
import type { PushSource, VerbatimManifest } from './push-source.ts';

/**
 * Opens a VM or cached image for reading: a local VM under Tart's lock, a cached image (immutable) without.
 *
 * @throws AppError `vm.stacked`, `vm.incomplete`, `vm.running`, `vm.configInvalid`, `vm.gone`, `file.unreadable`,
 *   `image.manifestMissing`
 */
export async function openPushSource(vm: Vm, ports: EnginePorts, signal: AbortSignal): Promise<PushSource> {
  if (vm.kind === 'image') return await openImage(vm, ports, signal);
  const opened = await openVm(vm, ports, signal);
  try {
    const { held, suspended, lost, configBytes } = opened;
    return {
      ...(await disksOf(opened.files, opened.config, opened.identities)),
      vmId: vm.id,
      vmName: vm.name,
      protection: held ? 'lock' : 'unlocked',
      suspended,
      configBytes,
      newConfigBytes: configBytes,
      cacheable: held,
      image: null,
      verbatim: null,
      newBecause: null,
      lost,
      confirmUnchanged: () => opened.confirmUnchanged(signal),
      close: () => opened.close(),
    };
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
}

/** The part of a source that is the same for VMs and images. */
async function disksOf(files: VmFiles, config: VmConfig, identities: FileIdentities) {
  return {
    os: config.os,
    arch: config.arch,
    diskFormat: diskFormatOf(config),
    diskPath: files.disk,
    diskSize: identities.disk.size,
    diskIdentity: identities.disk,
    nvramPath: files.nvram,
    nvramSize: identities.nvram.size,
    nvramIdentity: identities.nvram,
    dataRanges: await dataRangesOf(files.disk, identities.disk.size),
  };
}

async function openImage(vm: Vm, ports: EnginePorts, signal: AbortSignal): Promise<PushSource> {
  const image = await openCachedImage(vm, ports.clock, signal);
  const verbatim = image.manifestBytes === null ? null : verbatimOf(image.manifestBytes, image.configBytes);
  const disks = await disksOf(image.files, image.config, image.identities);
  const rawSize = verbatim?.disk.reduce((sum, layer) => sum + layer.rawSize, 0);
  if (rawSize !== undefined && rawSize !== disks.diskSize)
    throw new AppError('image.manifestMissing', { name: vm.name });
  const [tag] = vm.tags;
  const newConfigBytes = vmConfigLayer(image.config);
  return {
    ...disks,
    vmId: vm.id,
    vmName: tag === undefined ? `${vm.name}@${vm.digest ?? ''}` : `${vm.name}:${tag}`,
    protection: 'image',
    suspended: false,
    // Where Tart rewrote config.json since the pull, the manifest is not pushed as it is, and the config is ours.
    configBytes: verbatim === null ? newConfigBytes : image.configBytes,
    newConfigBytes,
    cacheable: true,
    image: { home: homeOf(vm.name), digest: vm.digest ?? '' },
    verbatim,
    newBecause: verbatim === null ? 'manifestMissing' : null,
    lost: new AbortController().signal,
    confirmUnchanged: () => image.confirmUnchanged(signal),
    close: () => Promise.resolve(),
  };
}

/** `host/repository`, as a cached image's folder says it, in two. */
function homeOf(name: string): RepositoryName {
  const slash = name.indexOf('/');
  return { registry: name.slice(0, slash), repository: name.slice(slash + 1) };
}

/** The image's own manifest if it is a flat Tart image whose VM config is the one in the folder; else null. */
function verbatimOf(bytes: Uint8Array, configBytes: Uint8Array): VerbatimManifest | null {
  const manifest = parseManifest(bytes, null);
  const image = manifest.kind === 'image' ? tartImageOf(manifest) : null;
  if (manifest.kind !== 'image' || image === null || image.vmConfig.digest !== sha256(configBytes)) return null;
  // A layer of a kind that is not Tart's has no file here that it could be made from.
  if (manifest.layers.length !== image.disk.length + 2) return null;
  const { disk, vmConfig, nvram, uploadTime } = image;
  return {
    bytes,
    digest: sha256(bytes),
    mediaType: manifest.mediaType,
    uploadTime,
    config: manifest.config,
    disk,
    vmConfig,
    nvram,
  };
}
