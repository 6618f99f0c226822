import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { tagRecordSchema } from '../../../shared/models/tag-edit.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { writeDurably } from '../store/durable-file.ts';

/** An edit can be undone this long; then its manifests go, too. */
export const KEEP_EDITS_MS = 30 * 24 * 3600 * 1000;

const entrySchema = tagRecordSchema.omit({ undoable: true, state: true }).extend({
  version: z.literal(1),
  /** `open` while it is made: what is found so at another start was interrupted. */
  state: z.enum(['open', 'done', 'partly', 'failed', 'undone']),
  /** Whose work an open one is: the process and the moment of its start. */
  owner: z.string(),
  /** Plain http was asked for. */
  insecure: z.boolean(),
  /** Media types of the manifests that undoing it needs, by digest. */
  manifests: z.record(z.string(), z.string()),
});

/** An edit as the journal keeps it. */
export type TagEntry = z.infer<typeof entrySchema>;

const idSchema = z.uuid();

/**
 * The journal of tag edits, in `tags/` of the state folder: a small file each, and the manifests that undoing needs under
 * their digests. All of it is on disk before the request that needs it is sent. Edits are kept for 30 days.
 */
export class TagJournal {
  readonly #folder: string;
  readonly #nowMs: () => number;
  /** Edits that this engine is making. */
  readonly #making = new Set<string>();

  constructor(stateHome: string, nowMs: () => number) {
    this.#folder = join(stateHome, 'tags');
    this.#nowMs = nowMs;
  }

  #file(id: string): string {
    // An id comes from outside and becomes a name: only what is one of ours does.
    if (!idSchema.safeParse(id).success) throw new AppError('tag.editNotFound', { id });
    return join(this.#folder, `${id}.json`);
  }

  #manifestFile(digest: string): string {
    if (!isDigest(digest)) throw new AppError('manifest.invalid', { reason: 'digest' });
    return join(this.#folder, 'manifests', digest.replace(':', '-'));
  }

  /** Puts a manifest on the disk, before an edit that needs it begins. */
  async keep({ digest, mediaType, bytes }: RemoteManifest): Promise<void> {
    if ((await this.kept(digest, mediaType)) === null) await writeDurably(this.#manifestFile(digest), bytes);
  }

  /** The bytes of a manifest that is kept; null where they are gone or damaged. */
  async kept(digest: string, mediaType: string): Promise<RemoteManifest | null> {
    const bytes = await readFile(this.#manifestFile(digest)).catch(() => null);
    if (bytes === null || `sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest) return null;
    return { digest, mediaType, bytes };
  }

  /** Writes down what is going to be changed, before it is. */
  async begin(
    edit: Pick<TagEntry, 'host' | 'repository' | 'undoes' | 'tags' | 'insecure' | 'manifests'>,
  ): Promise<TagEntry> {
    const entry: TagEntry = {
      ...edit,
      version: 1,
      id: randomUUID(),
      atMs: this.#nowMs(),
      state: 'open',
      owner: String(process.pid),
    };
    this.#making.add(entry.id);
    await this.#write(entry);
    return entry;
  }

  /** Writes how an edit ended. */
  async end(entry: TagEntry): Promise<void> {
    await this.#write(entry);
    this.#making.delete(entry.id);
    await this.#prune();
  }

  async #write(entry: TagEntry): Promise<void> {
    await writeDurably(this.#file(entry.id), JSON.stringify(entry));
  }

  /** An edit was undone by another one. */
  async markUndone(id: string): Promise<void> {
    await this.#write({ ...(await this.find(id)), state: 'undone' });
  }

  /** @throws AppError `tag.editNotFound` */
  async find(id: string): Promise<TagEntry> {
    const file = this.#file(id);
    try {
      return entrySchema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch (cause) {
      throw new AppError('tag.editNotFound', { id }, { cause });
    }
  }

  /** All edits, the newest first. One that cannot be read is passed over. */
  async list(): Promise<TagEntry[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const entries: TagEntry[] = [];
    for (const name of names) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      try {
        entries.push(entrySchema.parse(JSON.parse(await readFile(join(this.#folder, name), 'utf8'))));
      } catch {
        // Another version's, or damaged: nothing that this version could undo.
      }
    }
    return entries.sort((left, right) => right.atMs - left.atMs);
  }

  /** Whether an open edit is being made by a process that is alive. */
  isUnderWay({ id, state, owner }: TagEntry): boolean {
    if (state !== 'open') return false;
    if (owner === String(process.pid)) return this.#making.has(id);
    try {
      process.kill(Number(owner), 0);
      return true;
    } catch (thrown) {
      // There, but another user's.
      return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
    }
  }

  /** A manifest that an edit keeps; null where it keeps none of this digest, or its bytes are gone or damaged. */
  async manifest({ manifests }: TagEntry, digest: string): Promise<RemoteManifest | null> {
    const mediaType = manifests[digest];
    return mediaType === undefined ? null : await this.kept(digest, mediaType);
  }

  /** Drops edits that are older than they are kept, and the manifests that no other one needs. */
  async #prune(): Promise<void> {
    const entries = await this.list();
    const since = this.#nowMs() - KEEP_EDITS_MS;
    const old = entries.filter(({ atMs }) => atMs < since);
    const young = entries.filter(({ atMs }) => atMs >= since);
    const needed = new Set(young.flatMap(({ manifests }) => Object.keys(manifests)));
    for (const { id, manifests } of old) {
      await rm(this.#file(id), { force: true });
      for (const digest of Object.keys(manifests))
        if (!needed.has(digest)) await rm(this.#manifestFile(digest), { force: true });
    }
  }
}
