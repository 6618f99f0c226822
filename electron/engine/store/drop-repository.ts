import { rm } from 'node:fs/promises';
import { BlobMarks } from './blob-marks.ts';
import { syncFolder } from './durable-file.ts';
import { nameOfEntry } from './layout-index.ts';
import { imageParts } from './list-images.ts';
import type { OciStore } from './oci-store.ts';
import { repositoryFolder } from './store-layout.ts';

/**
 * Takes a repository out of the store: its tags, manifests, uploads, and at once every blob that nothing else of the store
 * names, however young.
 *
 * @throws AppError `store.busy`, `store.damaged`
 */
export async function dropRepository(store: OciStore, repository: string): Promise<void> {
  await store.lock.hold(async () => {
    const held = await blobsOf(store, repository);
    await store.index.change((entries) => {
      const kept = entries.filter((entry) => nameOfEntry(entry)?.repository !== repository);
      return kept.length === entries.length ? entries : kept;
    });
    for (const { digest } of await store.records.manifests(repository)) await store.dropRecord(repository, digest);
    await rm(repositoryFolder(store.layout, repository), { recursive: true, force: true });
    const marks = new BlobMarks(store);
    for (const { digest } of (await store.index.read()).entries) await marks.keep(digest);
    for (const other of await store.records.repositories()) {
      for (const { digest } of await store.records.manifests(other)) await marks.keep(digest);
      for (const { digest } of await store.records.uploads(other)) marks.needed.add(digest);
    }
    for (const digest of held) if (!marks.needed.has(digest)) await store.blobs.remove(digest);
    await syncFolder(store.layout.blobs);
  });
}

/** Digests of everything that a repository was given. */
async function blobsOf(store: OciStore, repository: string): Promise<Set<string>> {
  const named = (await store.index.read()).entries.filter((entry) => nameOfEntry(entry)?.repository === repository);
  const manifests = [...named, ...(await store.records.manifests(repository))].map(({ digest }) => digest);
  const held = new Set((await store.records.uploads(repository)).map(({ digest }) => digest));
  for (const digest of manifests) {
    const parts = await imageParts((wanted) => store.manifests.facts(wanted, null), digest);
    for (const part of [...parts.manifests.keys(), ...parts.blobs.keys(), ...parts.unreadable]) held.add(part);
  }
  return held;
}
