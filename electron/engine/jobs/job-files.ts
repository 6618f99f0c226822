import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { appendFile, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { copyRequestSchema } from '../../../shared/models/copy.ts';
import { layerKindSchema, originSchema } from '../../../shared/models/plan.ts';
import { pushRequestSchema } from '../../../shared/models/push-request.ts';
import { makeFolder } from '../make-folder.ts';
import { tryFileLock } from '../native/file-lock.ts';
import type { SentNote } from '../report/sent-notes.ts';

const headSchema = z.object({
  version: z.literal(1),
  id: z.uuid(),
  createdMs: z.number(),
  vmName: z.string(),
  /** Packed bytes that were committed when the journal was last written. */
  sent: z.number(),
});
const journalSchema = z.union([
  headSchema.extend({ kind: z.literal('copy'), request: copyRequestSchema }),
  // Before there were copies nothing said what a job is.
  headSchema.extend({ kind: z.literal('push').default('push'), request: pushRequestSchema }),
]);

const idSchema = z.uuid();

const sentNoteSchema = z.object({
  registry: z.string(),
  repository: z.string(),
  digest: z.string(),
  read: z.number(),
  encoded: z.number(),
  arrived: z
    .object({
      index: z.number(),
      kind: layerKindSchema,
      rawSize: z.number(),
      size: z.number(),
      origin: originSchema,
    })
    .nullable()
    // Before it said what arrived, a note said what was about to.
    .default(null),
});

/** What must survive a crash to go on with a job: the rest is in the digest cache and at the registry. */
export type JobJournal = z.infer<typeof journalSchema>;

/**
 * Journals, notes and lock files of jobs, in `jobs/` of the state folder. A journal is written whole, fsynced and renamed; a
 * running job holds the lock of its lock file against other processes and other engines of this one; it goes with the
 * process.
 */
export class JobFiles {
  readonly #folder: string;
  readonly #locks = new Map<string, number>();

  constructor(stateHome: string) {
    this.#folder = join(stateHome, 'jobs');
  }

  /** A file of one job. An id comes from outside and becomes a name: only what is one of ours does. */
  #file(id: string, ending: string): string {
    if (!idSchema.safeParse(id).success) throw new AppError('job.notFound', { id });
    return join(this.#folder, `${id}.${ending}`);
  }

  /** The file that is there until the job is done, cancelled or removed. @throws AppError `job.notFound` for what is no id */
  journalOf(id: string): string {
    return this.#file(id, 'json');
  }

  /** Replaces the job's journal; it is on disk when this resolves. */
  async write(journal: JobJournal): Promise<void> {
    await makeFolder(this.#folder);
    const path = this.#file(journal.id, 'json');
    const temporary = `${path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(journal));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(this.#folder);
  }

  /** Journals that can be read; a damaged one is passed over (its job is in the history). */
  async list(): Promise<JobJournal[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const journals: JobJournal[] = [];
    for (const name of names) {
      if (!name.endsWith('.json')) continue;
      try {
        journals.push(journalSchema.parse(JSON.parse(await readFile(join(this.#folder, name), 'utf8'))));
      } catch {
        // Another version's journal, or one that was cut: nothing that this version could go on with.
      }
    }
    return journals;
  }

  /**
   * Notes a blob that the job is about to close, or that arrived. It outlasts the process, not the machine: nothing but figures hang on it,
   * and an fsync for each layer would cost more than they are worth. Best effort: a full disk stops no push.
   */
  async noteSent(id: string, note: SentNote): Promise<void> {
    await appendFile(this.#file(id, 'sent'), `${JSON.stringify(note)}\n`, { mode: 0o600 }).catch(() => undefined);
  }

  /** What runs of the job noted; a line that was cut is passed over. */
  async sentBy(id: string): Promise<SentNote[]> {
    const text = await readFile(this.#file(id, 'sent'), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => {
      try {
        return line === '' ? [] : [sentNoteSchema.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
  }

  /** When runs of the job noted something last; ms since the epoch, null = never. */
  notedMs(id: string): number | null {
    const found = statSync(this.#file(id, 'sent'), { throwIfNoEntry: false });
    return found === undefined ? null : Math.floor(found.mtimeMs);
  }

  /** Takes the job's lock; false while another process holds it. @throws AppError `job.notFound` for what is no id */
  async lock(id: string): Promise<boolean> {
    const path = this.#file(id, 'lock');
    if (this.#locks.has(id)) return true;
    await makeFolder(this.#folder);
    for (;;) {
      const descriptor = openSync(path, 'a+', 0o600);
      if (tryFileLock(descriptor) === 'busy') {
        closeSync(descriptor);
        return false;
      }
      if (isFileAt(path, descriptor)) {
        this.#locks.set(id, descriptor);
        return true;
      }
      // Its owner removed the file between our opening and locking it: the lock of a file that is gone keeps nobody out.
      closeSync(descriptor);
    }
  }

  /**
   * Whether nobody runs the job, this engine included.
   */
  async isFree(id: string): Promise<boolean> {
    if (this.holds(id) || !(await this.lock(id))) return false;
    this.unlock(id);
    return true;
  }

  /** Removes what a process left that was killed before its journal was written: files of jobs without one that nobody runs. */
  async clear(): Promise<void> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    const ids = new Set(names.map((name) => name.slice(0, name.indexOf('.'))));
    for (const id of ids) {
      if (names.includes(`${id}.json`) || !idSchema.safeParse(id).success) continue;
      // Who is about to write it holds the lock.
      if (this.holds(id) || !(await this.lock(id))) continue;
      if (statSync(this.journalOf(id), { throwIfNoEntry: false }) === undefined) await this.remove(id);
      else this.unlock(id);
    }
  }

  /** Whether this process holds the job's lock. */
  holds(id: string): boolean {
    return this.#locks.has(id);
  }

  /** Lets the job's lock go; nothing happens where it is not held. */
  unlock(id: string): void {
    const descriptor = this.#locks.get(id);
    if (descriptor === undefined) return;
    this.#locks.delete(id);
    closeSync(descriptor);
  }

  /** Drops journal, notes and lock. @throws AppError `job.notFound` for what is no id */
  async remove(id: string): Promise<void> {
    const files = ['json', 'json.new', 'sent', 'lock'].map((ending) => this.#file(id, ending));
    this.unlock(id);
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

function isFileAt(path: string, descriptor: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.ino === fstatSync(descriptor).ino;
}

/** A new name is on disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows opens no folders, and some file systems sync none: the journal is as safe there as it can be.
  }
}
