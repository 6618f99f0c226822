import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';
import type { FileIdentity } from './digest-cache.ts';

const rowSchema = z.object({ path: z.string(), identity: z.string() });
/** Disks that are remembered; those first seen the longest ago go first. */
const KEPT_DISKS = 5000;

function textOf({ volume, inode, size, mtimeNs, ctimeNs }: FileIdentity): string {
  return JSON.stringify([volume, inode, size, mtimeNs, ctimeNs]);
}

/**
 * The disks of cached images as they were when they were first seen. Tart never writes to one again: a disk that is another
 * now was changed by somebody, and what the image's manifest says of it is not believed.
 */
export class ImageDisks {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Remembers disks that were not seen before; answers those that are as they were first seen. @throws AppError `state.unavailable` */
  async unchanged(disks: readonly { readonly path: string; readonly identity: FileIdentity }[]): Promise<Set<string>> {
    const rows = await this.#state.all(
      'SELECT path, identity FROM image_disks WHERE path IN (SELECT value FROM json_each(?))',
      [JSON.stringify(disks.map(({ path }) => path))],
      rowSchema,
    );
    const known = new Map(rows.map(({ path, identity }) => [path, identity]));
    const fresh = disks.filter(({ path }) => !known.has(path));
    if (fresh.length > 0) {
      const now = this.#nowMs();
      await this.#state.run([
        ...fresh.map(({ path, identity }) => ({
          sql: 'INSERT OR IGNORE INTO image_disks (path, identity, first_seen_ms) VALUES (?, ?, ?)',
          params: [path, textOf(identity), now],
        })),
        {
          sql: `DELETE FROM image_disks WHERE path IN
                  (SELECT path FROM image_disks ORDER BY first_seen_ms DESC LIMIT -1 OFFSET ?)`,
          params: [KEPT_DISKS],
        },
      ]);
    }
    const same = disks.filter(({ path, identity }) => (known.get(path) ?? textOf(identity)) === textOf(identity));
    return new Set(same.map(({ path }) => path));
  }
}
