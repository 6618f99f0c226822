import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';

const rateSchema = z.object({ name: z.enum(['encoder', 'encoder raw']), rate: z.number() });

/** How fast this machine's workers encode together. */
export class EncoderRate {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;
  #rate: number | null = null;
  #rawRate: number | null = null;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Reads what earlier runs measured. */
  async open(): Promise<void> {
    const rows = await this.#state.all(
      "SELECT name, rate FROM machine_rates WHERE name IN ('encoder', 'encoder raw')",
      [],
      rateSchema,
    );
    this.#rate = rows.find(({ name }) => name === 'encoder')?.rate ?? null;
    this.#rawRate = rows.find(({ name }) => name === 'encoder raw')?.rate ?? null;
  }

  /** Packed bytes a second; null while it was not measured. */
  get bytesPerSecond(): number | null {
    return this.#rate;
  }

  /** Raw bytes a second that are read, hashed and encoded; null while it was not measured. */
  get rawBytesPerSecond(): number | null {
    return this.#rawRate;
  }

  /** Remembers measured rates, of packed and of raw bytes a second: half old, half new. */
  async learn(packed: number, raw: number): Promise<void> {
    this.#rate = half(this.#rate, packed);
    this.#rawRate = half(this.#rawRate, raw);
    await this.#state.run(
      [['encoder', this.#rate] as const, ['encoder raw', this.#rawRate] as const].map(([name, rate]) => ({
        sql: `INSERT INTO machine_rates (name, rate, learned_ms) VALUES (?, ?, ?)
              ON CONFLICT DO UPDATE SET rate = excluded.rate, learned_ms = excluded.learned_ms`,
        params: [name, rate, this.#nowMs()],
      })),
    );
  }
}

function half(old: number | null, found: number): number {
  return old === null ? found : (old + found) / 2;
}
