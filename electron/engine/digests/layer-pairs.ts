import { z } from 'zod';
import type { RepositoryName } from '../../../shared/models/vm-knowledge.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { SqlStatement } from '../state/state-protocol.ts';

/** A raw chunk and the layer that it encodes to. Sizes in bytes. */
export interface LayerPair {
  readonly rawDigest: string;
  readonly rawSize: number;
  readonly digest: string;
  readonly size: number;
}

/** A pair that may replace encoding in a push. */
export interface UsablePair extends LayerPair {
  /** Only a cached image tells of it: our encoder may make another layer of the raw bytes. */
  readonly local: boolean;
}

/** `proven`: our encoder made it, or this computer decoded it; `local`: a cached image says so and its chunk hashes so. */
export type SoundProof = 'proven' | 'local';

const ENCODER = 'apple-lz4';
const COLUMNS = 'raw_digest AS rawDigest, raw_size AS rawSize, layer_digest AS digest, layer_size AS size';
const pairSchema = z.object({ rawDigest: z.string(), rawSize: z.number(), digest: z.string(), size: z.number() });
const usablePairSchema = pairSchema.extend({ local: z.number().transform((value) => value === 1) });
const countSchema = z.object({ count: z.number() });

/**
 * Which layer a raw chunk encodes to. Sound pairs count everywhere; a pair that was only read in a manifest counts for the
 * repository whose own manifest states it.
 */
export class LayerPairs {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Layers of raw digests that may replace encoding in a push to all of `targets`. */
  async usable(rawDigests: readonly string[], targets: readonly RepositoryName[]): Promise<Map<string, UsablePair>> {
    const wanted = JSON.stringify(rawDigests);
    const claims = await Promise.all(
      targets.map(({ registry, repository }) =>
        this.#state.all(
          `SELECT ${COLUMNS}, 0 AS local FROM claimed_pairs
            WHERE raw_digest IN (SELECT value FROM json_each(?)) AND registry = ? AND repository = ?
            ORDER BY seen_ms`,
          [wanted, registry, repository],
          usablePairSchema,
        ),
      ),
    );
    const pairs = new Map<string, UsablePair>();
    const [first = [], ...others] = claims;
    for (const claim of first) {
      const statedByAll = others.every((list) =>
        list.some(({ rawDigest, digest }) => rawDigest === claim.rawDigest && digest === claim.digest),
      );
      if (statedByAll) pairs.set(claim.rawDigest, claim);
    }
    const sound = await this.#state.all(
      `SELECT ${COLUMNS}, proof = 'local' AS local FROM layer_pairs
        WHERE raw_digest IN (SELECT value FROM json_each(?)) ORDER BY proof = 'proven', learned_ms`,
      [wanted],
      usablePairSchema,
    );
    // Sound pairs win over claims, proven ones over local ones: the last one written stays.
    for (const pair of sound) pairs.set(pair.rawDigest, pair);
    return pairs;
  }

  /** Whether manifests of a repository state these pairs, in their order. */
  async stated(pairs: readonly LayerPair[], { registry, repository }: RepositoryName): Promise<boolean[]> {
    const rows = await this.#state.all(
      `SELECT ${COLUMNS} FROM claimed_pairs
        WHERE raw_digest IN (SELECT value FROM json_each(?)) AND registry = ? AND repository = ?`,
      [JSON.stringify(pairs.map(({ rawDigest }) => rawDigest)), registry, repository],
      pairSchema,
    );
    const stated = new Set(rows.map(({ rawDigest, digest }) => `${rawDigest} ${digest}`));
    return pairs.map(({ rawDigest, digest }) => stated.has(`${rawDigest} ${digest}`));
  }

  /** Layer digests that our own encoder is known to make of raw digests. */
  async encodedAs(rawDigests: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#state.all(
      `SELECT ${COLUMNS} FROM layer_pairs
        WHERE raw_digest IN (SELECT value FROM json_each(?)) AND encoder = ?`,
      [JSON.stringify(rawDigests), ENCODER],
      pairSchema,
    );
    return new Map(rows.map(({ rawDigest, digest }) => [rawDigest, digest]));
  }

  /** Layers of raw digests by whatever is known of them, claims of any repository among them: for drawing, never for a push. */
  async likely(rawDigests: readonly string[]): Promise<Map<string, LayerPair>> {
    const rows = await this.#state.all(
      `SELECT ${COLUMNS} FROM claimed_pairs WHERE raw_digest IN (SELECT value FROM json_each(?1))
       UNION ALL
       SELECT ${COLUMNS} FROM layer_pairs WHERE raw_digest IN (SELECT value FROM json_each(?1))`,
      [JSON.stringify(rawDigests)],
      pairSchema,
    );
    // Sound pairs come last and stay.
    return new Map(rows.map((pair) => [pair.rawDigest, pair]));
  }

  /** Whether any pair could name a chunk of this raw size: if not, reading ahead of encoding can tell nothing. */
  async knowsRawSize(rawSize: number): Promise<boolean> {
    const rows = await this.#state.all(
      'SELECT EXISTS (SELECT 1 FROM known_raw_sizes WHERE raw_size = ?) AS count',
      [rawSize],
      countSchema,
    );
    return rows[0]?.count === 1;
  }

  /** Learns pairs that are facts. */
  async learn(pairs: readonly (LayerPair & { readonly proof: SoundProof })[]): Promise<void> {
    const now = this.#nowMs();
    await this.#state.run([
      ...rawSizeStatements(pairs),
      ...pairs.map(({ rawDigest, rawSize, digest, size, proof }) => ({
        sql: `INSERT INTO layer_pairs (raw_digest, layer_digest, raw_size, layer_size, proof, encoder, learned_ms)
              VALUES (?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT DO UPDATE SET proof = excluded.proof, encoder = excluded.encoder,
                raw_size = excluded.raw_size, layer_size = excluded.layer_size
              WHERE layer_pairs.proof <> 'proven'`,
        params: [rawDigest, digest, rawSize, size, proof, proof === 'proven' ? ENCODER : null, now],
      })),
    ]);
  }

  /**
   * A layer was decoded and is made of other raw bytes than manifests claim: every claim of the pair goes, whoever stated
   * it, and what a cached image said of it. What our encoder made stays: it is a fact of another layer.
   */
  async refute(rawDigest: string, digest: string): Promise<void> {
    await this.#state.run([
      { sql: 'DELETE FROM claimed_pairs WHERE raw_digest = ? AND layer_digest = ?', params: [rawDigest, digest] },
      {
        sql: "DELETE FROM layer_pairs WHERE raw_digest = ? AND layer_digest = ? AND proof = 'local'",
        params: [rawDigest, digest],
      },
    ]);
  }
}

/** Writes what a manifest of a repository claims. */
export function claimStatements(
  { registry, repository }: RepositoryName,
  pairs: readonly LayerPair[],
  now: number,
): SqlStatement[] {
  if (pairs.length === 0) return [];
  return [
    ...rawSizeStatements(pairs),
    {
      // One statement for a manifest: two hundred would cost as many messages to bind.
      sql: `INSERT INTO claimed_pairs (raw_digest, layer_digest, registry, repository, raw_size, layer_size, seen_ms)
            SELECT value ->> 0, value ->> 2, ?1, ?2, value ->> 1, value ->> 3, ?3 FROM json_each(?4) WHERE true
            ON CONFLICT DO UPDATE SET raw_size = excluded.raw_size, layer_size = excluded.layer_size,
              seen_ms = excluded.seen_ms`,
      params: [
        registry,
        repository,
        now,
        JSON.stringify(pairs.map(({ rawDigest, rawSize, digest, size }) => [rawDigest, rawSize, digest, size])),
      ],
    },
  ];
}

/** Forgets claims that nobody has repeated since a time, at most `most` of them: a long list must not stop others. */
export function oldClaimsStatement(beforeMs: number, most: number): SqlStatement {
  return {
    sql: `DELETE FROM claimed_pairs WHERE (raw_digest, layer_digest, registry, repository) IN (
            SELECT raw_digest, layer_digest, registry, repository FROM claimed_pairs
             WHERE seen_ms < ? ORDER BY seen_ms LIMIT ?)`,
    params: [beforeMs, most],
  };
}

/** Sizes are few: a table of them answers what a search through a million pairs would. */
function rawSizeStatements(pairs: readonly Pick<LayerPair, 'rawSize'>[]): SqlStatement[] {
  return [...new Set(pairs.map(({ rawSize }) => rawSize))].map((rawSize) => ({
    sql: 'INSERT OR IGNORE INTO known_raw_sizes (raw_size) VALUES (?)',
    params: [rawSize],
  }));
}
