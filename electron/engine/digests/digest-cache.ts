import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';

/** What identifies an unchanged file; see the disk room. */
export interface FileIdentity {
  readonly volume: string;
  readonly inode: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** The raw digest of one chunk. */
export interface ChunkDigest {
  /** Place of the chunk on the disk, from 0. */
  readonly index: number;
  readonly rawDigest: string;
  readonly zero: boolean;
}

const rowSchema = z.object({
  index: z.number(),
  rawDigest: z.string(),
  zero: z.number().transform((value) => value === 1),
  usedMs: z.number(),
});

const FILE_KEY = 'volume = ? AND inode = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ? AND chunk_size = ?';

/** Files whose digests have not been used for longer are forgotten. */
const KEEP_MS = 180 * 24 * 3600 * 1000;
/** A use is written down at most this often: a look at an unchanged disk is to cost one query. */
const USE_NOTED_MS = 24 * 3600 * 1000;

/**
 * Raw digests of chunks by the identity of their file. It believes what it is given: only identities that passed the
 * racily-clean rule may be stored.
 */
export class DigestCache {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Known digests of a file cut at `chunkSize` bytes, by chunk index. One query. @throws AppError `state.unavailable` */
  async lookup(identity: FileIdentity, chunkSize: number): Promise<Map<number, ChunkDigest>> {
    const rows = await this.#state.all(
      `SELECT d.chunk_index AS "index", d.raw_digest AS rawDigest, d.zero AS zero, f.used_ms AS usedMs
         FROM digested_files f JOIN chunk_digests d ON d.file_id = f.id
        WHERE f.volume = ? AND f.inode = ? AND f.size = ? AND f.mtime_ns = ? AND f.ctime_ns = ? AND f.chunk_size = ?`,
      [...keyOf(identity), chunkSize],
      rowSchema,
    );
    const now = this.#nowMs();
    if (rows.some(({ usedMs }) => usedMs < now - USE_NOTED_MS)) {
      await this.#state.run([
        {
          sql: `UPDATE digested_files SET used_ms = ? WHERE ${FILE_KEY}`,
          params: [now, ...keyOf(identity), chunkSize],
        },
      ]);
    }
    return new Map(rows.map(({ usedMs: _used, ...row }) => [row.index, row]));
  }

  /** When digests of a file in this very state were last stored; ms since the epoch, null = never. */
  async digestedMs(identity: FileIdentity, chunkSize: number): Promise<number | null> {
    const rows = await this.#state.all(
      `SELECT used_ms AS ms FROM digested_files
        WHERE volume = ? AND inode = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ? AND chunk_size = ?`,
      [...keyOf(identity), chunkSize],
      z.object({ ms: z.number() }),
    );
    return rows[0]?.ms ?? null;
  }

  /**
   * Stores digests as they finish, and forgets what was known of the same file in an earlier state.
   *
   * @param chunkSize bytes of a chunk
   * @throws AppError `state.unavailable`
   */
  async store(identity: FileIdentity, chunkSize: number, digests: readonly ChunkDigest[]): Promise<void> {
    const key = keyOf(identity);
    const now = this.#nowMs();
    await this.#state.run([
      {
        sql: `DELETE FROM digested_files
               WHERE volume = ? AND inode = ? AND chunk_size = ? AND NOT (size = ? AND mtime_ns = ? AND ctime_ns = ?)`,
        params: [identity.volume, identity.inode, chunkSize, identity.size, identity.mtimeNs, identity.ctimeNs],
      },
      { sql: 'DELETE FROM digested_files WHERE used_ms < ?', params: [now - KEEP_MS] },
      {
        sql: `INSERT INTO digested_files (volume, inode, size, mtime_ns, ctime_ns, chunk_size, used_ms)
              VALUES (?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT DO UPDATE SET used_ms = excluded.used_ms`,
        params: [...key, chunkSize, now],
      },
      ...digests.map(({ index, rawDigest, zero }) => ({
        sql: `INSERT OR REPLACE INTO chunk_digests (file_id, chunk_index, raw_digest, zero)
              SELECT id, ?, ?, ? FROM digested_files WHERE ${FILE_KEY}`,
        params: [index, rawDigest, zero ? 1 : 0, ...key, chunkSize],
      })),
    ]);
  }
}

function keyOf({ volume, inode, size, mtimeNs, ctimeNs }: FileIdentity): [string, string, number, string, string] {
  return [volume, inode, size, mtimeNs, ctimeNs];
}
