import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { OciStore } from '../oci-store.ts';
import { ApiError } from './api-error.ts';

/** Sessions that may be open at once. */
const MOST_SESSIONS = 1000;
/** A session that got nothing for this long is gone. */
export const SESSION_AGE_MS = 24 * 60 * 60_000;
const SWEEP_MS = 60_000;

const metaSchema = z.object({ repository: z.string() });

/** An upload that is under way. It survives an end of the server: its bytes are a file. */
export interface UploadSession {
  readonly id: string;
  readonly repository: string;
  /** The file of its bytes. */
  readonly path: string;
  /** Bytes that came. */
  size: number;
  /** A request is writing. */
  busy: boolean;
  usedMs: number;
}

/** The upload sessions of one server. */
export class UploadSessions {
  readonly #store: OciStore;
  readonly #open = new Map<string, UploadSession>();
  #sweptMs: number;

  constructor(store: OciStore) {
    this.#store = store;
    this.#sweptMs = store.clock.now();
  }

  /** Finds the sessions that an earlier server left. */
  async load(): Promise<void> {
    for (const name of await readdir(this.#store.layout.uploads)) {
      if (!name.endsWith('.json')) continue;
      const id = name.slice(0, -'.json'.length);
      const path = this.#data(id);
      try {
        const { repository } = metaSchema.parse(JSON.parse(await readFile(this.#meta(id), 'utf8')));
        const found = await stat(path).catch(() => null);
        const usedMs = found?.mtimeMs ?? (await stat(this.#meta(id))).mtimeMs;
        this.#open.set(id, { id, repository, path, size: found?.size ?? 0, busy: false, usedMs });
      } catch {
        // Cut by a crash: the next collection takes it.
      }
    }
    await this.#sweep();
  }

  /** Opens a session. @throws ApiError 429 */
  async create(repository: string): Promise<UploadSession> {
    const now = this.#store.clock.now();
    if (now - this.#sweptMs > SWEEP_MS || this.#open.size >= MOST_SESSIONS) await this.#sweep();
    if (this.#open.size >= MOST_SESSIONS) {
      throw new ApiError(
        429,
        { code: 'TOOMANYREQUESTS', message: 'too many uploads are open' },
        { 'retry-after': '60' },
      );
    }
    const id = randomUUID();
    const session: UploadSession = { id, repository, path: this.#data(id), size: 0, busy: false, usedMs: now };
    this.#open.set(id, session);
    await writeFile(this.#meta(id), JSON.stringify({ repository }));
    return session;
  }

  /** A session of a repository. @throws ApiError 404 */
  find(repository: string, id: string): UploadSession {
    const session = this.#open.get(id);
    if (session?.repository !== repository || this.#isOld(session))
      throw new ApiError(404, { code: 'BLOB_UPLOAD_UNKNOWN', message: 'blob upload unknown to registry' });
    session.usedMs = this.#store.clock.now();
    return session;
  }

  /** Ends a session and removes what is left of it. */
  async remove(session: UploadSession): Promise<void> {
    this.#open.delete(session.id);
    await Promise.all([rm(this.#meta(session.id), { force: true }), this.#store.discard(session.path)]);
  }

  #isOld(session: UploadSession): boolean {
    return !session.busy && this.#store.clock.now() - session.usedMs > SESSION_AGE_MS;
  }

  async #sweep(): Promise<void> {
    this.#sweptMs = this.#store.clock.now();
    const old = [...this.#open.values()].filter((session) => this.#isOld(session));
    await Promise.all(old.map((session) => this.remove(session)));
  }

  #meta(id: string): string {
    return join(this.#store.layout.uploads, `${id}.json`);
  }

  #data(id: string): string {
    return join(this.#store.layout.uploads, `${id}.data`);
  }
}
