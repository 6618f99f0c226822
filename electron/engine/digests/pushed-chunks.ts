import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';

/** The chunks of a VM's disk when it was pushed last. */
export interface PushedDisk {
  /** ms since the epoch. */
  readonly pushedMs: number;
  /** Raw digests in disk order. */
  readonly rawDigests: readonly string[];
}

const rowSchema = z.object({ pushedMs: z.number(), rawDigests: z.instanceof(Uint8Array) });
/** VMs whose last push is remembered; those that were pushed the longest ago go first. */
const KEPT_VMS = 500;
const PREFIX = 'sha256:';
/** Bytes of a SHA-256 digest. */
const DIGEST_BYTES = 32;

/** What each VM's last push sent, chunk by chunk: a plan tells by it since when a chunk is another. */
export class PushedChunks {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** The last push of a VM whose disk was cut at `chunkSize` bytes; null when there was none. */
  async last(vmId: string, chunkSize: number): Promise<PushedDisk | null> {
    const [row] = await this.#state.all(
      'SELECT pushed_ms AS pushedMs, raw_digests AS rawDigests FROM pushed_disks WHERE vm_id = ? AND chunk_size = ?',
      [vmId, chunkSize],
      rowSchema,
    );
    if (row === undefined) return null;
    const bytes = Buffer.from(row.rawDigests);
    const rawDigests = Array.from(
      { length: Math.floor(bytes.length / DIGEST_BYTES) },
      (_none, at) => PREFIX + bytes.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES).toString('hex'),
    );
    return { pushedMs: row.pushedMs, rawDigests };
  }

  /** A VM was pushed with these chunks, in disk order. */
  async learn(vmId: string, chunkSize: number, rawDigests: readonly string[]): Promise<void> {
    const bytes = Buffer.concat(rawDigests.map((digest) => Buffer.from(digest.slice(PREFIX.length), 'hex')));
    await this.#state.run([
      {
        sql: `INSERT INTO pushed_disks (vm_id, chunk_size, pushed_ms, raw_digests) VALUES (?, ?, ?, ?)
              ON CONFLICT DO UPDATE SET pushed_ms = excluded.pushed_ms, raw_digests = excluded.raw_digests`,
        params: [vmId, chunkSize, this.#nowMs(), bytes],
      },
      {
        sql: `DELETE FROM pushed_disks WHERE rowid IN
                (SELECT rowid FROM pushed_disks ORDER BY pushed_ms DESC LIMIT -1 OFFSET ?)`,
        params: [KEPT_VMS],
      },
    ]);
  }
}
