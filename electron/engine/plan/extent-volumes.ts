import { release, version } from 'node:os';
import { z } from 'zod';
import type { DiskIdentity } from '../disk/disk-identity.ts';
import { extentsTellChanges } from '../disk/extents-self-test.ts';
import type { Log } from '../ports.ts';
import type { StateDatabase } from '../state/state-database.ts';

/** What the self-test of volumes takes. */
export interface ExtentVolumesParts {
  readonly state: StateDatabase;
  readonly nowMs: () => number;
  readonly log: Log;
  /** A folder of ours on the volume of a Tart home, for the test's files. */
  readonly scratch: (vmId: string) => string;
}

/** Build of the operating system: another kernel is another implementation. */
function systemBuild(): string {
  return `${release()} ${version()}`;
}

function isNamed(volume: string): boolean {
  return volume.startsWith('uuid:');
}

/**
 * Volumes on which maps of blocks were seen to tell what changed. Each is tried once per build of the operating system, before
 * the first comparison there (about 50 ms, 16 MiB for a moment); the result is remembered. A volume without a name of its
 * own is tried by each engine anew, because device numbers change with the order of mounting.
 */
export class ExtentVolumes {
  readonly #parts: ExtentVolumesParts;
  readonly #build: string;
  readonly #results = new Map<string, Promise<boolean>>();

  constructor(parts: ExtentVolumesParts, build = systemBuild()) {
    this.#parts = parts;
    this.#build = build;
  }

  /**
   * Whether a comparison on the volume of a disk can be believed.
   *
   * @param disk the clone that is to be compared
   */
  trusts(vmId: string, disk: DiskIdentity): Promise<boolean> {
    let result = this.#results.get(disk.volume);
    if (result === undefined) {
      result = this.#test(vmId, disk.volume);
      this.#results.set(disk.volume, result);
      result.catch(() => this.#results.delete(disk.volume));
    }
    return result;
  }

  /** Whether a comparison on a volume can be believed by what is remembered: nothing is tried. */
  async isTrusted(volume: string): Promise<boolean> {
    return (await this.#results.get(volume)) ?? (await this.#remembered(volume)) ?? false;
  }

  /** The result of an earlier test under this build; null = there was none. */
  async #remembered(volume: string): Promise<boolean | null> {
    if (!isNamed(volume)) return null;
    const [known] = await this.#parts.state.all(
      'SELECT passed FROM extent_volumes WHERE volume = ? AND system_build = ?',
      [volume, this.#build],
      z.object({ passed: z.number() }),
    );
    return known === undefined ? null : known.passed === 1;
  }

  async #test(vmId: string, volume: string): Promise<boolean> {
    const { state, nowMs, log, scratch } = this.#parts;
    const remembered = await this.#remembered(volume);
    if (remembered !== null) return remembered;
    const folder = scratch(vmId);
    const passed = await extentsTellChanges(folder, volume, nowMs());
    if (passed === false)
      log.warn('disks are read whole on a volume: its maps of blocks do not tell what changed', { volume });
    if (isNamed(volume) && passed !== null) {
      await state.run([
        {
          sql: `INSERT INTO extent_volumes (volume, system_build, passed, tested_ms) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET system_build = excluded.system_build, passed = excluded.passed,
                  tested_ms = excluded.tested_ms`,
          params: [volume, this.#build, passed ? 1 : 0, nowMs()],
        },
      ]);
    }
    return passed === true;
  }
}
