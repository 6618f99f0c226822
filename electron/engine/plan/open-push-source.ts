import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { type DiskIdentity, readDiskIdentity, sameIdentity } from '../disk/disk-identity.ts';
import { type DataRange, dataRanges } from '../native/seek-data.ts';
import { sha256 } from '../oci/digest.ts';
import { parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import type { EnginePorts } from '../ports.ts';
import type { HeldSnapshot, SnapshotStore } from '../snapshots/snapshot-store.ts';
import { openCachedImage } from '../tart/cached-image.ts';
import { type OpenVm, openVm } from '../tart/open-vm.ts';
import type { FileIdentities } from '../tart/unchanged-files.ts';
import { diskFormatOf, parseVmConfig, type VmConfig } from '../tart/vm-config.ts';
import { vmConfigLayer } from '../tart/vm-config-layer.ts';
import type { VmFiles } from '../tart/vm-folder.ts';
import { ChunkReads } from './chunk-reads.ts';
import type { PushSource, VerbatimManifest } from './push-source.ts';

const NEVER = new AbortController().signal;

/** What opening takes of the row of a VM or image. */
export type VmToOpen = Pick<Vm, 'id' | 'kind' | 'name' | 'folder' | 'tags' | 'digest'>;

/** What opening takes of the engine. */
export interface OpeningParts {
  readonly ports: Pick<EnginePorts, 'paths' | 'clock' | 'forkHelper'>;
  readonly snapshots: SnapshotStore;
}

/**
 * Opens a VM or cached image for reading: of a local VM a snapshot, where its file system can clone, else the VM itself under
 * Tart's lock; a cached image (immutable) without.
 *
 * @throws AppError `vm.stacked`, `vm.incomplete`, `vm.running`, `vm.configInvalid`, `vm.gone`, `vm.diskChanged`,
 *   `file.unreadable`, `image.manifestMissing`
 */
export async function openPushSource(vm: VmToOpen, parts: OpeningParts, signal: AbortSignal): Promise<PushSource> {
  if (vm.kind === 'image') return await openImage(vm, parts.ports, signal);
  const opened = await openVm(vm, parts.ports, signal);
  try {
    const snapshot = opened.held ? await snapshotOf(vm, opened, parts.snapshots, signal) : 'none';
    if (snapshot === 'none') return await lockedSource(vm, opened);
    if (snapshot !== 'lost') return await snapshotSource(snapshot, opened.identities, opened.heldMs());
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
  return await openLocked(vm, parts, signal);
}

/** Opens a local VM without a snapshot. */
async function openLocked(vm: VmToOpen, { ports }: OpeningParts, signal: AbortSignal): Promise<PushSource> {
  const opened = await openVm(vm, ports, signal);
  try {
    return await lockedSource(vm, opened);
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
}

/**
 * The snapshot of an opened VM: the one that there is of its disk in this very state, else a new one. The lock is let go as
 * soon as nothing of the VM is read any more. `none` = none can be made, and the lock is still held; `lost` = one could not
 * be written down when the lock was gone already.
 */
async function snapshotOf(
  vm: VmToOpen,
  opened: OpenVm,
  snapshots: SnapshotStore,
  signal: AbortSignal,
): Promise<HeldSnapshot | 'none' | 'lost'> {
  const seen = {
    id: vm.id,
    name: vm.name,
    source: opened.identities,
    config: Buffer.from(opened.configBytes).toString('utf8'),
    suspended: opened.suspended,
  };
  const unchanged = await snapshots.takeUnchanged(seen);
  if (unchanged !== null) {
    await opened.close();
    return unchanged;
  }
  const { disk, nvram } = opened.files;
  const cloned = await snapshots.clone({ ...seen, disk, nvram });
  if (cloned === null) return 'none';
  try {
    // Written to in spite of the lock while it was cloned: then the clone is not what was identified.
    await opened.confirmUnchanged(signal);
  } catch (thrown) {
    await cloned.discard();
    throw thrown;
  }
  await opened.close();
  return (await cloned.commit(opened.heldMs())) ?? 'lost';
}

async function lockedSource(vm: VmToOpen, opened: OpenVm): Promise<PushSource> {
  const { held, suspended, lost, configBytes } = opened;
  const reads = new ChunkReads();
  return {
    ...(await disksOf(opened.files, vm.name, opened.config, opened.identities)),
    vmId: vm.id,
    vmName: vm.name,
    protection: held ? 'lock' : 'unlocked',
    snapshot: null,
    lockedMs: null,
    suspended,
    configBytes,
    newConfigBytes: configBytes,
    cacheable: held,
    image: null,
    verbatim: null,
    newBecause: null,
    reads,
    lost,
    // A job that took the source over goes on when its plan is ended.
    confirmUnchanged: () => opened.confirmUnchanged(NEVER),
    close: async () => {
      await reads.end();
      await opened.close();
    },
  };
}

/**
 * A source that reads a snapshot: whatever becomes of the VM does not concern it.
 *
 * @param identities what digests are remembered by: of the VM's files as they were cloned, or of the snapshot's own
 * @param lockedMs ms that the VM's lock was held this time; null = not at all
 * @throws AppError `vm.configInvalid`, `file.unreadable`
 */
async function snapshotSource(
  snapshot: HeldSnapshot,
  identities: FileIdentities,
  lockedMs: number | null,
): Promise<PushSource> {
  const { record, diskPath, nvramPath } = snapshot;
  const reads = new ChunkReads();
  try {
    const configBytes = Buffer.from(record.config);
    const config = parseVmConfig(record.config, diskPath);
    return {
      ...(await disksOf({ disk: diskPath, nvram: nvramPath }, record.vmName, config, identities, record.own)),
      vmId: record.vmId,
      vmName: record.vmName,
      protection: 'snapshot',
      snapshot,
      lockedMs,
      suspended: record.suspended,
      configBytes,
      newConfigBytes: configBytes,
      cacheable: true,
      image: null,
      verbatim: null,
      newBecause: null,
      reads,
      lost: NEVER,
      confirmUnchanged: async () => {
        if (!(await snapshot.isWhole())) throw new AppError('vm.diskChanged', { name: record.vmName, path: diskPath });
      },
      close: async () => {
        await reads.end();
        await snapshot.release();
      },
    };
  } catch (thrown) {
    await snapshot.release();
    throw thrown;
  }
}

/** What an unfinished job read before: its snapshot, whatever became of the VM. Null where there is none. */
export async function openJobSource(jobId: string, snapshots: SnapshotStore): Promise<PushSource | null> {
  const snapshot = await snapshots.takeOfJob(jobId);
  // By its own identity: the VM may have been digested in a later state, which is not to be forgotten for this one.
  return snapshot === null ? null : await snapshotSource(snapshot, snapshot.record.own, null);
}

/**
 * The part of a source that is the same for VMs and images.
 *
 * @param name for errors
 * @param own identities of the very files, where they are clones of those that `identities` tells of
 */
async function disksOf(
  files: Pick<VmFiles, 'disk' | 'nvram'>,
  name: string,
  config: VmConfig,
  identities: FileIdentities,
  own = identities,
) {
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
    own,
    dataRanges: await mapOf(files.disk, name, own.disk),
  };
}

/** Where the disk holds data. What it calls a hole is not read: the map must be that of the very file. */
async function mapOf(path: string, name: string, own: DiskIdentity): Promise<readonly DataRange[] | null> {
  const file = await openToRead(path);
  try {
    const ranges = dataRanges(file.fd, own.size);
    if (!sameIdentity(await readDiskIdentity(file), own)) throw new AppError('vm.diskChanged', { name, path });
    return ranges;
  } finally {
    await file.close();
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError(reason === 'ENOENT' ? 'vm.gone' : 'file.unreadable', { path, reason }, { cause });
  }
}

async function openImage(vm: VmToOpen, ports: OpeningParts['ports'], signal: AbortSignal): Promise<PushSource> {
  const image = await openCachedImage(vm, ports.clock, signal);
  const verbatim = image.manifestBytes === null ? null : verbatimOf(image.manifestBytes, image.configBytes);
  const disks = await disksOf(image.files, vm.name, image.config, image.identities);
  const rawSize = verbatim?.disk.reduce((sum, layer) => sum + layer.rawSize, 0);
  if (rawSize !== undefined && rawSize !== disks.diskSize)
    throw new AppError('image.manifestMissing', { name: vm.name });
  const [tag] = vm.tags;
  const newConfigBytes = vmConfigLayer(image.config);
  const reads = new ChunkReads();
  return {
    ...disks,
    vmId: vm.id,
    vmName: tag === undefined ? `${vm.name}@${vm.digest ?? ''}` : `${vm.name}:${tag}`,
    protection: 'image',
    snapshot: null,
    lockedMs: null,
    suspended: false,
    // Where Tart rewrote config.json since the pull, the manifest is not pushed as it is, and the config is ours.
    configBytes: verbatim === null ? newConfigBytes : image.configBytes,
    newConfigBytes,
    cacheable: true,
    image: { home: homeOf(vm.name), digest: vm.digest ?? '' },
    verbatim,
    newBecause: verbatim === null ? 'manifestMissing' : null,
    reads,
    lost: NEVER,
    confirmUnchanged: () => image.confirmUnchanged(NEVER),
    close: () => reads.end(),
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
