import { type FileHandle, open } from 'node:fs/promises';
import { ALLOWANCE, type FileOutcome } from './codec-protocol.ts';

/**
 * Writes the packed stream into a new file, without copying it. As with a body, the producer lends a buffer with `give`
 * and learns from `lentAtMost` when it is free again. The next bytes are encoded while the last are being written.
 */
export class FileSink {
  readonly #path: string;
  readonly #allow: () => Promise<boolean>;
  /** Writes under way, the oldest first: a file has one after the other. */
  readonly #writing: Promise<void>[] = [];
  readonly #file: Promise<FileHandle | null>;
  #credit = 0;
  #stopped = false;
  #failure: string | null = null;
  /** Bytes that were written. */
  taken = 0;

  /**
   * @param path must not be there yet; its owner removes it if it is not wanted
   * @param allow asks for the next {@link ALLOWANCE}; false, or a rejection, = the sink is given up
   */
  constructor(path: string, allow: () => Promise<boolean>) {
    this.#path = path;
    this.#allow = allow;
    this.#file = open(path, 'wx').catch((thrown: unknown) => this.#fail(thrown));
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  #fail(thrown: unknown): null {
    this.#failure ??= thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    this.#stopped = true;
    return null;
  }

  /** Lends bytes: they must stay as they are until `lentAtMost` says that they are free. */
  give(bytes: Buffer): void {
    const before = this.#writing.at(-1);
    const write = (async () => {
      await before;
      await this.#write(bytes);
    })();
    this.#writing.push(write);
    void write.then(() => this.#writing.shift());
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      const file = await this.#file;
      if (file === null || this.#stopped) return;
      if (this.#credit < bytes.length) {
        if (!(await this.#allow().catch(() => false))) this.#stopped = true;
        this.#credit += ALLOWANCE;
      }
      this.#credit -= bytes.length;
      for (let at = 0; at < bytes.length && !this.#stopped; ) {
        const { bytesWritten } = await file.write(bytes, at);
        at += bytesWritten;
        this.taken += bytesWritten;
      }
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** Waits until at most `count` buffers are lent, the oldest coming back first. */
  async lentAtMost(count: number): Promise<void> {
    while (this.#writing.length > count) await this.#writing[0];
  }

  /** Brings what was given to the disk. */
  async finish(): Promise<FileOutcome> {
    await this.lentAtMost(0);
    try {
      // Without it a crash could leave a name with other bytes behind it.
      if (!this.#stopped) await (await this.#file)?.sync();
    } catch (thrown) {
      this.#fail(thrown);
    }
    const failure = this.#failure ?? (this.#stopped ? 'cancelled' : null);
    return { path: this.#path, written: this.taken, failure };
  }

  /** Ends writing and closes the file, finished or not. */
  async close(): Promise<void> {
    this.#stopped = true;
    await this.lentAtMost(0);
    await (await this.#file)?.close();
  }
}
