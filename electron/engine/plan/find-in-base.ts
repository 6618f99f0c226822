import type { FileHandle } from 'node:fs/promises';
import type { ChunkDigest, DigestCache } from '../digests/digest-cache.ts';
import type { Chunk } from '../disk/chunks.ts';
import { readDiskIdentity, sameIdentity } from '../disk/disk-identity.ts';
import { openForExtents, unchangedParts } from '../disk/extents.ts';
import type { CachedLayer } from './cached-layers.ts';
import type { ExtentBase } from './extent-bases.ts';

/** What is known of a chunk that still lies in the blocks of a base. */
export interface FoundInBase {
  readonly index: number;
  /** Its raw digest, which this computer hashed; null where it was not. */
  readonly hashed: ChunkDigest | null;
  /** What the manifest of a cached image names for it: a claim. */
  readonly named: CachedLayer | null;
}

/** What comparing with a base told. */
export interface ComparedBase {
  /** Chunks that lie in the base's blocks. */
  readonly found: readonly FoundInBase[];
  /** Raw digests that the base has in place of the chunks, by their index, as far as they are known: hashed, or named by a manifest. */
  readonly rawDigests: ReadonlyMap<number, string>;
}

const NOTHING: ComparedBase = { found: [], rawDigests: new Map() };

/**
 * Compares chunks of a clone with a base of which digests are known. No byte of either is read. Nothing where the base is gone,
 * or changed on the way: digests are those of one state of it.
 *
 * @param chunkSize bytes of a chunk; digests of another cut are not looked for
 */
export async function findInBase(
  digestCache: Pick<DigestCache, 'lookup'>,
  clone: FileHandle,
  base: Pick<ExtentBase, 'path' | 'named'>,
  chunkSize: number,
  chunks: readonly Chunk[],
): Promise<ComparedBase> {
  const file = await openForExtents(base.path);
  if (file === null) return NOTHING;
  try {
    const identity = await readDiskIdentity(file);
    const digests = await digestCache.lookup(identity, chunkSize);
    const layers = new Map(base.named.map((layer) => [layer.offset, layer]));
    const known = chunks.flatMap((chunk) => {
      const { index, offset, length } = chunk;
      // The base's last chunk may be shorter than the clone's, or longer.
      const hashed = Math.min(chunkSize, identity.size - offset) === length ? digests.get(index) : undefined;
      const layer = layers.get(offset);
      const named = layer?.rawSize === length ? layer : undefined;
      if (hashed === undefined && named === undefined) return [];
      return [{ ...chunk, hashed: hashed ?? null, named: named ?? null }];
    });
    const found = known.length === 0 ? [] : await unchangedParts(clone, file, known);
    if (!sameIdentity(identity, await readDiskIdentity(file))) return NOTHING;
    const rawDigests = new Map(
      known.flatMap(({ index, hashed, named }) => {
        const rawDigest = hashed?.rawDigest ?? named?.rawDigest;
        return rawDigest === undefined ? [] : [[index, rawDigest] as const];
      }),
    );
    return { found, rawDigests };
  } finally {
    await file.close();
  }
}
