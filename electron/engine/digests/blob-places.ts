import { z } from 'zod';
import { type RepositoryName, repositoryNameSchema } from '../../../shared/models/vm-knowledge.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { SqlStatement } from '../state/state-protocol.ts';

/** A repository that holds some of the layers that were asked for. */
export interface LayerHolder extends RepositoryName {
  /** Distinct layers of the question that it was seen to hold. */
  readonly held: number;
  /** Its manifest with the most of them; null where only blobs were seen. */
  readonly manifestDigest: string | null;
  /** ms since the epoch. */
  readonly seenMs: number;
}

/** Who asks a registry: the account's name, '' = nobody's account. What one account sees is not promised to another. */
export type AccountName = string;

/** Which repositories could give blobs to a neighbour. */
export interface MountQuestion {
  readonly registry: string;
  readonly account: AccountName;
  /** Layers that are wanted. */
  readonly digests: readonly string[];
  /** All known layers of the image: a repository that holds more of them is more alike. */
  readonly image: readonly string[];
  /** Repositories that are no answer: they are asked anyway. */
  readonly except: readonly string[];
}

/** Repositories that are asked to give one blob to a neighbour; more are seldom worth the requests. */
export const MOST_MOUNT_CANDIDATES = 4;
/** Digests of one statement, so that no transaction is long. */
const DIGESTS_AT_ONCE = 500;

const holderSchema = z.object({
  registry: z.string(),
  repository: z.string(),
  held: z.number(),
  seenMs: z.number(),
  manifestDigest: z.string().nullable(),
});
const digestSchema = z.object({ digest: z.string() });

// Joins are CROSS: SQLite takes their order as it is written, from the few layers that are asked for to what holds them. Left
// to choose, it begins with all manifests of a registry.

/** True where nobody proved the blob of row `digest` absent from the place since it was seen there. */
const notLost = (registry: string, repository: string, digest: string, seen: string): string =>
  `NOT EXISTS (SELECT 1 FROM absent_blobs a WHERE a.layer_digest = ${digest} AND a.registry = ${registry}
                AND a.repository = ${repository} AND a.found_ms >= ${seen})`;

/**
 * Which repositories hold which layers: by their manifests and by blobs that they were seen to have. A blob that was found
 * absent is absent for the account that asked, until it is seen there again.
 */
export class BlobPlaces {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Repositories that hold any of these layers, of whatever account; the most first, at most 20. For drawing. */
  async holdersOf(layerDigests: readonly string[]): Promise<LayerHolder[]> {
    return await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?)),
            stated AS MATERIALIZED (
              SELECT p.registry, p.repository, l.layer_digest, l.manifest_digest, p.seen_ms
                FROM wanted w CROSS JOIN manifest_layers l ON l.layer_digest = w.digest
                CROSS JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
               WHERE ${notLost('p.registry', 'p.repository', 'l.layer_digest', 'p.seen_ms')}),
            seen AS (
              SELECT registry, repository, layer_digest, seen_ms FROM stated
              UNION ALL
              SELECT b.registry, b.repository, b.layer_digest, b.seen_ms
                FROM wanted w CROSS JOIN blob_locations b ON b.layer_digest = w.digest),
            shares AS (
              SELECT registry, repository, manifest_digest, count(DISTINCT layer_digest) AS shared, max(seen_ms) AS at
                FROM stated GROUP BY registry, repository, manifest_digest)
       SELECT registry, repository, count(DISTINCT layer_digest) AS held, max(seen_ms) AS seenMs,
              (SELECT manifest_digest FROM shares s
                WHERE s.registry = seen.registry AND s.repository = seen.repository
                ORDER BY s.shared DESC, s.at DESC LIMIT 1) AS manifestDigest
         FROM seen GROUP BY registry, repository ORDER BY held DESC, seenMs DESC LIMIT 20`,
      [JSON.stringify(layerDigests)],
      holderSchema,
    );
  }

  /** Which of these layers a repository was seen to hold. */
  async heldBy(place: RepositoryName, layerDigests: readonly string[]): Promise<Set<string>> {
    const rows = await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?1))
       SELECT digest FROM wanted w
        WHERE EXISTS (SELECT 1 FROM blob_locations b
                       WHERE b.layer_digest = w.digest AND b.registry = ?2 AND b.repository = ?3)
           OR EXISTS (SELECT 1 FROM manifest_layers l JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
                       WHERE l.layer_digest = w.digest AND p.registry = ?2 AND p.repository = ?3
                         AND ${notLost('p.registry', 'p.repository', 'w.digest', 'p.seen_ms')})`,
      [JSON.stringify(layerDigests), place.registry, place.repository],
      digestSchema,
    );
    return new Set(rows.map(({ digest }) => digest));
  }

  /**
   * Repositories that a blob could be mounted from, by blob: at most {@link MOST_MOUNT_CANDIDATES}, those first that hold
   * more of the image's layers, of these the ones whose manifests name the blob (ECR mounts no other), then the newest seen.
   */
  async mountCandidates({ registry, account, digests, image, except }: MountQuestion): Promise<Map<string, string[]>> {
    const rows = await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?1)),
            alike AS (SELECT DISTINCT value AS digest FROM json_each(?2)),
            readable AS MATERIALIZED (
              SELECT repository FROM repository_readers
               WHERE registry = ?3 AND account IN (?4, '')
                 AND repository NOT IN (SELECT value FROM json_each(?5))
               GROUP BY repository HAVING sum(account = ?4 AND refused_ms IS NOT NULL) = 0),
            seen AS MATERIALIZED (
              SELECT digest, repository, max(stated) AS stated, max(seen_ms) AS seen_ms FROM (
                SELECT w.digest, b.repository, 0 AS stated, b.seen_ms FROM alike w
                  CROSS JOIN blob_locations b ON b.layer_digest = w.digest
                 WHERE b.registry = ?3 AND b.account IN (?4, '')
                UNION ALL
                SELECT w.digest, p.repository, 1 AS stated, p.seen_ms FROM alike w
                  CROSS JOIN manifest_layers l ON l.layer_digest = w.digest
                  CROSS JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
                 WHERE p.registry = ?3)
               WHERE repository IN (SELECT repository FROM readable)
               GROUP BY digest, repository),
            likeness AS (SELECT repository, count(*) AS held FROM seen GROUP BY repository),
            ranked AS (
              SELECT s.digest, s.repository,
                     row_number() OVER (PARTITION BY s.digest
                                            ORDER BY l.held DESC, s.stated DESC, s.seen_ms DESC, s.repository) AS place
                FROM seen s JOIN likeness l ON l.repository = s.repository
               WHERE s.digest IN (SELECT digest FROM wanted)
                 AND NOT EXISTS (SELECT 1 FROM absent_blobs a
                                  WHERE a.layer_digest = s.digest AND a.registry = ?3 AND a.repository = s.repository
                                    AND a.account = ?4 AND a.found_ms >= s.seen_ms))
       SELECT digest, repository FROM ranked WHERE place <= ?6 ORDER BY digest, place`,
      [
        JSON.stringify(digests),
        JSON.stringify([...new Set([...image, ...digests])]),
        registry,
        account,
        JSON.stringify(except),
        MOST_MOUNT_CANDIDATES,
      ],
      z.object({ digest: z.string(), repository: z.string() }),
    );
    return byDigest(rows);
  }

  /** Repositories of a registry that were seen to hold these layers, by layer, the newest first, of whatever account: for prices. */
  async holdersIn(registry: string, layerDigests: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?1)),
            seen AS (
              SELECT w.digest, b.repository, b.seen_ms FROM wanted w
                CROSS JOIN blob_locations b ON b.layer_digest = w.digest WHERE b.registry = ?2
              UNION ALL
              SELECT w.digest, p.repository, p.seen_ms FROM wanted w
                CROSS JOIN manifest_layers l ON l.layer_digest = w.digest
                CROSS JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
               WHERE p.registry = ?2 AND ${notLost('p.registry', 'p.repository', 'w.digest', 'p.seen_ms')})
       SELECT digest, repository FROM seen GROUP BY digest, repository ORDER BY max(seen_ms) DESC`,
      [JSON.stringify(layerDigests), registry],
      z.object({ digest: z.string(), repository: z.string() }),
    );
    return byDigest(rows);
  }

  /** Remembers that a repository has blobs, as this account saw it. */
  async saw(place: RepositoryName, digests: readonly string[], account: AccountName): Promise<void> {
    const { registry, repository } = place;
    const now = this.#nowMs();
    const statements: SqlStatement[] = digests.length === 0 ? [] : [readerStatement(place, account, now)];
    for (let from = 0; from < digests.length; from += DIGESTS_AT_ONCE) {
      const some = JSON.stringify(digests.slice(from, from + DIGESTS_AT_ONCE));
      statements.push(
        {
          sql: `INSERT INTO blob_locations (layer_digest, registry, account, repository, seen_ms)
                SELECT value, ?, ?, ?, ? FROM json_each(?) WHERE true
                ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms`,
          params: [registry, account, repository, now, some],
        },
        {
          sql: `DELETE FROM absent_blobs WHERE registry = ? AND account = ? AND repository = ?
                   AND layer_digest IN (SELECT value FROM json_each(?))`,
          params: [registry, account, repository, some],
        },
      );
    }
    await this.#state.run(statements);
  }

  /** A repository was found not to have these blobs, as this account sees it. Nothing else that is known of it changes. */
  async lost(
    { registry, repository }: RepositoryName,
    digests: readonly string[],
    account: AccountName,
  ): Promise<void> {
    if (digests.length === 0) return;
    const now = this.#nowMs();
    const statements: SqlStatement[] = [];
    for (let from = 0; from < digests.length; from += DIGESTS_AT_ONCE) {
      const some = JSON.stringify(digests.slice(from, from + DIGESTS_AT_ONCE));
      statements.push(
        {
          sql: `DELETE FROM blob_locations WHERE registry = ? AND account IN (?, '') AND repository = ?
                   AND layer_digest IN (SELECT value FROM json_each(?))`,
          params: [registry, account, repository, some],
        },
        {
          // Only what contradicts a manifest is worth a row: most HEADs ask for what nobody said is there.
          sql: `INSERT INTO absent_blobs (layer_digest, registry, account, repository, found_ms)
                SELECT w.value, ?1, ?2, ?3, ?4 FROM json_each(?5) w
                 WHERE EXISTS (SELECT 1 FROM manifest_layers l
                                 JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
                                WHERE l.layer_digest = w.value AND p.registry = ?1 AND p.repository = ?3)
                ON CONFLICT DO UPDATE SET found_ms = excluded.found_ms`,
          params: [registry, account, repository, now, some],
        },
      );
    }
    await this.#state.run(statements);
  }

  /** A repository refused to be read by this account: what others saw there is promised to it no more. */
  async refused(place: RepositoryName, account: AccountName): Promise<void> {
    const now = this.#nowMs();
    await this.#state.run([
      readerStatement(place, account, now),
      {
        sql: 'UPDATE repository_readers SET refused_ms = ? WHERE registry = ? AND repository = ? AND account = ?',
        params: [now, place.registry, place.repository, account],
      },
    ]);
  }

  /** Forgets that a repository holds anything; what its layers are made of stays known. */
  async forget({ registry, repository }: RepositoryName): Promise<void> {
    await this.#state.run(
      ['manifest_places', 'blob_locations', 'absent_blobs', 'repository_readers'].map((table) => ({
        sql: `DELETE FROM ${table} WHERE registry = ? AND repository = ?`,
        params: [registry, repository],
      })),
    );
  }

  /** When the newest manifests of a repository were last read, by whatever account; ms since the epoch, null = never. */
  async readMs({ registry, repository }: RepositoryName): Promise<number | null> {
    const [row] = await this.#state.all(
      'SELECT max(read_ms) AS ms FROM repository_readers WHERE registry = ? AND repository = ?',
      [registry, repository],
      z.object({ ms: z.number().nullable() }),
    );
    return row?.ms ?? null;
  }

  /** The newest manifests of a repository were read, as this account sees it. */
  async read(place: RepositoryName, account: AccountName): Promise<void> {
    const now = this.#nowMs();
    await this.#state.run([
      readerStatement(place, account, now),
      {
        sql: 'UPDATE repository_readers SET read_ms = ? WHERE registry = ? AND repository = ? AND account = ?',
        params: [now, place.registry, place.repository, account],
      },
    ]);
  }

  /** Repositories of a registry that this account, or nobody's, was seen to read; the newest first. */
  async readable(registry: string, account: AccountName): Promise<string[]> {
    const rows = await this.#state.all(
      `SELECT registry, repository FROM repository_readers WHERE registry = ?1 AND account IN (?2, '')
        GROUP BY repository HAVING sum(account = ?2 AND refused_ms IS NOT NULL) = 0
        ORDER BY max(seen_ms) DESC LIMIT 1000`,
      [registry, account],
      repositoryNameSchema,
    );
    return rows.map(({ repository }) => repository);
  }
}

/** Notes that an account could read a repository. */
export function readerStatement(
  { registry, repository }: RepositoryName,
  account: AccountName,
  now: number,
): SqlStatement {
  return {
    sql: `INSERT INTO repository_readers (registry, repository, account, seen_ms) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms, refused_ms = NULL`,
    params: [registry, repository, account, now],
  };
}

/** Forgets places and proofs of absence that are older than a time, at most `most` of each. */
export function oldPlacesStatements(beforeMs: number, most: number): SqlStatement[] {
  return [
    { table: 'blob_locations', age: 'seen_ms' },
    { table: 'absent_blobs', age: 'found_ms' },
  ].map(({ table, age }) => ({
    sql: `DELETE FROM ${table} WHERE (layer_digest, registry, account, repository) IN (
            SELECT layer_digest, registry, account, repository FROM ${table}
             WHERE ${age} < ? ORDER BY ${age} LIMIT ?)`,
    params: [beforeMs, most],
  }));
}

function byDigest(rows: readonly { readonly digest: string; readonly repository: string }[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { digest, repository } of rows) {
    const others = found.get(digest);
    if (others === undefined) found.set(digest, [repository]);
    else others.push(repository);
  }
  return found;
}
