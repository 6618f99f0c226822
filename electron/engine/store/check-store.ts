import { type AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { StoreCheck, StoreProblem } from '../../../shared/models/store.ts';
import { limited } from '../plan/limited.ts';
import { imageParts } from './list-images.ts';
import type { OciStore } from './oci-store.ts';
import type { OnProgress } from './task-progress.ts';

/** Blobs that are hashed at once: one a worker keeps a disk busy. */
const AT_ONCE = 2;

/** Where the bytes of a blob are to be had; the iterable ends only after size and digest were found right. */
export type BlobSupplier = (digest: string, size: number, signal: AbortSignal) => AsyncIterable<Buffer>;

/** How a check runs. */
export interface CheckOptions {
  readonly signal: AbortSignal;
  /** null = only look. */
  readonly supplier: BlobSupplier | null;
  /** Bytes that were hashed and fetched, of all that are to be. */
  readonly onProgress?: OnProgress;
}

interface Expected {
  /** Bytes by the manifests that name it. */
  readonly size: number;
  readonly images: string[];
}

/** What the images of index.json and of the repositories need, by digest. */
async function expectedBlobs(store: OciStore): Promise<Map<string, Expected>> {
  const expected = new Map<string, Expected>();
  const expect = async (digest: string, size: number, image: string): Promise<void> => {
    const parts = await imageParts((current) => store.manifests.facts(current, null), digest);
    const all = [...parts.manifests, ...parts.blobs];
    if (!parts.manifests.has(digest)) all.push([digest, size]);
    for (const [part, bytes] of all) {
      const known = expected.get(part);
      if (known === undefined) expected.set(part, { size: bytes, images: [image] });
      else if (!known.images.includes(image)) known.images.push(image);
    }
  };
  for (const { digest, size, name } of await store.namedImages()) await expect(digest, size, name ?? digest);
  for (const repository of await store.repositories()) {
    const view = await store.repository(repository);
    for (const { digest, size } of view?.manifests.values() ?? []) {
      if (!expected.has(digest)) await expect(digest, size, `${repository}@${digest}`);
    }
  }
  return expected;
}

/**
 * Reads every blob and compares it with its digest, and every image with what is there. With a supplier, what an image
 * needs is fetched anew, and damaged files that no image needs are removed.
 *
 * @throws AppError `store.damaged`, `file.unreadable`, `cancelled`
 */
export async function checkStore(store: OciStore, options: CheckOptions): Promise<StoreCheck> {
  const { signal, supplier, onProgress } = options;
  const expected = await expectedBlobs(store);
  const files = await store.blobs.list();
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const problems: StoreProblem[] = [];
  const note = (digest: string, problem: StoreProblem['problem']): void => {
    problems.push({ digest, problem, images: expected.get(digest)?.images ?? [], repaired: false, reason: null });
  };
  await limited(
    files,
    () => AT_ONCE,
    signal,
    async ({ digest, size }, stopped) => {
      const found = await store.writers.hash(store.pathOf(digest), {
        signal: stopped,
        onProgress: (bytes) => {
          done += bytes;
          onProgress?.(done, total);
        },
      });
      if (found.digest !== digest) note(digest, 'damaged');
      else if ((expected.get(digest)?.size ?? size) !== size) note(digest, 'wrongSize');
    },
  );
  const there = new Set(files.map(({ digest }) => digest));
  for (const digest of expected.keys()) if (!there.has(digest)) note(digest, 'missing');
  problems.sort((left, right) => (left.digest < right.digest ? -1 : 1));
  if (supplier !== null) {
    const sizeOf = ({ digest }: StoreProblem): number | null => expected.get(digest)?.size ?? null;
    const all = total + problems.reduce((sum, problem) => sum + (sizeOf(problem) ?? 0), 0);
    const fetching: BlobSupplier = async function* (digest, size, stopped) {
      for await (const bytes of supplier(digest, size, stopped)) {
        done += bytes.length;
        onProgress?.(done, all);
        yield bytes;
      }
    };
    for (const [at, problem] of problems.entries()) {
      problems[at] = await repair(store, problem, sizeOf(problem), fetching, signal);
    }
  }
  return { ok: problems.every(({ repaired }) => repaired), blobs: files.length, bytes: total, problems };
}

async function repair(
  store: OciStore,
  problem: StoreProblem,
  size: number | null,
  supplier: BlobSupplier,
  signal: AbortSignal,
): Promise<StoreProblem> {
  const { digest } = problem;
  // A manifest that names a wrong size cannot be mended by other bytes.
  if (problem.problem === 'wrongSize') return problem;
  if (size === null) {
    await store.dropBlobs([digest]);
    return { ...problem, repaired: true };
  }
  const staged = store.stagingPath();
  const file = store.writers.append(staged, 0);
  try {
    for await (const bytes of supplier(digest, size, signal)) await file.push(bytes);
    const sealed = await file.seal();
    if (sealed.digest !== digest) return problem;
    await store.adopt(staged, digest, null);
    return { ...problem, repaired: true };
  } catch (thrown) {
    signal.throwIfAborted();
    const error: AppError = toAppError(thrown);
    return { ...problem, reason: error.code };
  } finally {
    await file.abandon();
    await store.discard(staged);
  }
}
