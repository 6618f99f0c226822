import { AppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { syncFile } from '../disk/disk-identity.ts';
import type { EnginePorts } from '../ports.ts';
import { incompleteOf } from './incomplete-vm.ts';
import { confirmUnchanged, type FileIdentities, identifyFiles } from './unchanged-files.ts';
import { parseVmConfig, type VmConfig } from './vm-config.ts';
import { vmConfigLayer } from './vm-config-layer.ts';
import { layoutOf, statOrNull, type VmFiles, vmFiles } from './vm-folder.ts';
import { lockVm, type VmLock } from './vm-lock.ts';
import { vmStateOf } from './vm-state.ts';

/** A local VM, opened for reading under Tart's lock. Owner: who opened it; `close` lets the VM go. */
export interface OpenVm {
  readonly files: VmFiles;
  readonly config: VmConfig;
  /** Bytes of the VM config layer. */
  readonly configBytes: Uint8Array;
  readonly identities: FileIdentities;
  /** False where no lock can be had: changes are then only detected, and digests must not be remembered. */
  readonly held: boolean;
  /** The disk is as the suspended guest left it; its saved memory is not part of an image. */
  readonly suspended: boolean;
  /** Aborts with `vm.lockLost` when somebody takes the VM while its lock is held. */
  readonly lost: AbortSignal;
  /** ms that the lock has been held, up to its release. */
  heldMs(): number;
  /** Throws `vm.lockLost`, `vm.diskChanged` or `vm.gone` unless disk and NVRAM are what they were at opening. */
  confirmUnchanged(signal: AbortSignal): Promise<void>;
  /** Resolves when the VM can be locked anew. */
  close(): Promise<void>;
}

/**
 * Opens a local VM: written out, locked, config read through the locked descriptor, disk and NVRAM identified.
 *
 * @throws AppError `vm.stacked`, `vm.incomplete`, `vm.running`, `vm.busy`, `vm.configInvalid`, `vm.gone`, `vm.lockLost`,
 *   `file.unreadable`, `cancelled`
 */
export async function openVm(
  vm: Pick<Vm, 'name' | 'folder'>,
  ports: Pick<EnginePorts, 'paths' | 'clock' | 'forkHelper'>,
  signal: AbortSignal,
): Promise<OpenVm> {
  const files = vmFiles(vm.folder);
  await refuseUnpushable(vm, files);
  // Asked first: writing out the disk of a running VM would only slow it down. The lock has the last word.
  if ((await vmStateOf(files)) === 'running') throw new AppError('vm.running', { name: vm.name });
  // Written out before the lock is taken, so that little is left to write while it is held.
  await Promise.all([syncFile(files.disk), syncFile(files.nvram)]);
  const lock = await lockVm(
    { name: vm.name, config: files.config, helperFile: ports.paths.lockHelper, fork: ports.forkHelper },
    signal,
  );
  try {
    return await openLocked(vm.name, files, lock, ports, AbortSignal.any([signal, lock.lost]));
  } catch (thrown) {
    await lock.release();
    lock.lost.throwIfAborted();
    throw thrown;
  }
}

async function refuseUnpushable(vm: Pick<Vm, 'name' | 'folder'>, files: VmFiles): Promise<void> {
  if ((await statOrNull(vm.folder)) === null) throw new AppError('vm.gone', { path: vm.folder, reason: 'ENOENT' });
  switch (await layoutOf(files, 'vm')) {
    case 'standalone':
      return;
    case 'stacked':
      throw new AppError('vm.stacked', { name: vm.name });
    case 'incomplete':
      throw await incompleteOf(files);
  }
}

async function openLocked(
  name: string,
  files: VmFiles,
  lock: VmLock,
  { clock }: Pick<EnginePorts, 'clock'>,
  signal: AbortSignal,
): Promise<OpenVm> {
  const sinceMs = clock.now();
  let releasedMs: number | null = null;
  const config = parseVmConfig(lock.config, files.config);
  const [identities, savedState] = await Promise.all([
    identifyFiles(files, clock, signal),
    statOrNull(files.savedState),
  ]);
  return {
    files,
    config,
    configBytes: vmConfigLayer(config),
    identities,
    held: lock.held,
    suspended: savedState !== null,
    lost: lock.lost,
    heldMs: () => (releasedMs ?? clock.now()) - sinceMs,
    async confirmUnchanged(until) {
      lock.lost.throwIfAborted();
      await confirmUnchanged(name, files, identities, clock, AbortSignal.any([until, lock.lost]));
      lock.lost.throwIfAborted();
    },
    close() {
      releasedMs ??= clock.now();
      return lock.release();
    },
  };
}
