import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collection } from '../../../shared/models/store.ts';
import { tartImageOf } from '../oci/parse-manifest.ts';
import type { BlobFile } from './blob-folder.ts';
import { BlobMarks } from './blob-marks.ts';
import { syncFolder } from './durable-file.ts';
import type { OciStore } from './oci-store.ts';

/** What is younger may be part of an image whose name is still to come: skopeo writes index.json last and takes no lock. */
const YOUNG_MS = 24 * 60 * 60_000;

/** A manifest of a repository that nothing keeps. */
interface Dropped {
  readonly repository: string;
  readonly digest: string;
}

/**
 * Finds, and unless it is a preview removes, what no image needs: blobs that nothing names, manifests without a tag, and
 * what crashes left. Nothing that is younger than a day goes.
 *
 * @throws AppError `store.busy`, `store.damaged`, `file.unreadable`
 */
export async function collectGarbage(store: OciStore, preview: boolean): Promise<Collection> {
  return await store.lock.hold(async () => {
    const now = store.clock.now();
    const marks = new BlobMarks(store);
    for (const { digest } of (await store.index.read()).entries) await marks.keep(digest);
    const repositories = await store.records.repositories();
    const staleUploads = await markUploads(store, repositories, marks, now);
    const dropped = await markRecords(store, repositories, marks, now);
    const files = await store.blobs.list();
    const unneeded = files.filter(({ digest }) => !marks.needed.has(digest));
    const garbage = unneeded.filter(({ changedMs }) => now - changedMs >= YOUNG_MS);
    const spared = unneeded.filter(({ changedMs }) => now - changedMs < YOUNG_MS);
    const leftovers = await leftoverFiles(store, now);
    const images = await Promise.all(
      dropped.map(async ({ repository, digest }) => ({
        repository,
        digest,
        diskSize: await diskSizeOf(store, digest),
      })),
    );
    if (!preview) {
      for (const { repository, digest } of dropped) await store.dropRecord(repository, digest);
      for (const { repository, digest } of staleUploads) await store.records.removeUpload(repository, digest);
      await store.dropBlobs(garbage.map(({ digest }) => digest));
      for (const { path } of leftovers) await rm(path, { force: true });
      await syncFolder(store.layout.blobs);
    }
    return {
      preview,
      images,
      blobs: count(garbage),
      leftovers: count(leftovers),
      spared: count(spared),
    };
  });
}

function count(files: readonly Pick<BlobFile, 'size'>[]): { files: number; bytes: number } {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** Blobs that were uploaded within the last day are needed; older notes go. */
async function markUploads(
  store: OciStore,
  repositories: readonly string[],
  marks: BlobMarks,
  now: number,
): Promise<Dropped[]> {
  const stale: Dropped[] = [];
  for (const repository of repositories) {
    for (const { digest, changedMs } of await store.records.uploads(repository)) {
      if (now - changedMs < YOUNG_MS) marks.needed.add(digest);
      else stale.push({ repository, digest });
    }
  }
  return stale;
}

/** Manifests of repositories without a tag: needed while young, or while what they belong to is. */
async function markRecords(
  store: OciStore,
  repositories: readonly string[],
  marks: BlobMarks,
  now: number,
): Promise<Dropped[]> {
  let open: (Dropped & { readonly subject: string | null })[] = [];
  for (const repository of repositories) {
    for (const { digest, changedMs } of await store.records.manifests(repository)) {
      if (now - changedMs < YOUNG_MS) await marks.keep(digest);
      const subject = (await store.manifests.facts(digest, null))?.subject ?? null;
      open.push({ repository, digest, subject });
    }
  }
  for (;;) {
    open = open.filter(({ digest }) => !marks.needed.has(digest));
    const referrers = open.filter(({ subject }) => subject !== null && marks.needed.has(subject));
    if (referrers.length === 0) return open;
    for (const { digest } of referrers) await marks.keep(digest);
  }
}

/** Upload sessions and half-made files that nobody has touched for a day. */
async function leftoverFiles(store: OciStore, now: number): Promise<{ path: string; size: number }[]> {
  const found: { path: string; size: number }[] = [];
  for (const folder of [store.layout.uploads, store.layout.staging]) {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => null);
      if (stats !== null && now - stats.mtimeMs >= YOUNG_MS) found.push({ path, size: stats.size });
    }
  }
  return found;
}

async function diskSizeOf(store: OciStore, digest: string): Promise<number | null> {
  const parsed = (await store.manifests.facts(digest, null))?.parsed;
  return parsed?.kind === 'image' ? (tartImageOf(parsed)?.diskSize ?? null) : null;
}
