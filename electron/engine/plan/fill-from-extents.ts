import type { FileHandle } from 'node:fs/promises';
import type { ChunkDigest } from '../digests/digest-cache.ts';
import { readDiskIdentity, sameIdentity } from '../disk/disk-identity.ts';
import { likeness, openForExtents, unchangedParts } from '../disk/extents.ts';
import type { CachedLayer } from './cached-layers.ts';
import { chunkIndex, rememberRawDigests, unreadLayers } from './chunk-digests.ts';
import type { ExtentBase } from './extent-bases.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftLayer, PushDraft } from './push-draft.ts';

/** What comparing takes. */
export type ComparingParts = Pick<PlanningParts, 'extentBases' | 'digestCache'>;

/**
 * Bases that are looked at for likeness, and those that are compared. A comparison costs three maps (2-7 µs an extent), a
 * look 16 calls; a disk has one origin, and what its two or three relatives do not tell, a fourth hardly does.
 */
const MOST_LOOKED_AT = 64;
const MOST_COMPARED = 4;

/**
 * Takes digests of chunks that still lie in the blocks of another disk which nobody writes: the last snapshot of the VM, else
 * the snapshots and cached images that are most alike. No disk byte is read. What was hashed on this computer is a fact and
 * is remembered for this disk, too; what only an image's manifest says becomes a claim of the layer.
 */
export async function fillFromExtents(parts: ComparingParts, draft: PushDraft, signal: AbortSignal): Promise<void> {
  const { source } = draft;
  if (source.verbatim !== null || unreadLayers(draft).length === 0) return;
  if (!(await parts.extentBases.canCompare(source))) return;
  const clone = await openForExtents(source.diskPath);
  if (clone === null) return;
  const found: DraftLayer[] = [];
  try {
    const last = await parts.extentBases.last(source);
    if (last !== null) found.push(...(await compare(parts, draft, clone, last)));
    if (unclaimed(draft).length === 0) return;
    for (const base of await mostAlike(parts, draft, clone, signal)) {
      signal.throwIfAborted();
      found.push(...(await compare(parts, draft, clone, base)));
      if (unclaimed(draft).length === 0) return;
    }
  } finally {
    await clone.close();
    await rememberRawDigests(parts, draft, found);
  }
}

/** Chunks of which nothing is known yet. */
function unclaimed(draft: PushDraft): DraftLayer[] {
  return unreadLayers(draft).filter(({ claims }) => claims.length === 0);
}

function partOf(layer: DraftLayer) {
  return { layer, offset: layer.rawOffset ?? 0, length: layer.rawSize };
}

/** The bases that lie in the same blocks at most places, those first; none that shares nothing. */
async function mostAlike(
  parts: ComparingParts,
  draft: PushDraft,
  clone: FileHandle,
  signal: AbortSignal,
): Promise<ExtentBase[]> {
  const open = unclaimed(draft).map(partOf);
  const alike: { readonly base: ExtentBase; readonly places: number }[] = [];
  for (const base of (await parts.extentBases.others(draft.source, signal)).slice(0, MOST_LOOKED_AT)) {
    signal.throwIfAborted();
    const file = await openForExtents(base.path);
    if (file === null) continue;
    try {
      const places = await likeness(clone, file, open);
      if (places > 0) alike.push({ base, places });
    } finally {
      await file.close();
    }
  }
  // Equally alike: the order of the list, newest first.
  alike.sort((one, other) => other.places - one.places);
  return alike.slice(0, MOST_COMPARED).map(({ base }) => base);
}

/** Compares with one base; answers the layers whose digest is a fact now. */
async function compare(
  parts: ComparingParts,
  draft: PushDraft,
  clone: FileHandle,
  base: ExtentBase,
): Promise<DraftLayer[]> {
  const file = await openForExtents(base.path);
  if (file === null) return [];
  try {
    // Digests are those of this very state of the base: it must be the same before and behind the maps.
    const identity = await readDiskIdentity(file);
    const digests = await parts.digestCache.lookup(identity, draft.chunkSize);
    const hashed = (layer: DraftLayer): ChunkDigest | undefined =>
      endsWithin(layer, draft.chunkSize, identity.size) ? digests.get(chunkIndex(layer)) : undefined;
    const named = namedOf(base, draft, identity.size);
    const wanted = unreadLayers(draft).filter((layer) => hashed(layer) !== undefined || named(layer) !== undefined);
    const unchanged = wanted.length === 0 ? [] : await unchangedParts(clone, file, wanted.map(partOf));
    if (!sameIdentity(identity, await readDiskIdentity(file))) return [];
    const facts: DraftLayer[] = [];
    for (const { layer } of unchanged) {
      const digest = hashed(layer);
      const claim = named(layer);
      if (digest !== undefined) {
        take(layer, digest, base);
        facts.push(layer);
      } else if (claim !== undefined) {
        const { rawDigest, rawSize, digest: layerDigest, size, home } = claim;
        layer.claims = [...layer.claims, { rawDigest, rawSize, digest: layerDigest, size, home, base: base.shown }];
      }
    }
    return facts;
  } finally {
    await file.close();
  }
}

/** Whether the base has a chunk of the same length there: its last one may be shorter, or go on where the clone ends. */
function endsWithin({ rawOffset, rawSize }: DraftLayer, chunkSize: number, baseSize: number): boolean {
  return Math.min(chunkSize, baseSize - (rawOffset ?? 0)) === rawSize;
}

/** What the base's manifest names for a chunk of the very same place and length. */
function namedOf(
  base: ExtentBase,
  { source }: PushDraft,
  baseSize: number,
): (layer: DraftLayer) => CachedLayer | undefined {
  // A cached image that is pushed anew is compared with others by what was hashed alone.
  if (source.image !== null) return () => undefined;
  const byOffset = new Map(base.named.map((layer) => [layer.offset, layer]));
  return ({ rawOffset, rawSize }) => {
    const layer = byOffset.get(rawOffset ?? 0);
    return layer?.rawSize === rawSize && layer.offset + rawSize <= baseSize ? layer : undefined;
  };
}

function take(layer: DraftLayer, { rawDigest, zero }: ChunkDigest, { shown }: ExtentBase): void {
  layer.rawDigest = rawDigest;
  layer.zero = zero;
  layer.origin = zero ? 'zero' : 'extents';
  layer.base = zero ? null : shown;
}
