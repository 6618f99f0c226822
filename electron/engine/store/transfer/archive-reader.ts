import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Headers } from 'tar-stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { parseIndex } from '../layout-index.ts';
import { MANIFEST_LIMIT } from '../manifest-facts.ts';
import type { OciStore } from '../oci-store.ts';
import { type DockerArchive, dockerEntries } from './docker-archive.ts';
import type { Brought } from './import-images.ts';

/** JSON files of an archive that are read into memory together. */
const MOST_JSON_BYTES = 32 * 1024 * 1024;
const MOST_FILES = 100_000;
const BLOB = /^(?:\.\/)?blobs\/sha256\/([0-9a-f]{64})$/;

/**
 * Reads a tar archive once, from its first byte to its last, whatever the order of its files: an OCI image layout, or what
 * `docker save` writes. No name within it is used as a path.
 *
 * @param onProgress hears how many bytes of the archive were read
 * @throws AppError `store.archiveInvalid`, `store.full`, `file.unreadable`, `cancelled`
 */
export async function readArchive(
  store: OciStore,
  source: string,
  signal: AbortSignal,
  onProgress: (bytesRead: number) => void,
): Promise<Brought> {
  const files = extract();
  const input = createReadStream(source);
  const reader = new ArchiveReader(store, source, () => onProgress(input.bytesRead));
  const piped = (await isGzip(source))
    ? pipeline(input, createGunzip(), files, { signal })
    : pipeline(input, files, { signal });
  // A broken archive is told by the loop below; without this it would be told twice.
  piped.catch(() => undefined);
  try {
    for await (const file of files) await reader.take(file.header, file);
    await piped;
    return await reader.end();
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('store.archiveInvalid', { path: source, reason: 'tar' }, { cause: thrown });
  } finally {
    files.destroy();
    input.destroy();
    await reader.discard();
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('file.unreadable', { path, reason: 'open' }, { cause });
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

class ArchiveReader {
  readonly #store: OciStore;
  readonly #source: string;
  /** Small JSON files by name. */
  readonly #json = new Map<string, Buffer>();
  /** Files that are no blobs by their name: a layer or config of `docker save`. */
  readonly #staged = new Map<string, { readonly path: string; readonly digest: string; readonly size: number }>();
  readonly #links = new Map<string, string>();
  readonly #copied = { files: 0, bytes: 0 };
  readonly #onProgress: () => void;
  #jsonBytes = 0;
  #files = 0;

  constructor(store: OciStore, source: string, onProgress: () => void) {
    this.#store = store;
    this.#source = source;
    this.#onProgress = onProgress;
  }

  #refuse(reason: string): never {
    throw new AppError('store.archiveInvalid', { path: this.#source, reason });
  }

  async take(header: Headers, body: Readable): Promise<void> {
    this.#files += 1;
    if (this.#files > MOST_FILES) this.#refuse('tooManyFiles');
    const name = posix.normalize(header.name);
    if (header.type === 'symlink' || header.type === 'link') {
      const target = header.linkname ?? '';
      this.#links.set(name, header.type === 'link' ? posix.normalize(target) : posix.join(posix.dirname(name), target));
    }
    if (header.type !== 'file') {
      body.resume();
      return;
    }
    const hex = BLOB.exec(name)?.[1];
    if (hex !== undefined) await this.#takeBlob(`sha256:${hex}`, header.size ?? 0, body);
    else if (name.endsWith('.tar')) this.#staged.set(name, await this.#stage(body, header.size ?? 0));
    else if (name.endsWith('.json') || name === 'oci-layout') await this.#takeJson(name, header.size ?? 0, body);
    else body.resume();
  }

  async #takeBlob(digest: string, size: number, body: Readable): Promise<void> {
    if ((await this.#store.blobs.find(digest))?.size === size) {
      body.resume();
      return;
    }
    const staged = await this.#stage(body, size);
    try {
      if (staged.digest !== digest) throw new AppError('store.incomplete', { name: this.#source, digest });
      await this.#adopt(staged);
    } finally {
      await this.#store.discard(staged.path);
    }
  }

  async #takeJson(name: string, size: number, body: Readable): Promise<void> {
    this.#jsonBytes += size;
    if (size > MANIFEST_LIMIT || this.#jsonBytes > MOST_JSON_BYTES) this.#refuse('tooLarge');
    const parts: Buffer[] = [];
    // A file without an encoding gives buffers.
    for await (const part of body) parts.push(part as Buffer);
    this.#json.set(name, Buffer.concat(parts));
  }

  async #stage(body: Readable, size: number): Promise<{ path: string; digest: string; size: number }> {
    await this.#store.budget.requireRoom(size);
    const path = this.#store.stagingPath();
    const file = this.#store.writers.append(path, 0);
    try {
      // A file without an encoding gives buffers.
      for await (const part of body) {
        await file.push(part as Buffer);
        this.#onProgress();
      }
      return { path, ...(await file.seal()) };
    } catch (thrown) {
      await file.abandon();
      await this.#store.discard(path);
      throw thrown;
    }
  }

  async #adopt(staged: { readonly path: string; readonly digest: string; readonly size: number }): Promise<void> {
    await this.#store.budget.reserve(staged.size);
    await this.#store.adopt(staged.path, staged.digest, null);
    this.#copied.files += 1;
    this.#copied.bytes += staged.size;
  }

  /** What the archive names, its blobs being in the store now. */
  async end(): Promise<Brought> {
    const index = this.#json.get('index.json');
    if (index !== undefined) {
      return { entries: parseIndex(index.toString('utf8'), this.#source).manifests, copied: this.#copied };
    }
    const manifest = this.#json.get('manifest.json');
    if (manifest === undefined) return this.#refuse('noImages');
    const archive: DockerArchive = {
      source: this.#source,
      manifest,
      json: (name) => this.#json.get(posix.normalize(name)) ?? null,
      layer: (name) => this.#file(posix.normalize(name)),
      put: (bytes) => this.#put(bytes),
      keep: async (layer) => {
        if ((await this.#store.blobs.find(layer.digest))?.size !== layer.size) await this.#adopt(layer);
      },
    };
    return { entries: await dockerEntries(archive), copied: this.#copied };
  }

  /** A layer, which may be a link to another one of the archive. */
  #file(name: string): { readonly path: string; readonly digest: string; readonly size: number } | null {
    return this.#staged.get(name) ?? this.#staged.get(this.#links.get(name) ?? '') ?? null;
  }

  async #put(bytes: Buffer): Promise<string> {
    const path = this.#store.stagingPath();
    const file = this.#store.writers.append(path, 0);
    try {
      await file.push(bytes);
      const sealed = await file.seal();
      await this.#adopt({ path, ...sealed });
      return sealed.digest;
    } finally {
      await file.abandon();
      await this.#store.discard(path);
    }
  }

  /** Removes what was read and is not needed. */
  async discard(): Promise<void> {
    await Promise.all([...this.#staged.values()].map(({ path }) => this.#store.discard(path)));
  }
}
