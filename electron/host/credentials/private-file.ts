import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { makeFolder } from '../../engine/make-folder.ts';

/** A file that only this user may read (0600), replaced whole: temporary file, fsync, rename. Changes take turns. */
export class PrivateFile {
  readonly path: string;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** Its text; null = it is not there or may not be read. */
  async read(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch {
      return null;
    }
  }

  /**
   * Reads, changes and replaces it; another process that changes it in the same moment may win.
   *
   * @param change answers the new text; null = it stays as it is
   * @throws AppError `file.unwritable`
   */
  change(change: (text: string | null) => string | null): Promise<void> {
    const mine = this.#turns.then(async () => {
      const next = change(await this.read());
      if (next !== null) await this.#replace(next);
    });
    this.#turns = mine.catch(() => undefined);
    return mine;
  }

  async #replace(text: string): Promise<void> {
    const temporary = `${this.path}.${process.pid}.new`;
    try {
      await makeFolder(dirname(this.path), 0o700);
      // Made anew: the mode of a file that is there already would stay.
      await rm(temporary, { force: true });
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path);
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      throw new AppError('file.unwritable', { path: this.path, reason }, { cause });
    }
  }
}
