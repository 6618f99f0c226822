import { z } from 'zod';
import { parseManifest } from '../oci/parse-manifest.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { SqlStatement } from '../state/state-protocol.ts';

/** A repository of a registry. */
export interface RepositoryName {
  readonly registry: string;
  readonly repository: string;
}

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

/** A manifest that was written or read. */
export interface KnownManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A repository that holds some of the layers that were asked for. */
export interface LayerHolder extends RepositoryName {
  /** Distinct layers of the question that it was seen to hold. */
  readonly held: number;
  /** Its manifest with the most of them; null where only blobs were seen. */
  readonly manifestDigest: string | null;
  /** ms since the epoch. */
  readonly seenMs: number;
}

const ENCODER = 'apple-lz4';
const pairSchema = z.object({ rawDigest: z.string(), rawSize: z.number(), digest: z.string(), size: z.number() });
const usablePairSchema = pairSchema.extend({ local: z.number().transform((value) => value === 1) });
const manifestSchema = z.object({ digest: z.string(), mediaType: z.string(), bytes: z.instanceof(Uint8Array) });
const countSchema = z.object({ count: z.number() });
const holderSchema = z.object({
  registry: z.string(),
  repository: z.string(),
  held: z.number(),
  seenMs: z.number(),
  manifestDigest: z.string().nullable(),
});
const nameSchema = z.object({ registry: z.string(), repository: z.string() });
/** Manifests that are kept; the oldest go first. */
const KEPT_MANIFESTS = 2000;
/** Claims and places of blobs that no manifest and no answer has repeated for this long are forgotten. */
const KEEP_CLAIMS_MS = 180 * 24 * 3600 * 1000;

/**
 * What is known of content: which layer a raw chunk encodes to, and which manifests say what. Sound pairs count
 * everywhere; a pair that was only read in a manifest counts for the repository whose own manifest states it.
 */
export class ContentIndex {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Layers of raw digests that may replace encoding in a push to all of `targets`. */
  async pairsFor(rawDigests: readonly string[], targets: readonly RepositoryName[]): Promise<Map<string, UsablePair>> {
    const wanted = JSON.stringify(rawDigests);
    const columns = 'raw_digest AS rawDigest, raw_size AS rawSize, layer_digest AS digest, layer_size AS size';
    const claims = await Promise.all(
      targets.map(({ registry, repository }) =>
        this.#state.all(
          `SELECT ${columns}, 0 AS local FROM claimed_pairs
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
      `SELECT ${columns}, proof = 'local' AS local FROM layer_pairs
        WHERE raw_digest IN (SELECT value FROM json_each(?)) ORDER BY proof = 'proven', learned_ms`,
      [wanted],
      usablePairSchema,
    );
    // Sound pairs win over claims, proven ones over local ones: the last one written stays.
    for (const pair of sound) pairs.set(pair.rawDigest, pair);
    return pairs;
  }

  /** Layer digests that our own encoder is known to make of raw digests. */
  async encodedAs(rawDigests: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#state.all(
      `SELECT raw_digest AS rawDigest, raw_size AS rawSize, layer_digest AS digest, layer_size AS size FROM layer_pairs
        WHERE raw_digest IN (SELECT value FROM json_each(?)) AND encoder = ?`,
      [JSON.stringify(rawDigests), ENCODER],
      pairSchema,
    );
    return new Map(rows.map(({ rawDigest, digest }) => [rawDigest, digest]));
  }

  /** Whether any pair could name a chunk of this raw size: if not, reading ahead of encoding can tell nothing. */
  async knowsRawSize(rawSize: number): Promise<boolean> {
    const rows = await this.#state.all(
      `SELECT EXISTS (SELECT 1 FROM layer_pairs WHERE raw_size = ?)
           OR EXISTS (SELECT 1 FROM claimed_pairs WHERE raw_size = ?) AS count`,
      [rawSize, rawSize],
      countSchema,
    );
    return rows[0]?.count === 1;
  }

  /** Learns pairs that are facts. */
  async learnPairs(pairs: readonly (LayerPair & { readonly proof: SoundProof })[]): Promise<void> {
    const now = this.#nowMs();
    await this.#state.run(
      pairs.map(({ rawDigest, rawSize, digest, size, proof }) => ({
        sql: `INSERT INTO layer_pairs (raw_digest, layer_digest, raw_size, layer_size, proof, encoder, learned_ms)
              VALUES (?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT DO UPDATE SET proof = excluded.proof, encoder = excluded.encoder,
                raw_size = excluded.raw_size, layer_size = excluded.layer_size
              WHERE layer_pairs.proof <> 'proven'`,
        params: [rawDigest, digest, rawSize, size, proof, proof === 'proven' ? ENCODER : null, now],
      })),
    );
  }

  /** Learns what a manifest of a repository claims, and keeps its bytes. */
  async learnManifest(place: RepositoryName, manifest: KnownManifest, pairs: readonly LayerPair[]): Promise<void> {
    await this.learnManifests(place, [{ manifest, pairs }]);
  }

  /** Learns several manifests of one repository at once: what is old is looked for once. */
  async learnManifests(
    place: RepositoryName,
    learned: readonly { readonly manifest: KnownManifest; readonly pairs: readonly LayerPair[] }[],
  ): Promise<void> {
    if (learned.length === 0) return;
    const now = this.#nowMs();
    await this.#state.run([
      ...learned.flatMap(({ manifest, pairs }) => learnStatements(place, manifest, pairs, now)),
      {
        sql: 'DELETE FROM manifests WHERE digest IN (SELECT digest FROM manifests ORDER BY seen_ms DESC LIMIT -1 OFFSET ?)',
        params: [KEPT_MANIFESTS],
      },
      { sql: 'DELETE FROM claimed_pairs WHERE seen_ms < ?', params: [now - KEEP_CLAIMS_MS] },
      { sql: 'DELETE FROM blob_locations WHERE seen_ms < ?', params: [now - KEEP_CLAIMS_MS] },
    ]);
  }

  /** Known manifests were seen in a repository again: they and what they claim there stay young. */
  async sawManifests({ registry, repository }: RepositoryName, digests: readonly string[]): Promise<void> {
    const now = this.#nowMs();
    await this.#state.run(
      digests.flatMap((digest) => [
        { sql: 'UPDATE manifests SET seen_ms = ? WHERE digest = ?', params: [now, digest] },
        {
          sql: 'UPDATE manifest_places SET seen_ms = ? WHERE manifest_digest = ? AND registry = ? AND repository = ?',
          params: [now, digest, registry, repository],
        },
      ]),
    );
  }

  /** The bytes of a VM config layer; null when it was never seen. */
  async vmConfig(digest: string): Promise<Uint8Array | null> {
    const schema = z.object({ bytes: z.instanceof(Uint8Array) });
    const [row] = await this.#state.all('SELECT bytes FROM vm_configs WHERE digest = ?', [digest], schema);
    return row?.bytes ?? null;
  }

  /** Keeps a VM config layer, so that a manifest that names it can be compared with a VM without a request. */
  async learnVmConfig(digest: string, bytes: Uint8Array): Promise<void> {
    await this.#state.run([
      {
        sql: `INSERT INTO vm_configs (digest, bytes, seen_ms) VALUES (?, ?, ?)
              ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms`,
        params: [digest, bytes, this.#nowMs()],
      },
      {
        sql: 'DELETE FROM vm_configs WHERE digest IN (SELECT digest FROM vm_configs ORDER BY seen_ms DESC LIMIT -1 OFFSET ?)',
        params: [KEPT_MANIFESTS],
      },
    ]);
  }

  /**
   * Known manifests: those of the targets first, then the newest. At most 50.
   *
   * @param layer only those that name this layer; null = any
   */
  async knownManifests(targets: readonly RepositoryName[], layer: string | null = null): Promise<KnownManifest[]> {
    const names = JSON.stringify(targets.map(({ registry, repository }) => `${registry}/${repository}`));
    return await this.#state.all(
      `SELECT m.digest AS digest, m.media_type AS mediaType, m.bytes AS bytes,
              max(p.registry || '/' || p.repository IN (SELECT value FROM json_each(?1))) AS mine
         FROM manifests m JOIN manifest_places p ON p.manifest_digest = m.digest
        WHERE ?2 IS NULL
           OR EXISTS (SELECT 1 FROM manifest_layers l WHERE l.manifest_digest = m.digest AND l.layer_digest = ?2)
        GROUP BY m.digest ORDER BY mine DESC, m.seen_ms DESC LIMIT 50`,
      [names, layer],
      manifestSchema,
    );
  }

  /** Repositories that manifests were seen in. */
  async knownRepositories(): Promise<RepositoryName[]> {
    return await this.#state.all(
      'SELECT DISTINCT registry, repository FROM manifest_places ORDER BY registry, repository',
      [],
      nameSchema,
    );
  }

  /** Which of these manifests were seen in a repository before. */
  async manifestsSeenIn({ registry, repository }: RepositoryName, digests: readonly string[]): Promise<Set<string>> {
    const rows = await this.#state.all(
      `SELECT manifest_digest AS digest FROM manifest_places
        WHERE registry = ? AND repository = ? AND manifest_digest IN (SELECT value FROM json_each(?))`,
      [registry, repository, JSON.stringify(digests)],
      z.object({ digest: z.string() }),
    );
    return new Set(rows.map(({ digest }) => digest));
  }

  /** The bytes of these manifests, as far as they are known. */
  async manifestsNamed(digests: readonly string[]): Promise<KnownManifest[]> {
    return await this.#state.all(
      `SELECT digest, media_type AS mediaType, bytes FROM manifests
        WHERE digest IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(digests)],
      manifestSchema,
    );
  }

  /** Repositories that hold any of these layers, by their manifests and by blobs seen; the most first, at most 20. */
  async holdersOf(layerDigests: readonly string[]): Promise<LayerHolder[]> {
    return await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?)),
            stated AS (
              SELECT p.registry, p.repository, l.layer_digest, l.manifest_digest, p.seen_ms
                FROM wanted w JOIN manifest_layers l ON l.layer_digest = w.digest
                JOIN manifest_places p ON p.manifest_digest = l.manifest_digest),
            seen AS (
              SELECT registry, repository, layer_digest, seen_ms FROM stated
              UNION ALL
              SELECT b.registry, b.repository, b.layer_digest, b.seen_ms
                FROM wanted w JOIN blob_locations b ON b.layer_digest = w.digest),
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
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?))
       SELECT digest FROM wanted w
        WHERE EXISTS (SELECT 1 FROM blob_locations b
                       WHERE b.layer_digest = w.digest AND b.registry = ? AND b.repository = ?)
           OR EXISTS (SELECT 1 FROM manifest_layers l JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
                       WHERE l.layer_digest = w.digest AND p.registry = ? AND p.repository = ?)`,
      [JSON.stringify(layerDigests), place.registry, place.repository, place.registry, place.repository],
      z.object({ digest: z.string() }),
    );
    return new Set(rows.map(({ digest }) => digest));
  }

  /** Repositories of a registry that were seen to hold these layers, by layer, the newest first; none where there is none. */
  async holdersIn(registry: string, layerDigests: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?1)),
            seen AS (
              SELECT w.digest, b.repository, b.seen_ms FROM wanted w
                JOIN blob_locations b ON b.layer_digest = w.digest WHERE b.registry = ?2
              UNION ALL
              SELECT w.digest, p.repository, p.seen_ms FROM wanted w
                JOIN manifest_layers l ON l.layer_digest = w.digest
                JOIN manifest_places p ON p.manifest_digest = l.manifest_digest WHERE p.registry = ?2)
       SELECT digest, repository FROM seen GROUP BY digest, repository ORDER BY max(seen_ms) DESC`,
      [JSON.stringify(layerDigests), registry],
      z.object({ digest: z.string(), repository: z.string() }),
    );
    const holders = new Map<string, string[]>();
    for (const { digest, repository } of rows) holders.set(digest, [...(holders.get(digest) ?? []), repository]);
    return holders;
  }

  /** Layers of raw digests by whatever is known of them, claims of any repository among them: for drawing, never for a push. */
  async likelyPairs(rawDigests: readonly string[]): Promise<Map<string, LayerPair>> {
    const columns = 'raw_digest AS rawDigest, raw_size AS rawSize, layer_digest AS digest, layer_size AS size';
    const rows = await this.#state.all(
      `SELECT ${columns} FROM claimed_pairs WHERE raw_digest IN (SELECT value FROM json_each(?1))
       UNION ALL
       SELECT ${columns} FROM layer_pairs WHERE raw_digest IN (SELECT value FROM json_each(?1))`,
      [JSON.stringify(rawDigests)],
      pairSchema,
    );
    // Sound pairs come last and stay.
    return new Map(rows.map((pair) => [pair.rawDigest, pair]));
  }

  /** A repository was found not to have a blob after all. */
  async lostBlob({ registry, repository }: RepositoryName, digest: string): Promise<void> {
    await this.#state.run([
      {
        sql: 'DELETE FROM blob_locations WHERE layer_digest = ? AND registry = ? AND repository = ?',
        params: [digest, registry, repository],
      },
    ]);
  }

  /** Forgets that a repository holds anything; what its layers are made of stays known. */
  async forgetRepository({ registry, repository }: RepositoryName): Promise<void> {
    await this.#state.run(
      ['manifest_places', 'blob_locations'].map((table) => ({
        sql: `DELETE FROM ${table} WHERE registry = ? AND repository = ?`,
        params: [registry, repository],
      })),
    );
  }

  /** Remembers that a repository has a blob. */
  async sawBlobs(place: RepositoryName, digests: readonly string[]): Promise<void> {
    const now = this.#nowMs();
    await this.#state.run(
      digests.map((digest) => ({
        sql: `INSERT INTO blob_locations (layer_digest, registry, account, repository, seen_ms) VALUES (?, ?, '', ?, ?)
              ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms`,
        params: [digest, place.registry, place.repository, now],
      })),
    );
  }
}

function learnStatements(
  { registry, repository }: RepositoryName,
  manifest: KnownManifest,
  pairs: readonly LayerPair[],
  now: number,
): SqlStatement[] {
  return [
    {
      sql: `INSERT INTO manifests (digest, media_type, bytes, seen_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms`,
      params: [manifest.digest, manifest.mediaType, manifest.bytes, now],
    },
    {
      sql: `INSERT INTO manifest_places (manifest_digest, registry, repository, seen_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms`,
      params: [manifest.digest, registry, repository, now],
    },
    ...layersOf(manifest).map((digest, position) => ({
      sql: `INSERT OR IGNORE INTO manifest_layers (manifest_digest, position, layer_digest) VALUES (?, ?, ?)`,
      params: [manifest.digest, position, digest],
    })),
    ...pairs.map(({ rawDigest, rawSize, digest, size }) => ({
      sql: `INSERT INTO claimed_pairs (raw_digest, layer_digest, registry, repository, raw_size, layer_size, seen_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET raw_size = excluded.raw_size, layer_size = excluded.layer_size,
              seen_ms = excluded.seen_ms`,
      params: [rawDigest, digest, registry, repository, rawSize, size, now],
    })),
  ];
}

/** Digests of the layers of an image manifest, in order; none for anything else. */
function layersOf({ bytes, mediaType }: KnownManifest): string[] {
  try {
    const manifest = parseManifest(bytes, mediaType);
    return manifest.kind === 'image' ? manifest.layers.map(({ digest }) => digest) : [];
  } catch {
    // Kept for its bytes alone.
    return [];
  }
}
