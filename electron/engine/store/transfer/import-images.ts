import { stat } from 'node:fs/promises';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { isDigest } from '../../../../shared/models/reference.ts';
import type { StoreTransfer } from '../../../../shared/models/store.ts';
import { limited } from '../../plan/limited.ts';
import { type ImageName, nameOfReference } from '../image-name.ts';
import { type LayoutEntry, namedEntry, nameOfEntry, refNameOf } from '../layout-index.ts';
import { imageParts } from '../list-images.ts';
import type { OciStore } from '../oci-store.ts';
import type { OnProgress } from '../task-progress.ts';
import { readArchive } from './archive-reader.ts';
import { openLayoutFolder } from './layout-folder.ts';

/** Blobs that are copied at once. */
const AT_ONCE = 2;
/** What containerd and newer versions of docker write beside `ref.name`. */
const IMAGE_NAME = 'io.containerd.image.name';

/** What is brought into a store. */
export interface ImportRequest {
  /** An OCI image layout (folder), or a tar archive of one or of `docker save`, gzipped or not. */
  readonly source: string;
  /** Names within the source; none = all of its images. */
  readonly images: readonly string[];
  /** What the one image that comes is called; null = as the source calls it. */
  readonly name: ImageName | null;
}

/** What lies in the store now and waits for its names. */
export interface Brought {
  readonly entries: readonly LayoutEntry[];
  readonly copied: { files: number; bytes: number };
}

/**
 * Brings images from a folder or an archive into the store. Every blob is hashed on its way; an image gets its name only
 * when all of it is there.
 *
 * @throws AppError `store.archiveInvalid`, `store.incomplete`, `store.imageNotFound`, `store.full`, `file.unreadable`, `cancelled`
 */
export async function importImages(
  store: OciStore,
  request: ImportRequest,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<StoreTransfer> {
  const { source } = request;
  const found = await stat(source).catch((cause: unknown) => {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('file.unreadable', { path: source, reason }, { cause });
  });
  const brought = found.isDirectory()
    ? await bringFolder(store, request, signal, onProgress)
    : await readArchive(store, source, signal, (done) => onProgress(done, found.size));
  const chosen = chosenEntries(brought.entries, request);
  for (const entry of chosen) await requireWhole(store, entry);
  const before = await store.addEntries(chosen);
  return {
    images: chosen.map((entry, at) => ({ name: refNameOf(entry), digest: entry.digest, replaced: before[at] ?? null })),
    copied: brought.copied,
  };
}

function chosenEntries(entries: readonly LayoutEntry[], { source, images, name }: ImportRequest): LayoutEntry[] {
  const called = (entry: LayoutEntry): string => refNameOf(entry) ?? entry.annotations?.[IMAGE_NAME] ?? entry.digest;
  for (const image of images) {
    if (!entries.some((entry) => called(entry) === image || entry.digest === image))
      throw new AppError('store.imageNotFound', { name: image });
  }
  const chosen = entries.filter(
    (entry) =>
      isDigest(entry.digest) &&
      (images.length === 0 || images.includes(called(entry)) || images.includes(entry.digest)),
  );
  if (chosen.length === 0) throw new AppError('store.archiveInvalid', { path: source, reason: 'noImages' });
  if (name === null) return chosen.map(withStoreName);
  const [only, ...others] = chosen;
  if (only === undefined || others.length > 0)
    throw new AppError('store.archiveInvalid', { path: source, reason: 'severalImages' });
  return [namedEntry(only, name)];
}

/** The name that containerd and docker wrote says the repository too: it wins over a bare tag. */
function withStoreName(entry: LayoutEntry): LayoutEntry {
  const full = entry.annotations?.[IMAGE_NAME];
  const name = full === undefined ? null : nameOfReference(full);
  return name === null || nameOfEntry(entry)?.repository.includes('/') === true ? entry : namedEntry(entry, name);
}

async function bringFolder(
  store: OciStore,
  request: ImportRequest,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Brought> {
  const folder = await openLayoutFolder(request.source);
  const copied = { files: 0, bytes: 0 };
  const wanted = new Map<string, number>();
  for (const entry of chosenEntries(folder.entries, { ...request, name: null })) {
    const { manifests, blobs, unreadable } = await imageParts((digest) => folder.facts(digest), entry.digest);
    for (const digest of unreadable)
      throw new AppError('store.incomplete', { name: refNameOf(entry) ?? entry.digest, digest });
    // Blobs first: a manifest that lies in the store has all that it names.
    for (const [digest, size] of [...blobs, ...manifests]) wanted.set(digest, size);
  }
  const total = [...wanted.values()].reduce((sum, size) => sum + size, 0);
  let done = 0;
  const advance = (bytes: number): void => {
    done += bytes;
    onProgress(done, total);
  };
  await limited(
    wanted,
    () => AT_ONCE,
    signal,
    async ([digest, size], stopped) => {
      if ((await store.blobs.find(digest))?.size === size) {
        advance(size);
        return;
      }
      await store.budget.reserve(size);
      const staged = store.stagingPath();
      try {
        const copy = await store.writers.copy(folder.pathOf(digest), staged, { signal: stopped, onProgress: advance });
        if (copy.digest !== digest) throw new AppError('store.incomplete', { name: request.source, digest });
        await store.adopt(staged, digest, null);
        copied.files += 1;
        copied.bytes += copy.size;
      } finally {
        await store.discard(staged);
      }
    },
  );
  return { entries: folder.entries, copied };
}

/** Refuses an image of which something is not there, and makes what is there young. @throws AppError `store.incomplete` */
async function requireWhole(store: OciStore, entry: LayoutEntry): Promise<void> {
  const name = refNameOf(entry) ?? entry.digest;
  const { manifests, blobs, unreadable } = await imageParts(
    (digest) => store.manifests.facts(digest, digest === entry.digest ? entry.mediaType : null),
    entry.digest,
  );
  for (const digest of unreadable) throw new AppError('store.incomplete', { name, digest });
  for (const [digest, size] of [...manifests, ...blobs]) {
    if ((await store.blobs.find(digest))?.size !== size) throw new AppError('store.incomplete', { name, digest });
    await store.blobs.touch(digest);
  }
}
