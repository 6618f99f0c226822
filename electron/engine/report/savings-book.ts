import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { requestCountsSchema } from '../../../shared/models/plan.ts';
import {
  type SavedJob,
  type Savings,
  type SavingsFilter,
  type SavingsRow,
  type SavingsSums,
  savedLayerSchema,
} from '../../../shared/models/savings.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { SqlStatement, SqlValue } from '../state/state-protocol.ts';
import { type DaySums, stretchesOf } from './stretches.ts';

/** Rows of a table. */
const LISTED = 1000;
/** Targets whose layers are kept, the newest; a target of 261 layers takes 80 kB. */
const KEEP_LAYERS = 1000;
/** Layers that are kept of a target: a disk of 5 TiB has as many. */
const MOST_LAYERS = 10_000;

/** Columns of sums, in the order in which they are written. */
const COLUMNS = [
  'pushed',
  'present',
  'mounted',
  'duplicate',
  'uploaded',
  'sent',
  'stored',
  'read_bytes',
  'encoded',
  'tart_read',
  'tart_encoded',
  'tart_sent',
  'tart_seconds',
  'saved_seconds',
] as const;
/** Bytes as floating point, exact to 9 PB: an integer beyond 2^53 would be refused. Of no seconds there is no sum. */
const SUMS = COLUMNS.map((column) => {
  const add = column.endsWith('_seconds') ? 'SUM' : 'TOTAL';
  return `${add}(t.${column}) AS ${column}`;
}).join(', ');
/** Jobs first (a cross join keeps the order): those of the filter's time are found by their index. */
const MATCHING = `FROM savings_jobs j CROSS JOIN savings_targets t USING (job_id)
  WHERE j.ended_ms >= ? AND j.ended_ms < ? AND (? IS NULL OR t.registry = ?)`;

/** How a table is made of the targets of jobs. */
interface Table {
  readonly group: string;
  /** Columns that say where a row is. */
  readonly place: string;
  readonly only: string;
}

const TABLES = {
  registry: { group: 't.registry', place: 't.registry AS registry, NULL AS repository, NULL AS digest', only: '' },
  repository: {
    group: 't.registry, t.repository',
    place: 't.registry AS registry, t.repository AS repository, NULL AS digest',
    only: '',
  },
  vm: { group: 'j.vm_id', place: 'NULL AS registry, NULL AS repository, NULL AS digest', only: "AND j.kind = 'push'" },
  image: {
    // What was given no manifest is known by its job.
    group: 't.registry, t.repository, COALESCE(t.manifest_digest, job_id)',
    place: 't.registry AS registry, t.repository AS repository, t.manifest_digest AS digest',
    only: '',
  },
} as const satisfies Record<string, Table>;

const json = <Shape extends z.ZodType>(shape: Shape): z.ZodType<z.infer<Shape>> =>
  z.string().transform((text, context) => {
    try {
      return shape.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'json' });
      return z.NEVER;
    }
  });
const bytes = z.number();
const sumsSchema = z.object({
  jobs: z.number(),
  pushed: bytes,
  present: bytes,
  mounted: bytes,
  duplicate: bytes,
  uploaded: bytes,
  sent: bytes,
  stored: bytes,
  read_bytes: bytes,
  encoded: bytes,
  tart_read: bytes,
  tart_encoded: bytes,
  tart_sent: bytes,
  tart_seconds: z.number().nullable(),
  saved_seconds: z.number().nullable(),
});
const totalsSchema = sumsSchema.extend({ pushes: z.number(), copies: z.number() });
const rowSchema = sumsSchema.extend({
  name: z.string(),
  registry: z.string().nullable(),
  repository: z.string().nullable(),
  digest: z.string().nullable(),
  references: json(z.array(z.string())),
  latest: z.number(),
});
const daySchema = z.object({
  day: z.string(),
  jobs: z.number(),
  present: bytes,
  mounted: bytes,
  duplicate: bytes,
  uploaded: bytes,
});
const jobRowSchema = z.object({
  kind: z.enum(['push', 'copy']),
  vmId: z.string().nullable(),
  name: z.string(),
  endedMs: z.number(),
  encodeRate: z.number().nullable(),
  ...requestCountsSchema.shape,
});
const targetRowSchema = sumsSchema.omit({ jobs: true }).extend({
  registry: z.string(),
  repository: z.string(),
  manifestDigest: z.string().nullable(),
  references: json(z.array(z.string())),
  linkRate: z.number().nullable(),
  layers: json(z.array(savedLayerSchema)).nullable(),
});

/** What was recorded of all jobs. It outlives the jobs: removing one from the list takes nothing away here. */
export class SavingsBook {
  readonly #state: StateDatabase;

  constructor(state: StateDatabase) {
    this.#state = state;
  }

  /** Writes the record of a job in place of an earlier one. @throws AppError `state.unavailable` */
  async write(record: SavedJob): Promise<void> {
    const { jobId, requests } = record;
    const statements: SqlStatement[] = [
      {
        sql: `INSERT OR REPLACE INTO savings_jobs
                (job_id, kind, vm_id, name, ended_ms, encode_rate, head, mount, upload, manifest)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        params: [
          jobId,
          record.kind,
          record.vmId,
          record.name,
          record.endedMs,
          record.encodeRate,
          requests.head,
          requests.mount,
          requests.upload,
          requests.manifest,
        ],
      },
      { sql: 'DELETE FROM savings_targets WHERE job_id = ?', params: [jobId] },
      { sql: 'DELETE FROM savings_layers WHERE job_id = ?', params: [jobId] },
    ];
    for (const target of record.targets) {
      const { registry, repository, sums, layers } = target;
      statements.push({
        sql: `INSERT INTO savings_targets (job_id, registry, repository, manifest_digest, job_references, link_rate,
                ${COLUMNS.join(', ')})
              VALUES (?, ?, ?, ?, ?, ?, ${COLUMNS.map(() => '?').join(', ')})`,
        params: [
          jobId,
          registry,
          repository,
          target.manifestDigest,
          JSON.stringify(target.references),
          target.linkRate,
          ...valuesOf(sums),
        ],
      });
      statements.push({
        sql: 'INSERT INTO savings_layers (job_id, registry, repository, written_ms, layers) VALUES (?, ?, ?, ?, ?)',
        params: [jobId, registry, repository, record.endedMs, JSON.stringify(layers.slice(0, MOST_LAYERS))],
      });
    }
    statements.push({
      sql: `DELETE FROM savings_layers WHERE id IN
              (SELECT id FROM savings_layers ORDER BY written_ms DESC LIMIT 100 OFFSET ?)`,
      params: [KEEP_LAYERS],
    });
    await this.#state.run(statements);
  }

  /** Forgets what went to a repository, as if it had never been. @throws AppError `state.unavailable` */
  async forgetRepository({ registry, repository }: { registry: string; repository: string }): Promise<void> {
    const params = [registry, repository];
    await this.#state.run([
      { sql: 'DELETE FROM savings_targets WHERE registry = ? AND repository = ?', params },
      { sql: 'DELETE FROM savings_layers WHERE registry = ? AND repository = ?', params },
      { sql: 'DELETE FROM savings_jobs WHERE job_id NOT IN (SELECT job_id FROM savings_targets)', params: [] },
    ]);
  }

  /** What was recorded of a job; null = nothing. @throws AppError `state.unavailable` */
  async find(jobId: string): Promise<SavedJob | null> {
    const [job] = await this.#state.all(
      `SELECT kind, vm_id AS vmId, name, ended_ms AS endedMs, encode_rate AS encodeRate, head, mount, upload, manifest
       FROM savings_jobs WHERE job_id = ?`,
      [jobId],
      jobRowSchema,
    );
    if (job === undefined) return null;
    const rows = await this.#state.all(
      `SELECT t.*, t.manifest_digest AS manifestDigest, t.job_references AS "references", t.link_rate AS linkRate, l.layers
       FROM savings_targets t LEFT JOIN savings_layers l USING (job_id, registry, repository)
       WHERE t.job_id = ? ORDER BY t.id`,
      [jobId],
      targetRowSchema,
    );
    const { head, mount, upload, manifest, ...facts } = job;
    return {
      jobId,
      ...facts,
      requests: { head, mount, upload, manifest },
      targets: rows.map(({ registry, repository, manifestDigest, references, linkRate, layers, ...sums }) => ({
        registry,
        repository,
        manifestDigest,
        references,
        linkRate,
        sums: sumsFrom({ ...sums, jobs: 1 }),
        layers: layers ?? [],
      })),
    };
  }

  /** What was saved by the jobs of a filter. @throws AppError `state.unavailable` */
  async savings(filter: SavingsFilter): Promise<Savings> {
    const params: SqlValue[] = [
      filter.sinceMs ?? 0,
      filter.untilMs ?? Number.MAX_SAFE_INTEGER,
      filter.registry,
      filter.registry,
    ];
    const [first] = await this.#state.all(
      'SELECT MIN(ended_ms) AS firstMs FROM savings_jobs',
      [],
      z.object({ firstMs: z.number().nullable() }),
    );
    const [totals] = await this.#state.all(
      `SELECT COUNT(DISTINCT job_id) AS jobs, ${SUMS},
         COUNT(DISTINCT CASE j.kind WHEN 'push' THEN job_id END) AS pushes,
         COUNT(DISTINCT CASE j.kind WHEN 'copy' THEN job_id END) AS copies ${MATCHING}`,
      params,
      totalsSchema,
    );
    const [requests] = await this.#state.all(
      `SELECT COALESCE(SUM(head), 0) AS head, COALESCE(SUM(mount), 0) AS mount, COALESCE(SUM(upload), 0) AS upload,
         COALESCE(SUM(manifest), 0) AS manifest
       FROM savings_jobs WHERE job_id IN (SELECT job_id ${MATCHING})`,
      params,
      requestCountsSchema,
    );
    // An aggregate answers one row, whatever there is.
    if (totals === undefined || requests === undefined) throw new AppError('state.unavailable', { reason: 'rows' });
    return {
      filter,
      firstMs: first?.firstMs ?? null,
      totals: {
        ...sumsFrom(totals),
        pushes: totals.pushes,
        copies: totals.copies,
        requests: filter.registry === null ? requests : null,
      },
      overTime: stretchesOf(await this.#days(params), filter.bucket),
      byRegistry: await this.#table(TABLES.registry, params),
      byRepository: await this.#table(TABLES.repository, params),
      byVm: await this.#table(TABLES.vm, params),
      byImage: await this.#table(TABLES.image, params),
    };
  }

  async #days(params: readonly SqlValue[]): Promise<DaySums[]> {
    return await this.#state.all(
      `SELECT date(j.ended_ms / 1000, 'unixepoch', 'localtime') AS day, COUNT(DISTINCT job_id) AS jobs,
         TOTAL(t.present) AS present, TOTAL(t.mounted) AS mounted, TOTAL(t.duplicate) AS duplicate,
         TOTAL(t.uploaded) AS uploaded
       ${MATCHING} GROUP BY day ORDER BY day`,
      params,
      daySchema,
    );
  }

  /** Of each group its latest job gives the name (of SQLite, where there is one MAX). */
  async #table({ group, place, only }: Table, params: readonly SqlValue[]): Promise<SavingsRow[]> {
    const rows = await this.#state.all(
      `SELECT COUNT(DISTINCT job_id) AS jobs, ${SUMS}, ${place}, j.name AS name, t.job_references AS "references",
         MAX(j.ended_ms) AS latest
       ${MATCHING} ${only} GROUP BY ${group}
       ORDER BY TOTAL(t.pushed) - TOTAL(t.uploaded) DESC, latest DESC LIMIT ${String(LISTED)}`,
      params,
      rowSchema,
    );
    return rows.map(({ name, registry, repository, digest, references, latest: _latest, ...sums }) => ({
      ...sumsFrom(sums),
      name: place === TABLES.image.place ? imageName(repository, references, digest) : (repository ?? registry ?? name),
      registry,
      repository,
      digest,
    }));
  }
}

/** `repository:tag`, of several tags the first and how many more; what has no tag by its digest. */
function imageName(repository: string | null, references: readonly string[], digest: string | null): string {
  const name = repository ?? '';
  const [first, ...others] = references.map((reference) => reference.slice(reference.lastIndexOf(':') + 1));
  if (first === undefined) return digest === null ? name : `${name}@${digest}`;
  return others.length === 0 ? `${name}:${first}` : `${name}:${first} +${String(others.length)}`;
}

/** The values of sums in the order of their columns. */
function valuesOf(sums: SavingsSums): SqlValue[] {
  const { counterfactual: tart } = sums;
  const values: Record<(typeof COLUMNS)[number], number | null> = {
    pushed: sums.pushed,
    present: sums.present,
    mounted: sums.mounted,
    duplicate: sums.duplicate,
    uploaded: sums.uploaded,
    sent: sums.sent,
    stored: sums.pushed - sums.notStored,
    read_bytes: sums.read,
    encoded: sums.encoded,
    tart_read: tart.read,
    tart_encoded: tart.encoded,
    tart_sent: tart.sent,
    tart_seconds: tart.seconds,
    saved_seconds: sums.savedSeconds,
  };
  return COLUMNS.map((column) => values[column]);
}

/** Sums as they are told, from their columns. */
function sumsFrom(row: z.infer<typeof sumsSchema>): SavingsSums {
  const { jobs, pushed, present, mounted, duplicate, uploaded, sent, encoded } = row;
  return {
    jobs,
    pushed,
    present,
    mounted,
    duplicate,
    uploaded,
    sent,
    notSent: present + mounted + duplicate,
    notStored: pushed - row.stored,
    read: row.read_bytes,
    encoded,
    notRead: row.tart_read - row.read_bytes,
    notEncoded: row.tart_encoded - encoded,
    notSentByTart: row.tart_sent - sent,
    counterfactual: { read: row.tart_read, encoded: row.tart_encoded, sent: row.tart_sent, seconds: row.tart_seconds },
    savedSeconds: row.saved_seconds,
  };
}
