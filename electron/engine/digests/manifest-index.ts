import { z } from 'zod';
import { type RepositoryName, repositoryNameSchema } from '../../../shared/models/vm-knowledge.ts';
import { manifestMediaType, parseManifest } from '../oci/parse-manifest.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { SqlStatement } from '../state/state-protocol.ts';

/** A manifest that was written or read. */
export interface KnownManifest {
  readonly digest: string;
  /** As a registry wants to be told it; never empty. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

const manifestSchema = z
  .object({ digest: z.string(), mediaType: z.string(), bytes: z.instanceof(Uint8Array) })
  // Earlier versions kept none for what they read from files; a registry takes no manifest without.
  .transform((row) => (row.mediaType === '' ? { ...row, mediaType: manifestMediaType(row.bytes) } : row));
const digestSchema = z.object({ digest: z.string() });
/** Manifests that are kept; the oldest go first. */
const KEPT_MANIFESTS = 2000;

/** A manifest that names a layer, and where it was seen. */
export interface StatedPlace extends RepositoryName {
  readonly manifestDigest: string;
}

const statedSchema = z.object({
  digest: z.string(),
  registry: z.string(),
  repository: z.string(),
  manifestDigest: z.string(),
});

/** Manifests that are known, with their bytes, where they were seen, and the VM configs that they name. */
export class ManifestIndex {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /**
   * Known manifests: those of the targets first, then the newest. At most 50.
   *
   * @param layer only those that name this layer; null = any
   */
  async known(targets: readonly RepositoryName[], layer: string | null): Promise<KnownManifest[]> {
    const names = JSON.stringify(targets.map(({ registry, repository }) => `${registry}/${repository}`));
    // A layer leads to its manifests by its index: without one every manifest is looked at, and there are 2,000 at most.
    const candidates =
      layer === null ? '' : 'WHERE m.digest IN (SELECT manifest_digest FROM manifest_layers WHERE layer_digest = ?2)';
    return await this.#state.all(
      `SELECT m.digest AS digest, m.media_type AS mediaType, m.bytes AS bytes,
              max(p.registry || '/' || p.repository IN (SELECT value FROM json_each(?1))) AS mine
         FROM manifests m JOIN manifest_places p ON p.manifest_digest = m.digest
        ${candidates}
        GROUP BY m.digest ORDER BY mine DESC, m.seen_ms DESC LIMIT 50`,
      layer === null ? [names] : [names, layer],
      manifestSchema,
    );
  }

  /** The bytes of these manifests, as far as they are known. */
  async named(digests: readonly string[]): Promise<KnownManifest[]> {
    return await this.#state.all(
      `SELECT digest, media_type AS mediaType, bytes FROM manifests
        WHERE digest IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(digests)],
      manifestSchema,
    );
  }

  /** Which of these manifests were seen in a repository before. */
  async seenIn({ registry, repository }: RepositoryName, digests: readonly string[]): Promise<Set<string>> {
    const rows = await this.#state.all(
      `SELECT manifest_digest AS digest FROM manifest_places
        WHERE registry = ? AND repository = ? AND manifest_digest IN (SELECT value FROM json_each(?))`,
      [registry, repository, JSON.stringify(digests)],
      digestSchema,
    );
    return new Set(rows.map(({ digest }) => digest));
  }

  /** Repositories that manifests were seen in. */
  async repositories(): Promise<RepositoryName[]> {
    return await this.#state.all(
      'SELECT DISTINCT registry, repository FROM manifest_places ORDER BY registry, repository',
      [],
      repositoryNameSchema,
    );
  }

  /** Known manifests were seen in a repository again. */
  async saw({ registry, repository }: RepositoryName, digests: readonly string[]): Promise<void> {
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

  /** The newest manifest that was seen to name each of these layers, and where. */
  async statedIn(layerDigests: readonly string[]): Promise<Map<string, StatedPlace>> {
    const rows = await this.#state.all(
      `WITH wanted AS (SELECT DISTINCT value AS digest FROM json_each(?))
       SELECT w.digest AS digest, p.registry AS registry, p.repository AS repository,
              p.manifest_digest AS manifestDigest, max(p.seen_ms) AS seenMs
         FROM wanted w JOIN manifest_layers l ON l.layer_digest = w.digest
         JOIN manifest_places p ON p.manifest_digest = l.manifest_digest
        GROUP BY w.digest`,
      [JSON.stringify(layerDigests)],
      statedSchema,
    );
    return new Map(rows.map(({ digest, ...place }) => [digest, place]));
  }
}

/** Writes a manifest that was seen in a repository, and lets the oldest ones go. */
export function manifestStatements(
  { registry, repository }: RepositoryName,
  manifest: KnownManifest,
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
    {
      sql: `INSERT OR IGNORE INTO manifest_layers (manifest_digest, position, layer_digest)
            SELECT ?, key, value FROM json_each(?)`,
      params: [manifest.digest, JSON.stringify(layersOf(manifest))],
    },
    {
      sql: 'DELETE FROM manifests WHERE digest IN (SELECT digest FROM manifests ORDER BY seen_ms DESC LIMIT -1 OFFSET ?)',
      params: [KEPT_MANIFESTS],
    },
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
