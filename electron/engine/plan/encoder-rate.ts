import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';

const rateSchema = z.object({ rate: z.number() });

/** How fast this machine's workers encode together. */
export class EncoderRate {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;
  #rate: number | null = null;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Reads what earlier runs measured. */
  async open(): Promise<void> {
    const [row] = await this.#state.all("SELECT rate FROM machine_rates WHERE name = 'encoder'", [], rateSchema);
    this.#rate = row?.rate ?? null;
  }

  /** Packed bytes a second; null while it was not measured. */
  get bytesPerSecond(): number | null {
    return this.#rate;
  }

  /** Remembers a measured rate: half old, half new. */
  async learn(bytesPerSecond: number): Promise<void> {
    this.#rate = this.#rate === null ? bytesPerSecond : (this.#rate + bytesPerSecond) / 2;
    await this.#state.run([
      {
        sql: `INSERT INTO machine_rates (name, rate, learned_ms) VALUES ('encoder', ?, ?)
              ON CONFLICT DO UPDATE SET rate = excluded.rate, learned_ms = excluded.learned_ms`,
        params: [this.#rate, this.#nowMs()],
      },
    ]);
  }
}
