import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isDigest, isRepositoryName } from '../../../shared/models/reference.ts';
import { makeFolder } from '../make-folder.ts';
import { writeDurably } from './durable-file.ts';
import { hexOf, repositoryFolder, repositoryOfFolder, type StoreLayout } from './store-layout.ts';

/** For how long an uploaded or mounted blob counts for its repository without a manifest that names it. */
export const UPLOAD_COUNTS_MS = 24 * 60 * 60_000;
/** Stamps of a folder that changed within this time of being looked at prove nothing. */
const CLOCK_GRAIN_MS = 20;

const recordSchema = z.object({ mediaType: z.string() });

/** A manifest that was pushed into a repository. */
export interface ManifestRecord {
  readonly digest: string;
  readonly mediaType: string;
  /** ms since the epoch of the last time that it was pushed or lost a tag. */
  readonly changedMs: number;
}

/**
 * What belongs to which repository, beside the tags of index.json: manifests that were pushed, and blobs that were uploaded
 * or mounted and wait for a manifest. One small file each, so that several processes need no lock for them.
 */
export class RepositoryRecords {
  readonly #layout: StoreLayout;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /** Changes whenever a manifest joins or leaves the repository; null = it changed so recently that this proves nothing. */
  async stamp(repository: string): Promise<string | null> {
    const found = await stat(this.#manifests(repository), { bigint: true }).catch(() => null);
    if (found === null) return '';
    // The system's time, as the stamp is: not the port's, which tests move.
    return Date.now() - Number(found.mtimeMs) > CLOCK_GRAIN_MS ? `${found.ino} ${found.mtimeNs}` : null;
  }

  async addManifest(repository: string, digest: string, mediaType: string): Promise<void> {
    await writeDurably(join(this.#manifests(repository), hexOf(digest)), JSON.stringify({ mediaType }));
  }

  async removeManifest(repository: string, digest: string): Promise<void> {
    await rm(join(this.#manifests(repository), hexOf(digest)), { force: true });
  }

  /** Manifests of a repository; what is no record is passed over. */
  async manifests(repository: string): Promise<ManifestRecord[]> {
    const folder = this.#manifests(repository);
    const names = await readdir(folder).catch(() => []);
    const records = await Promise.all(
      names.map(async (name) => {
        const digest = `sha256:${name}`;
        if (!isDigest(digest)) return null;
        try {
          const path = join(folder, name);
          const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
          return { digest, mediaType: recordSchema.parse(JSON.parse(text)).mediaType, changedMs: stats.mtimeMs };
        } catch {
          // Removed meanwhile, or cut by a crash.
          return null;
        }
      }),
    );
    return records.filter((record) => record !== null);
  }

  /** Notes that a blob was uploaded to or mounted into a repository now. */
  async addUpload(repository: string, digest: string): Promise<void> {
    const folder = this.#uploads(repository);
    const path = join(folder, hexOf(digest));
    try {
      await writeFile(path, '');
    } catch {
      await makeFolder(folder);
      await writeFile(path, '');
    }
  }

  /** Whether a blob was uploaded to a repository within the last day. */
  async hasUpload(repository: string, digest: string, nowMs: number): Promise<boolean> {
    const found = await stat(join(this.#uploads(repository), hexOf(digest))).catch(() => null);
    return found !== null && nowMs - found.mtimeMs < UPLOAD_COUNTS_MS;
  }

  async removeUpload(repository: string, digest: string): Promise<void> {
    await rm(join(this.#uploads(repository), hexOf(digest)), { force: true });
  }

  /** Uploads of a repository with their time. */
  async uploads(repository: string): Promise<{ readonly digest: string; readonly changedMs: number }[]> {
    const folder = this.#uploads(repository);
    const names = await readdir(folder).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const stats = await stat(join(folder, name)).catch(() => null);
        return stats === null ? null : { digest: `sha256:${name}`, changedMs: stats.mtimeMs };
      }),
    );
    return found.filter((upload) => upload !== null).filter(({ digest }) => isDigest(digest));
  }

  /** Repositories that have records. */
  async repositories(): Promise<string[]> {
    const names = await readdir(this.#layout.repositories).catch(() => []);
    return names.map(repositoryOfFolder).filter(isRepositoryName);
  }

  #manifests(repository: string): string {
    return join(repositoryFolder(this.#layout, repository), 'manifests');
  }

  #uploads(repository: string): string {
    return join(repositoryFolder(this.#layout, repository), 'uploads');
  }
}
