import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock } from '../ports.ts';
import type { BlobFolder } from './blob-folder.ts';

/** How long a count of the store's bytes holds for the question whether the budget is used up. */
const USAGE_HOLDS_MS = 30_000;

/** What the blobs of a store may take of its volume. */
export class StoreBudget {
  readonly #root: string;
  readonly #blobs: BlobFolder;
  readonly #clock: Clock;
  readonly #most: () => number | null;
  #usage: { bytes: number; readonly countedMs: number } | null = null;

  /**
   * @param root the store's folder, for errors
   * @param most bytes of blobs; null = as many as the volume takes
   */
  constructor(root: string, blobs: BlobFolder, clock: Clock, most: () => number | null) {
    this.#root = root;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#most = most;
  }

  /** Refuses what would not fit into the budget. @throws AppError `store.full` */
  async requireRoom(bytes: number): Promise<void> {
    const budget = this.#most();
    if (budget === null) return;
    const now = this.#clock.now();
    const counted = this.#usage;
    const holds = counted !== null && now - counted.countedMs <= USAGE_HOLDS_MS;
    if (holds && counted.bytes + bytes <= budget) return;
    // Counted again before it refuses: a collection, here or in another process, may have made room.
    this.#usage = { bytes: await this.usedBytes(), countedMs: now };
    if (this.#usage.bytes + bytes > budget) throw new AppError('store.full', { path: this.#root, budget });
  }

  /** Takes room of the budget for a blob that comes in now. @throws AppError `store.full` */
  async reserve(bytes: number): Promise<void> {
    await this.requireRoom(bytes);
    if (this.#usage !== null) this.#usage.bytes += bytes;
  }

  /** Bytes of all blobs. */
  async usedBytes(): Promise<number> {
    return (await this.#blobs.list()).reduce((sum, { size }) => sum + size, 0);
  }
}
