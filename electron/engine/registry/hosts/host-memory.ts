import { z } from 'zod';
import type { StateDatabase } from '../../state/state-database.ts';
import { type HostFinding, type HostFindings, hostFindingSchemas } from './host-abilities.ts';
import type { LearnedUpload } from './upload-modes.ts';

/** What was learned is believed this long, and then tried again. */
export const KEEP_FINDINGS_MS = 30 * 24 * 3600 * 1000;

const rateSchema = z.object({ host: z.string(), rate: z.number(), learnedMs: z.number() });
const findingSchema = z.object({ host: z.string(), finding: z.string(), value: z.string(), learnedMs: z.number() });
const uploadSchema = z.object({
  uploadMode: z.enum(['chunks', 'stream', 'mono']),
  pieceSize: z.int().positive().optional(),
});

interface Dated<Value> {
  readonly value: Value;
  /** ms since the epoch. */
  readonly learnedMs: number;
}

/** What was learned of registries while working with them: how fast the way there is, how they want their uploads. */
export class HostMemory {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;
  readonly #linkRates = new Map<string, Dated<number>>();
  readonly #uploads = new Map<string, Dated<LearnedUpload>>();
  /** By host, then by name of the finding. */
  readonly #findings = new Map<string, Map<HostFinding, Dated<string>>>();

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Reads what earlier runs learned, so that everything else answers at once. */
  async open(): Promise<void> {
    const rates = await this.#state.all(
      'SELECT host, link_rate AS rate, learned_ms AS learnedMs FROM host_profiles WHERE link_rate IS NOT NULL',
      [],
      rateSchema,
    );
    for (const { host, rate, learnedMs } of rates) this.#linkRates.set(host, { value: rate, learnedMs });
    const findings = await this.#state.all(
      'SELECT host, finding, value, learned_ms AS learnedMs FROM host_findings',
      [],
      findingSchema,
    );
    for (const { host, finding, value, learnedMs } of findings) {
      if (finding !== 'upload') {
        this.#takeFinding(host, finding, { value, learnedMs });
        continue;
      }
      const upload = uploadOf(value);
      if (upload !== null) this.#uploads.set(host, { value: upload, learnedMs });
    }
  }

  /** What is not too old to be believed. */
  #fresh<Value>(dated: Dated<Value> | undefined): Value | null {
    return dated === undefined || this.#nowMs() - dated.learnedMs >= KEEP_FINDINGS_MS ? null : dated.value;
  }

  /** How a host was found to want its uploads; null = as its profile says. */
  upload(host: string): LearnedUpload | null {
    return this.#fresh(this.#uploads.get(host));
  }

  async learnUpload(host: string, upload: LearnedUpload): Promise<void> {
    this.#uploads.set(host, { value: upload, learnedMs: this.#nowMs() });
    await this.#keep(host, 'upload', JSON.stringify(upload));
  }

  /** A row of this version, or of one before it; what another version wrote and this one does not know is left out. */
  #takeFinding(host: string, name: string, dated: Dated<string>): void {
    // As it was written before there were findings of its kind.
    if (name === 'mountless') this.#note(host, 'mount', { ...dated, value: 'no' });
    else if (isFinding(name) && hostFindingSchemas[name].safeParse(dated.value).success) this.#note(host, name, dated);
  }

  #note(host: string, name: HostFinding, dated: Dated<string>): void {
    const known = this.#findings.get(host) ?? new Map<HostFinding, Dated<string>>();
    const before = known.get(name);
    if (before === undefined || before.learnedMs <= dated.learnedMs) known.set(name, dated);
    this.#findings.set(host, known);
  }

  /** All that was found out about a host and is not too old to be believed. */
  findings(host: string): HostFindings {
    const fresh = [...(this.#findings.get(host) ?? [])].map(([name, dated]) => [name, this.#fresh(dated)] as const);
    // Each was checked with the schema of its name, here or by its type.
    return Object.fromEntries(fresh.filter(([, value]) => value !== null));
  }

  /** Remembers what was found out about a host. */
  async learn<Name extends HostFinding>(
    host: string,
    name: Name,
    value: NonNullable<HostFindings[Name]>,
  ): Promise<void> {
    this.#note(host, name, { value, learnedMs: this.#nowMs() });
    await this.#keep(host, name, value);
  }

  async #keep(host: string, finding: 'upload' | HostFinding, value: string): Promise<void> {
    await this.#state.run([
      {
        sql: `INSERT INTO host_findings (host, finding, value, learned_ms) VALUES (?, ?, ?, ?)
              ON CONFLICT DO UPDATE SET value = excluded.value, learned_ms = excluded.learned_ms`,
        params: [host, finding, value, this.#nowMs()],
      },
    ]);
  }

  /** Measured bytes a second to the slowest of these hosts; null where one was never measured. */
  linkRate(hosts: readonly string[]): number | null {
    const rates = hosts.map((host) => this.#fresh(this.#linkRates.get(host)));
    const known = rates.filter((rate) => rate !== null);
    return known.length === rates.length && known.length > 0 ? Math.min(...known) : null;
  }

  /** Remembers what was measured in a push: half old, half new. */
  async learnLinkRate(host: string, bytesPerSecond: number): Promise<void> {
    const old = this.#fresh(this.#linkRates.get(host));
    const rate = old === null ? bytesPerSecond : (old + bytesPerSecond) / 2;
    const learnedMs = this.#nowMs();
    this.#linkRates.set(host, { value: rate, learnedMs });
    await this.#state.run([
      {
        sql: `INSERT INTO host_profiles (host, link_rate, learned_ms) VALUES (?, ?, ?)
              ON CONFLICT DO UPDATE SET link_rate = excluded.link_rate, learned_ms = excluded.learned_ms`,
        params: [host, rate, learnedMs],
      },
    ]);
  }
}

function isFinding(name: string): name is HostFinding {
  return Object.hasOwn(hostFindingSchemas, name);
}

/** What a row says; null where another version wrote what this one does not know. */
function uploadOf(json: string): LearnedUpload | null {
  try {
    const { uploadMode, pieceSize } = uploadSchema.parse(JSON.parse(json));
    return { uploadMode, ...(pieceSize === undefined ? {} : { pieceSize }) };
  } catch {
    return null;
  }
}
