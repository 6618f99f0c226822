import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { StoreTransfer } from '../../../../shared/models/store.ts';
import { makeFolder } from '../../make-folder.ts';
import { moveDurably, writeDurably } from '../durable-file.ts';
import { EMPTY_INDEX, type LayoutEntry, nameOfEntry, parseIndex, refNameOf } from '../layout-index.ts';
import { layoutVersion } from '../layout-marker.ts';
import { imageParts } from '../list-images.ts';
import type { OciStore } from '../oci-store.ts';
import { hexOf } from '../store-layout.ts';
import type { OnProgress } from '../task-progress.ts';

const LAYOUT = JSON.stringify({ imageLayoutVersion: '1.0.0' });

/** What leaves a store. */
export interface ExportRequest {
  /** Names as the list shows them; none = all images. */
  readonly images: readonly string[];
  /** A folder (made, or added to where it is an OCI image layout already), or a new tar archive. */
  readonly target: string;
  readonly form: 'folder' | 'archive';
}

interface Leaving {
  readonly entries: readonly LayoutEntry[];
  /** Bytes by digest: blobs, then manifests. */
  readonly blobs: ReadonlyMap<string, number>;
}

/**
 * Copies images into an OCI image layout of their own. Every blob is hashed on its way.
 *
 * @throws AppError `store.imageNotFound`, `store.incomplete`, `store.archiveInvalid` (the target is something else),
 *   `store.full`, `file.unwritable`, `cancelled`
 */
export async function exportImages(
  store: OciStore,
  request: ExportRequest,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<StoreTransfer> {
  const leaving = await leavingImages(store, request.images);
  const total = [...leaving.blobs.values()].reduce((sum, size) => sum + size, 0);
  let done = 0;
  const advance = (bytes: number): void => {
    done += bytes;
    onProgress(done, total);
  };
  const copied =
    request.form === 'folder'
      ? await exportFolder(store, leaving, request.target, signal, advance)
      : await exportArchive(store, leaving, request.target, signal, advance);
  return {
    images: leaving.entries.map((entry) => ({ name: refNameOf(entry), digest: entry.digest, replaced: null })),
    copied,
  };
}

function isCalled(entry: LayoutEntry, image: string): boolean {
  const name = nameOfEntry(entry);
  return (
    refNameOf(entry) === image ||
    entry.digest === image ||
    (name !== null && `${name.repository}:${name.tag}` === image)
  );
}

async function leavingImages(store: OciStore, images: readonly string[]): Promise<Leaving> {
  const { entries: all } = await store.index.read();
  for (const image of images) {
    if (!all.some((entry) => isCalled(entry, image))) throw new AppError('store.imageNotFound', { name: image });
  }
  const entries = images.length === 0 ? all : all.filter((entry) => images.some((image) => isCalled(entry, image)));
  const needed = new Map<string, number>();
  const manifestSizes = new Map<string, number>();
  for (const entry of entries) {
    const name = refNameOf(entry) ?? entry.digest;
    const parts = await imageParts((digest) => store.manifests.facts(digest, null), entry.digest);
    for (const digest of parts.unreadable) throw new AppError('store.incomplete', { name, digest });
    for (const [digest, size] of parts.blobs) {
      if ((await store.blobs.find(digest))?.size !== size) throw new AppError('store.incomplete', { name, digest });
      needed.set(digest, size);
    }
    for (const [digest, size] of parts.manifests) manifestSizes.set(digest, size);
  }
  return { entries, blobs: new Map([...needed, ...manifestSizes]) };
}

async function exportFolder(
  store: OciStore,
  { entries, blobs }: Leaving,
  target: string,
  signal: AbortSignal,
  advance: (bytes: number) => void,
): Promise<StoreTransfer['copied']> {
  const copied = { files: 0, bytes: 0 };
  const folder = join(target, 'blobs', 'sha256');
  const marker = join(target, 'oci-layout');
  await makeFolder(target).catch(unwritable(target));
  if ((await layoutVersion(marker)) === null && (await readdir(target)).length > 0)
    throw new AppError('store.archiveInvalid', { path: target, reason: 'notLayout' });
  await makeFolder(folder).catch(unwritable(target));
  for (const [digest, size] of blobs) {
    const path = join(folder, hexOf(digest));
    if ((await stat(path).catch(() => null))?.size === size) {
      advance(size);
      continue;
    }
    const temporary = join(folder, `.${randomUUID()}.new`);
    try {
      const copy = await store.writers.copy(store.pathOf(digest), temporary, { signal, onProgress: advance });
      if (copy.digest !== digest) throw new AppError('store.incomplete', { name: digest, digest });
      await moveDurably(temporary, path);
      copied.files += 1;
      copied.bytes += copy.size;
    } finally {
      await rm(temporary, { force: true });
    }
  }
  const indexPath = join(target, 'index.json');
  const before = await readFile(indexPath, 'utf8').then(
    (text) => parseIndex(text, indexPath),
    () => EMPTY_INDEX,
  );
  const kept = before.manifests.filter(
    (entry) =>
      !entries.some(
        (added) =>
          refNameOf(added) === refNameOf(entry) && (refNameOf(added) !== null || added.digest === entry.digest),
      ),
  );
  await writeDurably(indexPath, JSON.stringify({ ...before, manifests: [...kept, ...entries] }));
  await writeDurably(marker, LAYOUT);
  return copied;
}

async function exportArchive(
  store: OciStore,
  { entries, blobs }: Leaving,
  target: string,
  signal: AbortSignal,
  advance: (bytes: number) => void,
): Promise<StoreTransfer['copied']> {
  // A blob is read twice, to be hashed and to be written: each time is one half of it.
  const half = (read: number): void => advance(read / 2);
  const temporary = join(dirname(target), `.${randomUUID()}.new`);
  const file = await open(temporary, 'wx', 0o644).catch(unwritable(target));
  try {
    const archive = pack();
    const written = writeAll(archive, file);
    // Told by the await below.
    written.catch(() => undefined);
    let bytes = 0;
    await addBytes(archive, 'oci-layout', LAYOUT);
    for (const [digest, size] of blobs) {
      const found = await store.writers.hash(store.pathOf(digest), { signal, onProgress: half });
      if (found.digest !== digest || found.size !== size)
        throw new AppError('store.incomplete', { name: digest, digest });
      await addBlob(archive, { name: `blobs/sha256/${hexOf(digest)}`, path: store.pathOf(digest), size }, signal, half);
      bytes += size;
    }
    await addBytes(archive, 'index.json', JSON.stringify({ ...EMPTY_INDEX, manifests: entries }));
    archive.finalize();
    await written;
    await file.sync();
    await file.close();
    await moveDurably(temporary, target);
    return { files: blobs.size, bytes };
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    if (thrown instanceof AppError) throw thrown;
    return unwritable(target)(thrown);
  }
}

async function writeAll(archive: Readable, file: FileHandle): Promise<void> {
  // A stream without an encoding gives buffers.
  for await (const part of archive) await file.writeFile(part as Buffer);
}

async function addBytes(archive: Pack, name: string, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    archive.entry({ name, mode: 0o644 }, text, (error) => (error == null ? resolve() : reject(error)));
  });
}

async function addBlob(
  archive: Pack,
  { name, path, size }: { readonly name: string; readonly path: string; readonly size: number },
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const entry = archive.entry({ name, size, mode: 0o644 }, (error) => (error == null ? resolve() : reject(error)));
    const source = createReadStream(path, { highWaterMark: 1024 * 1024, signal });
    source.on('error', reject);
    source.on('data', (part) => onRead(part.length));
    source.pipe(entry);
  });
}

function unwritable(path: string): (cause: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (reason === 'ENOSPC') throw new AppError('store.full', { path, budget: null }, { cause });
    throw new AppError('file.unwritable', { path, reason }, { cause });
  };
}
