import { access } from 'node:fs/promises';
import { settledIdentity } from './disk/disk-identity.ts';
import type { EnginePorts } from './ports.ts';
import { SnapshotStore } from './snapshots/snapshot-store.ts';
import type { VmService } from './vm-service.ts';

/** What snapshots take of the engine. */
export interface SnapshotServiceParts {
  readonly ports: EnginePorts;
  readonly vms: Pick<VmService, 'homeOf' | 'homes'>;
}

/** Snapshots of VMs: what a crash left is cleared away when the engine opens. */
export class SnapshotService {
  readonly store: SnapshotStore;
  readonly #ports: EnginePorts;
  #clearing: Promise<void> = Promise.resolve();

  constructor({ ports, vms }: SnapshotServiceParts) {
    const ended = new AbortController();
    this.#ports = ports;
    this.store = new SnapshotStore({
      homeOf: (vmId) => vms.homeOf(vmId),
      homes: () => vms.homes(),
      identify: (path) => settledIdentity(path, ports.clock, ended.signal),
      exists: isThere,
      nowMs: () => ports.clock.now(),
      onChange: () => undefined,
    });
  }

  /** Clears away what a crash left, while everything else goes on. */
  open(): void {
    this.#clearing = this.store
      .clear()
      .catch((thrown: unknown) => this.#ports.log.warn('snapshots not cleared', { message: String(thrown) }));
  }

  async close(): Promise<void> {
    await this.#clearing;
  }
}

/** What cannot be looked at may be there: only a file that is surely gone counts as gone. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT');
  }
}
