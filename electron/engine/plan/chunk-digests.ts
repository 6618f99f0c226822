import type { CodecResult } from '../codec/codec-protocol.ts';
import type { ChunkDigest } from '../digests/digest-cache.ts';
import { sameIdentity } from '../disk/disk-identity.ts';
import { rangesWithin } from '../disk/holes.ts';
import { beforeAbort } from '../registry/before-abort.ts';
import type { ChunkPlace } from './chunk-reads.ts';
import type { PlanningParts } from './planning-parts.ts';
import { countWork, type DraftLayer, type PushDraft } from './push-draft.ts';
import type { PushSource } from './push-source.ts';

/** Layers whose raw digest is not known: only reading tells. */
export function unreadLayers(draft: PushDraft): DraftLayer[] {
  return draft.layers.filter((layer) => layer.kind === 'disk' && layer.rawDigest === null && layer.digest === null);
}

/** Chunks without a layer digest that is known to be the encoder's: where nobody has the layer they are encoded. */
export function unencodedLayers(draft: PushDraft): DraftLayer[] {
  return draft.layers.filter((layer) => layer.kind === 'disk' && (layer.digest === null || layer.local));
}

/** Takes the digests that a cached image's own manifest names. */
export function fillFromManifest(draft: PushDraft): void {
  const { verbatim } = draft.source;
  if (verbatim === null) return;
  const disk = verbatim.disk.values();
  for (const layer of draft.layers) {
    switch (layer.kind) {
      case 'config':
        layer.digest = verbatim.vmConfig.digest;
        layer.size = verbatim.vmConfig.size;
        break;
      case 'nvram':
        layer.digest = verbatim.nvram.digest;
        layer.size = verbatim.nvram.size;
        break;
      case 'disk': {
        const named = disk.next().value;
        if (named === undefined) break;
        layer.rawDigest = named.rawDigest;
        layer.digest = named.digest;
        layer.size = named.size;
        layer.origin = 'cache';
        break;
      }
    }
  }
}

/** Takes raw digests of an unchanged disk from the digest cache: no disk byte is read. */
export async function fillFromCache(parts: PlanningParts, draft: PushDraft): Promise<void> {
  const { source } = draft;
  if (source.verbatim !== null || !source.cacheable) return;
  const rows = await knownDigests(parts, source, draft.chunkSize);
  for (const [at, layer] of draft.layers.filter(({ kind }) => kind === 'disk').entries()) {
    const row = rows.get(at);
    if (row === undefined) continue;
    layer.rawDigest = row.rawDigest;
    layer.zero = row.zero;
    layer.origin = row.zero ? 'zero' : 'cache';
  }
}

/**
 * Digests of the disk by its identity, and of the snapshot that is read by its own, which the first push stored as well. What
 * the snapshot's lacks of the other's is stored for it: it is the base of later pushes.
 */
async function knownDigests(
  { digestCache }: PlanningParts,
  { diskIdentity, own }: PushSource,
  chunkSize: number,
): Promise<ReadonlyMap<number, ChunkDigest>> {
  const rows = await digestCache.lookup(diskIdentity, chunkSize);
  if (sameIdentity(own.disk, diskIdentity)) return rows;
  const ownRows = await digestCache.lookup(own.disk, chunkSize);
  const lacking = [...rows.values()].filter(({ index }) => !ownRows.has(index));
  if (lacking.length > 0) await digestCache.store(own.disk, chunkSize, lacking);
  return new Map([...ownRows, ...rows]);
}

/** Takes what was read of the source by the plan that it was taken over from: these bytes are part of the push. */
export function fillFromReads(draft: PushDraft): void {
  for (const layer of draft.layers) {
    const found = layer.kind === 'disk' ? draft.source.reads.found(chunkPlace(layer)) : null;
    if (found === null || layer.digest !== null) continue;
    countWork(draft, layer, { read: found.bytesRead });
    layer.origin = 'unknown';
    takeRead(layer, found);
  }
}

function chunkPlace({ rawOffset, rawSize }: DraftLayer): ChunkPlace {
  return { offset: rawOffset ?? 0, length: rawSize };
}

/** Whether a chunk's raw digest needs no more than a wait: it is being read. */
export function isBeingRead({ source }: PushDraft, layer: DraftLayer): boolean {
  return source.reads.has(chunkPlace(layer));
}

function takeRead(layer: DraftLayer, { rawDigest, zero }: Pick<CodecResult, 'rawDigest' | 'zero'>): void {
  layer.rawDigest = rawDigest;
  layer.zero = zero;
  if (zero) layer.origin = 'zero';
}

/** Gives chunks that lie wholly in a hole the constant of their length: no disk byte is read. */
export async function fillHoles(parts: PlanningParts, draft: PushDraft, signal: AbortSignal): Promise<void> {
  const { source } = draft;
  if (source.dataRanges === null) return;
  const ranges = source.dataRanges;
  for (const layer of unreadLayers(draft)) {
    const offset = layer.rawOffset ?? 0;
    if (rangesWithin(ranges, offset, layer.rawSize).length > 0) continue;
    const constant = await parts.zeroChunks.of(layer.rawSize, source.diskPath, signal);
    layer.rawDigest = constant.rawDigest;
    layer.zero = true;
    layer.origin = 'zero';
  }
}

/** Finds the layer digests of known raw digests: constants of zero chunks first, then the content index, all in one query. */
export async function fillPairs(
  parts: PlanningParts,
  draft: PushDraft,
  layers: readonly DraftLayer[],
  signal: AbortSignal,
): Promise<void> {
  const open = layers.filter((layer) => layer.kind === 'disk' && layer.rawDigest !== null && layer.digest === null);
  for (const layer of open.filter(({ zero }) => zero)) {
    const constant = await parts.zeroChunks.of(layer.rawSize, draft.source.diskPath, signal);
    layer.digest = constant.digest;
    layer.size = constant.size;
  }
  const rawDigests = open.flatMap(({ rawDigest, digest }) =>
    rawDigest === null || digest !== null ? [] : [rawDigest],
  );
  if (rawDigests.length === 0) return;
  const pairs = await parts.contentIndex.pairsFor([...new Set(rawDigests)], draft.targets);
  for (const layer of open) {
    const pair = layer.rawDigest === null ? undefined : pairs.get(layer.rawDigest);
    if (pair === undefined || layer.digest !== null || pair.rawSize !== layer.rawSize) continue;
    layer.digest = pair.digest;
    layer.size = pair.size;
    layer.local = pair.local;
    if (layer.origin === 'unknown') layer.origin = 'index';
  }
  await findSources(
    parts,
    open.filter(({ origin }) => origin === 'index'),
  );
}

/** Says of layers that were found in the content index where they are known from: for words alone. */
async function findSources({ contentIndex, tagsOf }: PlanningParts, layers: readonly DraftLayer[]): Promise<void> {
  const digests = layers.flatMap(({ digest }) => digest ?? []);
  if (digests.length === 0) return;
  const places = await contentIndex.statedIn(digests);
  for (const layer of layers) {
    const place = layer.digest === null ? undefined : places.get(layer.digest);
    if (place === undefined) continue;
    const { registry, repository, manifestDigest } = place;
    layer.knownFrom = { registry, repository, tag: tagsOf({ registry, repository }, manifestDigest)[0] ?? null };
  }
}

/** Place of a chunk among the chunks of the disk. */
export function chunkIndex(layer: DraftLayer): number {
  return layer.index - 1;
}

/** Data ranges of one chunk, for reading; undefined = read all of it. */
export function readRanges(draft: PushDraft, layer: DraftLayer): { offset: number; length: number }[] | undefined {
  if (layer.kind !== 'disk' || draft.source.dataRanges === null) return undefined;
  return rangesWithin(draft.source.dataRanges, layer.rawOffset ?? 0, layer.rawSize);
}

/** Reads and hashes one chunk, remembers its raw digest, and looks for its layer digest. */
export async function readChunk(
  parts: PlanningParts,
  draft: PushDraft,
  layer: DraftLayer,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<void> {
  const { source } = draft;
  const runs = readRanges(draft, layer);
  const place = chunkPlace(layer);
  let seen = 0;
  const { result, own } = source.reads.once(place, (until) =>
    parts.codec.hash(
      { path: source.diskPath, state: source.own.disk, ...place, ...(runs === undefined ? {} : { runs }) },
      {
        signal: until,
        share: parts.share,
        onProgress: ({ raw, read }) => {
          countWork(draft, layer, { read: read - seen });
          onRead(raw);
          seen = read;
        },
      },
    ),
  );
  const found = await beforeAbort(result, signal);
  countWork(draft, layer, { read: found.bytesRead - seen });
  if (own) await parts.rates.hashed(layer.rawSize, found, Math.min(parts.codec.workers, unreadLayers(draft).length));
  takeRead(layer, found);
  await rememberRawDigests(parts, draft, [layer]);
  await fillPairs(parts, draft, [layer], signal);
}

/**
 * Stores raw digests of chunks under the disk's identity, where that is settled, and under that of the snapshot that is read.
 * What is only claimed of a chunk is no digest of it.
 */
export async function rememberRawDigests(
  parts: { readonly digestCache: Pick<PlanningParts['digestCache'], 'store'> },
  { source, chunkSize }: PushDraft,
  layers: readonly DraftLayer[],
): Promise<void> {
  const digests = layers.flatMap((layer) =>
    layer.rawDigest === null || layer.claimed
      ? []
      : [{ index: chunkIndex(layer), rawDigest: layer.rawDigest, zero: layer.zero }],
  );
  if (digests.length === 0 || !source.cacheable) return;
  await parts.digestCache.store(source.diskIdentity, chunkSize, digests);
  if (sameIdentity(source.own.disk, source.diskIdentity)) return;
  await parts.digestCache.store(source.own.disk, chunkSize, digests);
}
