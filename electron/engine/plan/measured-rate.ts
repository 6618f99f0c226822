import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';

const rateSchema = z.object({ rate: z.number() });

/**
 * What is measured of this machine, all workers together: `encoder` packed bytes a second of whole passes (reading, hashing
 * and encoding), `encoder raw` the raw ones of the same, `hashing` raw bytes a second without the reading, `reading` bytes a second from disk or page cache.
 */
export type RateName = 'encoder' | 'encoder raw' | 'hashing' | 'reading';

/** One rate of this machine as it was measured last, kept over runs. */
export class MeasuredRate {
  readonly #state: StateDatabase;
  readonly #name: RateName;
  readonly #nowMs: () => number;
  #rate: number | null = null;

  constructor(state: StateDatabase, name: RateName, nowMs: () => number) {
    this.#state = state;
    this.#name = name;
    this.#nowMs = nowMs;
  }

  /** Reads what earlier runs measured. */
  async open(): Promise<void> {
    const [row] = await this.#state.all('SELECT rate FROM machine_rates WHERE name = ?', [this.#name], rateSchema);
    this.#rate = row?.rate ?? null;
  }

  /** Bytes a second; null while it was not measured. */
  get bytesPerSecond(): number | null {
    return this.#rate;
  }

  /** Remembers a measured rate: half old, half new. */
  async learn(bytesPerSecond: number): Promise<void> {
    this.#rate = this.#rate === null ? bytesPerSecond : (this.#rate + bytesPerSecond) / 2;
    await this.#state.run([
      {
        sql: `INSERT INTO machine_rates (name, rate, learned_ms) VALUES (?, ?, ?)
              ON CONFLICT DO UPDATE SET rate = excluded.rate, learned_ms = excluded.learned_ms`,
        params: [this.#name, this.#rate, this.#nowMs()],
      },
    ]);
  }
}
