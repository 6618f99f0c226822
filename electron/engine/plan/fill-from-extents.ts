import type { FileHandle } from 'node:fs/promises';
import type { ChunkDigest } from '../digests/digest-cache.ts';
import { readDiskIdentity, sameIdentity } from '../disk/disk-identity.ts';
import { likeness, openForExtents } from '../disk/extents.ts';
import { chunkIndex, rememberRawDigests, unreadLayers } from './chunk-digests.ts';
import type { ExtentBase } from './extent-bases.ts';
import { findInBase } from './find-in-base.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftLayer, PushDraft } from './push-draft.ts';

/** What comparing takes. */
export interface ComparingParts extends Pick<PlanningParts, 'extentBases'> {
  readonly digestCache: Pick<PlanningParts['digestCache'], 'lookup' | 'store'>;
}

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
    if (last !== null) found.push(...(await compare(parts, draft, clone, last, true)));
    if (unclaimed(draft).length === 0) return;
    for (const base of await mostAlike(parts, draft, clone, signal)) {
      signal.throwIfAborted();
      // What another VM had in its place says nothing of this one.
      found.push(...(await compare(parts, draft, clone, base, base.shown.kind === 'image')));
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

/** The bases that lie in the same blocks at most places, those first; none that shares nothing. */
async function mostAlike(
  parts: ComparingParts,
  draft: PushDraft,
  clone: FileHandle,
  signal: AbortSignal,
): Promise<ExtentBase[]> {
  const open = unclaimed(draft).map(({ rawOffset, rawSize }) => ({ offset: rawOffset ?? 0, length: rawSize }));
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

/**
 * Compares with one base; answers the layers whose digest is a fact now.
 *
 * @param tells what differs from it was changed since: it is an earlier state of this disk, or an image that it was made of
 */
async function compare(
  parts: ComparingParts,
  draft: PushDraft,
  clone: FileHandle,
  base: ExtentBase,
  tells: boolean,
): Promise<DraftLayer[]> {
  const layers = new Map(unreadLayers(draft).map((layer) => [chunkIndex(layer), layer]));
  const chunks = [...layers].map(([index, layer]) => ({ index, offset: layer.rawOffset ?? 0, length: layer.rawSize }));
  // A cached image that is pushed anew is compared with others by what was hashed alone.
  const { path, named } = draft.source.image === null ? base : { ...base, named: [] };
  const facts: DraftLayer[] = [];
  const compared = await findInBase(parts.digestCache, clone, { path, named }, draft.chunkSize, chunks);
  // Behind the comparison: what lies there may be another file, or one that somebody wrote to, and what was found would be
  // remembered of the one that was opened.
  if (!sameIdentity(await readDiskIdentity(clone), draft.source.own.disk)) return [];
  if (tells) draft.compared.push({ shown: base.shown, rawDigests: compared.rawDigests });
  for (const found of compared.found) {
    const layer = layers.get(found.index);
    if (layer === undefined) continue;
    if (found.hashed !== null) {
      take(layer, found.hashed, base);
      facts.push(layer);
    } else if (found.named !== null) {
      const { rawDigest, rawSize, digest, size, home } = found.named;
      layer.claims = [...layer.claims, { rawDigest, rawSize, digest, size, home, base: base.shown }];
    }
  }
  return facts;
}

function take(layer: DraftLayer, { rawDigest, zero }: ChunkDigest, { shown }: ExtentBase): void {
  layer.rawDigest = rawDigest;
  layer.zero = zero;
  layer.origin = zero ? 'zero' : 'extents';
  layer.base = zero ? null : shown;
}
