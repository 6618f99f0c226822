import { createReadStream, type ReadStream } from 'node:fs';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { moveDurably } from './durable-file.ts';
import { blobPath, type StoreLayout } from './store-layout.ts';

/**
 * How the store holds the bytes of a blob. *Stored*: a file of exactly these bytes, which every tool reads. (The other
 * form of the product's design, made from a disk when somebody asks, joins this union when it is there.)
 */
export interface StoredBlob {
  readonly kind: 'stored';
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** A blob file as the folder has it. */
export interface BlobFile {
  readonly digest: string;
  readonly size: number;
  /** ms since the epoch of the last change of content, name or times: what `cp -p` cannot set back. */
  readonly changedMs: number;
}

const HEX = /^[0-9a-f]{64}$/;
/** Stats at once when the whole folder is looked at. */
const AT_ONCE = 64;

/** `blobs/sha256/` of a store. A file there is whole and has the digest that it is named after. */
export class BlobFolder {
  readonly #layout: StoreLayout;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /** The blob, or null where the store does not have it. */
  async find(digest: string): Promise<StoredBlob | null> {
    const path = blobPath(this.#layout, digest);
    try {
      const found = await stat(path);
      return found.isFile() ? { kind: 'stored', path, size: found.size } : null;
    } catch {
      return null;
    }
  }

  /** Reads a small blob whole; null where it is missing or larger than `limit` bytes. */
  async read(digest: string, limit: number): Promise<Buffer | null> {
    const blob = await this.find(digest);
    return blob === null || blob.size > limit ? null : await readFile(blob.path);
  }

  /** Reads `start` to `end` (inclusive) of a blob. The caller reads it to its end or destroys it. */
  stream(blob: StoredBlob, start: number, end: number): ReadStream {
    return createReadStream(blob.path, { start, end, highWaterMark: 256 * 1024 });
  }

  /** Makes a sealed file of this digest the blob. One that is there is replaced: it may be damaged, the new one is not. */
  async adopt(staged: string, digest: string): Promise<void> {
    await moveDurably(staged, blobPath(this.#layout, digest));
  }

  /** Makes a blob young again, because somebody was just told that it is there. */
  async touch(digest: string): Promise<void> {
    const now = new Date();
    await utimes(blobPath(this.#layout, digest), now, now).catch(() => undefined);
  }

  async remove(digest: string): Promise<void> {
    await rm(blobPath(this.#layout, digest), { force: true });
  }

  /** Every blob file. What has another name is none. @throws AppError `file.unreadable` */
  async list(): Promise<BlobFile[]> {
    const names = (await readdir(this.#layout.blobs).catch(unreadable(this.#layout.blobs))).filter((name) =>
      HEX.test(name),
    );
    const files: BlobFile[] = [];
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const found = await Promise.all(
        names.slice(at, at + AT_ONCE).map(async (name) => {
          const stats = await stat(join(this.#layout.blobs, name)).catch(() => null);
          if (stats === null || !stats.isFile()) return null;
          const changedMs = Math.max(stats.mtimeMs, stats.ctimeMs);
          return { digest: `sha256:${name}`, size: stats.size, changedMs };
        }),
      );
      for (const file of found) if (file !== null) files.push(file);
    }
    return files;
  }
}

function unreadable(path: string): (cause: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('file.unreadable', { path, reason }, { cause });
  };
}
