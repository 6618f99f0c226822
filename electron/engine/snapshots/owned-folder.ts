import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { tryFileLock } from '../native/file-lock.ts';

/**
 * A folder that this process holds the `flock` of: nobody else takes it for a leftover. The lock belongs to the folder, not
 * to its name, and goes with the process.
 */
export class OwnedFolder {
  #path: string;
  #descriptor: number | null;

  private constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /**
   * Makes a folder under a name that no snapshot has; null where that cannot be: not writable, or a file system without
   * locks, where nobody could tell later whether it is still in use.
   */
  static async create(parent: string): Promise<OwnedFolder | null> {
    try {
      await makeFolder(parent, 0o700);
      for (;;) {
        const path = join(parent, `${UNFINISHED}${randomUUID()}`);
        mkdirSync(path, { mode: 0o700 });
        const owned = OwnedFolder.#lock(path);
        if (owned === 'unsupported') {
          await rm(path, { recursive: true, force: true });
          await removeEmpty(parent);
          return null;
        }
        // Another process may have cleared it away between the two calls; the next one is another.
        if (owned !== 'busy') return owned;
      }
    } catch {
      return null;
    }
  }

  /** Takes a folder that is there; null when somebody else holds it, or it is gone. */
  static take(path: string): OwnedFolder | null {
    try {
      const owned = OwnedFolder.#lock(path);
      return owned === 'busy' || owned === 'unsupported' ? null : owned;
    } catch {
      return null;
    }
  }

  static #lock(path: string): OwnedFolder | 'busy' | 'unsupported' {
    const descriptor = openSync(path, 'r');
    const outcome = tryFileLock(descriptor);
    // Renamed or removed between opening and locking: the lock of a folder that is elsewhere keeps nobody out.
    const found = outcome === 'locked' ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (found !== undefined && found.ino === fstatSync(descriptor).ino) return new OwnedFolder(path, descriptor);
    closeSync(descriptor);
    return outcome === 'unsupported' ? 'unsupported' : 'busy';
  }

  get path(): string {
    return this.#path;
  }

  /** Gives the folder another name in the same place. */
  async rename(name: string): Promise<void> {
    const path = join(dirname(this.#path), name);
    await rename(this.#path, path);
    this.#path = path;
  }

  /**
   * Removes the folder: a crash in the middle leaves what the next start clears away, and no half of a snapshot. The same goes
   * for what the system does not remove; and somebody may have removed it before.
   */
  async remove(): Promise<void> {
    const parent = dirname(this.#path);
    try {
      await this.rename(`${UNFINISHED}${randomUUID()}`);
      await rm(this.#path, { recursive: true, force: true });
    } catch (thrown) {
      if (!(thrown instanceof Error && 'errno' in thrown)) throw thrown;
    } finally {
      this.close();
    }
    await removeEmpty(parent);
  }

  /** Lets the folder go and leaves it as it is. */
  close(): void {
    if (this.#descriptor === null) return;
    closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/** How the names of folders begin that are not, or no longer, a snapshot. */
export const UNFINISHED = '.unfinished-';

/** Nothing of ours stays in a Tart home that has no snapshot. */
async function removeEmpty(parent: string): Promise<void> {
  try {
    await rmdir(parent);
    await rmdir(dirname(parent));
  } catch {
    // Something else lies there, or another process was quicker.
  }
}
