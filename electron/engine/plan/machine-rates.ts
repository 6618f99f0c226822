import type { CodecResult } from '../codec/codec-protocol.ts';
import type { StateDatabase } from '../state/state-database.ts';
import { MeasuredRate } from './measured-rate.ts';

/** Less work of a task, in ms, tells more of the clock than of the machine. */
const SHORTEST_MEASURE_MS = 20;

/** How fast this machine reads, hashes and encodes, as it was measured while it did. */
export class MachineRates {
  readonly encoder: MeasuredRate;
  readonly encoderRaw: MeasuredRate;
  readonly hashing: MeasuredRate;
  readonly reading: MeasuredRate;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.encoder = new MeasuredRate(state, 'encoder', nowMs);
    this.encoderRaw = new MeasuredRate(state, 'encoder raw', nowMs);
    this.hashing = new MeasuredRate(state, 'hashing', nowMs);
    this.reading = new MeasuredRate(state, 'reading', nowMs);
  }

  /** Reads what earlier runs measured. */
  async open(): Promise<void> {
    await Promise.all([this.encoder.open(), this.encoderRaw.open(), this.hashing.open(), this.reading.open()]);
  }

  /**
   * Learns from a chunk that was hashed.
   *
   * @param rawSize bytes of the chunk, holes included
   * @param together workers that were at it
   */
  async hashed(rawSize: number, { bytesRead, busyMs, readMs }: CodecResult, together: number): Promise<void> {
    if (readMs >= SHORTEST_MEASURE_MS) await this.reading.learn(((bytesRead * 1000) / readMs) * together);
    const hashMs = busyMs - readMs;
    if (hashMs >= SHORTEST_MEASURE_MS) await this.hashing.learn(((rawSize * 1000) / hashMs) * together);
  }

  /** Learns from a whole pass of the encoder over `rawSize` bytes. */
  async encoded(rawSize: number, { size, busyMs }: CodecResult, together: number): Promise<void> {
    if (busyMs < SHORTEST_MEASURE_MS) return;
    await this.encoder.learn(((size * 1000) / busyMs) * together);
    await this.encoderRaw.learn(((rawSize * 1000) / busyMs) * together);
  }
}
