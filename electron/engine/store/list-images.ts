import type { StoreImage } from '../../../shared/models/store.ts';
import { tartImageOf } from '../oci/parse-manifest.ts';
import { nameOfEntry, refNameOf } from './layout-index.ts';
import type { ManifestFacts } from './manifest-facts.ts';
import type { OciStore } from './oci-store.ts';

/** Indexes within indexes deeper than this are not followed. */
const DEEPEST = 8;

/** Everything that an image is made of: its manifests (of an index with their children) and their blobs. Sizes in bytes. */
export interface ImageParts {
  readonly manifests: ReadonlyMap<string, number>;
  readonly blobs: ReadonlyMap<string, number>;
  /** Manifests that cannot be read. */
  readonly unreadable: readonly string[];
}

/** Follows an image down to its blobs. */
export async function imageParts(
  facts: (digest: string) => Promise<ManifestFacts | null>,
  digest: string,
): Promise<ImageParts> {
  const manifests = new Map<string, number>();
  const blobs = new Map<string, number>();
  const unreadable: string[] = [];
  const visit = async (current: string, depth: number): Promise<void> => {
    if (manifests.has(current) || unreadable.includes(current)) return;
    const found = await facts(current);
    if (found === null || depth > DEEPEST) {
      unreadable.push(current);
      return;
    }
    manifests.set(current, found.size);
    for (const blob of found.blobs) blobs.set(blob.digest, blob.size);
    for (const child of found.children) await visit(child.digest, depth + 1);
  };
  await visit(digest, 0);
  return { manifests, blobs, unreadable };
}

function total(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Every image that index.json names, in its order, with what is known without reading a blob, and the bytes of all blobs. */
export async function listImages(store: OciStore): Promise<{ images: StoreImage[]; usedBytes: number }> {
  const [{ entries }, files] = await Promise.all([store.index.read(), store.blobs.list()]);
  const sizes = new Map(files.map(({ digest, size }) => [digest, size]));
  const images: StoreImage[] = [];
  for (const entry of entries) {
    const { manifests, blobs, unreadable } = await imageParts(
      (digest) => store.manifests.facts(digest, digest === entry.digest ? entry.mediaType : null),
      entry.digest,
    );
    const facts = await store.manifests.facts(entry.digest, entry.mediaType);
    const name = nameOfEntry(entry);
    images.push({
      name: refNameOf(entry),
      repository: name?.repository ?? null,
      tag: name?.tag ?? null,
      digest: entry.digest,
      mediaType: entry.mediaType,
      size: total(manifests) + total(blobs),
      diskSize: facts?.parsed.kind === 'image' ? (tartImageOf(facts.parsed)?.diskSize ?? null) : null,
      complete: unreadable.length === 0 && [...blobs].every(([digest, size]) => sizes.get(digest) === size),
    });
  }
  return { images, usedBytes: files.reduce((sum, { size }) => sum + size, 0) };
}
