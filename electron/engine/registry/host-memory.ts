import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';
import type { HostProfile } from './host-profile.ts';

type Mode = HostProfile['uploadMode'];

const rateSchema = z.object({ host: z.string(), rate: z.number() });
const modeSchema = z.object({ host: z.string(), mode: z.enum(['chunks', 'stream', 'mono']) });

/** What was learned of registries while working with them: how fast the way there is, how they want their uploads. */
export class HostMemory {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;
  readonly #linkRates = new Map<string, number>();
  readonly #modes = new Map<string, Mode>();

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Reads what earlier runs learned, so that everything else answers at once. */
  async open(): Promise<void> {
    const rates = await this.#state.all(
      'SELECT host, link_rate AS rate FROM host_profiles WHERE link_rate IS NOT NULL',
      [],
      rateSchema,
    );
    for (const { host, rate } of rates) this.#linkRates.set(host, rate);
    const modes = await this.#state.all(
      "SELECT host, upload_mode AS mode FROM host_profiles WHERE upload_mode IN ('chunks', 'stream', 'mono')",
      [],
      modeSchema,
    );
    for (const { host, mode } of modes) this.#modes.set(host, mode);
  }

  /** How a host was found to want its uploads; null = as its profile says. */
  uploadMode(host: string): Mode | null {
    return this.#modes.get(host) ?? null;
  }

  async learnUploadMode(host: string, mode: Mode): Promise<void> {
    this.#modes.set(host, mode);
    await this.#state.run([
      {
        sql: `INSERT INTO host_profiles (host, upload_mode, learned_ms) VALUES (?, ?, ?)
              ON CONFLICT DO UPDATE SET upload_mode = excluded.upload_mode, learned_ms = excluded.learned_ms`,
        params: [host, mode, this.#nowMs()],
      },
    ]);
  }

  /** Measured bytes a second to the slowest of these hosts; null where one was never measured. */
  linkRate(hosts: readonly string[]): number | null {
    const rates = hosts.map((host) => this.#linkRates.get(host));
    const known = rates.filter((rate) => rate !== undefined);
    return known.length === rates.length && known.length > 0 ? Math.min(...known) : null;
  }

  /** Remembers what was measured in a push: half old, half new. */
  async learnLinkRate(host: string, bytesPerSecond: number): Promise<void> {
    const old = this.#linkRates.get(host);
    const rate = old === undefined ? bytesPerSecond : (old + bytesPerSecond) / 2;
    this.#linkRates.set(host, rate);
    await this.#state.run([
      {
        sql: `INSERT INTO host_profiles (host, link_rate, learned_ms) VALUES (?, ?, ?)
              ON CONFLICT DO UPDATE SET link_rate = excluded.link_rate, learned_ms = excluded.learned_ms`,
        params: [host, rate, this.#nowMs()],
      },
    ]);
  }
}
