import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { makeFolder } from '../make-folder.ts';
import type { Log } from '../ports.ts';

/** A small document in a file: read with a schema, written whole (temporary file, fsync, rename). */
export class JsonFile<Document> {
  readonly #path: string;
  readonly #schema: z.ZodType<Document>;
  readonly #fallback: Document;
  readonly #log: Log;
  #writes: Promise<void> = Promise.resolve();

  constructor(path: string, schema: z.ZodType<Document>, fallback: Document, log: Log) {
    this.#path = path;
    this.#schema = schema;
    this.#fallback = fallback;
    this.#log = log;
  }

  /** The document; a missing file is the fallback, a damaged one is set aside as `….damaged` and is the fallback too. */
  async read(): Promise<Document> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch {
      return this.#fallback;
    }
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch {
      await this.#setAside();
      return this.#fallback;
    }
  }

  async #setAside(): Promise<void> {
    try {
      await rename(this.#path, `${this.#path}.damaged`);
      this.#log.warn('damaged file set aside', { file: this.#path });
    } catch (thrown) {
      // The app starts all the same; the next write replaces the file.
      this.#log.warn('damaged file not set aside', { file: this.#path, reason: String(thrown) });
    }
  }

  /** Writes in the order of the calls. */
  write(document: Document): Promise<void> {
    const mine = this.#writes.then(() => this.#replace(JSON.stringify(document, null, 2)));
    this.#writes = mine.catch(() => undefined);
    return mine;
  }

  async #replace(text: string): Promise<void> {
    await makeFolder(dirname(this.#path));
    const temporary = `${this.#path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
  }
}
