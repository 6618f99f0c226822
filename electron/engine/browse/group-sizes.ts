import type { TagGroup } from '../../../shared/models/registry.ts';
import { BlobShares } from './blob-shares.ts';
import { eachManifest, type ManifestSource } from './known-manifests.ts';
import { manifestSummary } from './manifest-summary.ts';

/** Indexes within indexes are followed so deep. */
const DEEPEST = 8;

/** What manifests tell of a tagged digest. */
export type GroupFacts = Pick<TagGroup, 'kind' | 'mediaType' | 'uploadTime' | 'size' | 'onlyHere' | 'thread'>;

/** What manifests tell of a repository. */
export interface RepositoryFacts {
  readonly groups: ReadonlyMap<string, GroupFacts>;
  /** Packed bytes of all distinct blobs; null while a manifest is not known. */
  readonly storedSize: number | null;
}

/** What is put together while manifests come in. */
interface Gathered {
  readonly facts: Map<string, GroupFacts>;
  readonly shares: BlobShares;
  /** Blobs of what indexes name, by the tagged index. */
  readonly ofIndexes: Map<string, Map<string, number>>;
  /** Tagged digests of which a manifest is not known. */
  readonly incomplete: Set<string>;
}

/** Manifests that indexes name, with the tagged indexes that need them. */
type Children = Map<string, Set<string>>;

function sumOf(blobs: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const size of blobs.values()) sum += size;
  return sum;
}

function addChildren(next: Children, children: readonly { readonly digest: string }[], roots: Iterable<string>): void {
  for (const { digest } of children) {
    const needing = next.get(digest) ?? new Set<string>();
    for (const root of roots) needing.add(root);
    next.set(digest, needing);
  }
}

/** Reads one level of what indexes name; answers the next one. */
async function readChildren(
  source: ManifestSource,
  level: Children,
  gathered: Gathered,
  signal: AbortSignal,
): Promise<Children> {
  const next: Children = new Map();
  const unread = await eachManifest(source, [...level.keys()], signal, (found) => {
    const roots = level.get(found.digest) ?? new Set<string>();
    const { blobs, children } = manifestSummary(found);
    for (const root of roots) {
      gathered.shares.add(root, blobs);
      const all = gathered.ofIndexes.get(root) ?? new Map<string, number>();
      for (const [blob, size] of blobs) all.set(blob, size);
      gathered.ofIndexes.set(root, all);
    }
    addChildren(next, children, roots);
  });
  for (const digest of unread) for (const root of level.get(digest) ?? []) gathered.incomplete.add(root);
  return next;
}

/**
 * Kind, size and age of tagged digests, and which bytes only one of them needs in the repository: known only when all
 * manifests are. Manifests that are not known are read, in the order of `digests`, as far as the source's budget goes.
 */
export async function groupSizes(
  source: ManifestSource,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<RepositoryFacts> {
  const gathered: Gathered = {
    facts: new Map(),
    shares: new BlobShares(),
    ofIndexes: new Map(),
    incomplete: new Set(),
  };
  const { facts, shares, ofIndexes, incomplete } = gathered;
  let level: Children = new Map();
  const unread = await eachManifest(source, digests, signal, (found) => {
    const { blobs, chunks, children, ...said } = manifestSummary(found);
    facts.set(found.digest, { ...said, size: sumOf(blobs), onlyHere: null, thread: null });
    shares.add(found.digest, blobs);
    shares.addChunks(found.digest, chunks);
    addChildren(level, children, [found.digest]);
  });
  for (let depth = 0; depth < DEEPEST && level.size > 0; depth += 1) {
    level = await readChildren(source, level, gathered, signal);
  }
  const allKnown = unread.length + incomplete.size === 0;
  const onlyHere = allKnown ? shares.onlyHere() : null;
  const complete = new Map<string, GroupFacts>();
  for (const [digest, said] of facts) {
    const inIndex = ofIndexes.get(digest);
    complete.set(digest, {
      ...said,
      size: incomplete.has(digest) ? null : inIndex === undefined ? said.size : sumOf(inIndex),
      onlyHere: onlyHere === null ? null : (onlyHere.get(digest) ?? 0),
      thread: allKnown ? shares.threadOf(digest) : null,
    });
  }
  return { groups: complete, storedSize: allKnown ? shares.total() : null };
}
