import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  type LayerBase,
  type LayerReason,
  type PlanLayer,
  UNTRACED,
  type Verdict,
} from '../../../shared/models/plan.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { RepositoryName, VmKnowledge, VmPlace } from '../../../shared/models/vm-knowledge.ts';
import type { ContentIndex, LayerHolder } from '../digests/content-index.ts';
import type { ChunkDigest, DigestCache } from '../digests/digest-cache.ts';
import { type Chunk, chunksOf } from '../disk/chunks.ts';
import { type DiskIdentity, readDiskIdentity } from '../disk/disk-identity.ts';
import { dataWithin } from '../disk/holes.ts';
import { type DataRange, dataRanges } from '../native/seek-data.ts';
import { sha256 } from '../oci/digest.ts';
import { MANIFEST_READ_LIMIT, parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import { type FileIdentities, snapshotFiles } from '../snapshots/snapshot-record.ts';
import type { StoredSnapshot } from '../snapshots/stored-snapshots.ts';
import { readSmallFile } from '../tart/read-small-file.ts';
import { vmFiles } from '../tart/vm-folder.ts';
import { sizeEstimates } from './size-estimates.ts';
import type { SnapshotBlocks, SnapshotChunks } from './snapshot-blocks.ts';
import { ZERO_512_MIB, type ZeroChunks } from './zero-chunks.ts';

/** What looking takes: nothing that reads a disk, holds a lock or makes a request. */
export interface LookingParts {
  readonly digestCache: DigestCache;
  readonly contentIndex: ContentIndex;
  readonly zeroChunks: ZeroChunks;
  /** Raw bytes of a chunk. */
  readonly chunkSize: number;
  /** What a disk shares with the last snapshot of its VM. */
  readonly snapshotBlocks: SnapshotBlocks;
  /** Tags of a manifest when its repository was last read. */
  readonly tagsOf: (place: RepositoryName, manifestDigest: string) => readonly string[];
}

/** A chunk as far as it is known. */
export interface KnownChunk {
  readonly rawOffset: number;
  readonly rawSize: number;
  /** Raw bytes outside the holes of the disk, as far as its map was asked for. */
  readonly dataSize: number;
  readonly rawDigest: string | null;
  readonly zero: boolean;
  readonly digest: string | null;
  readonly size: number | null;
  /** The snapshot whose blocks it shares, where its digest is known by that. */
  readonly base: LayerBase | null;
}

interface KnownChunks {
  readonly chunks: readonly KnownChunk[];
  readonly digestedMs: number | null;
  /** Digests of config and NVRAM, as far as they are known. */
  readonly small: readonly string[];
  /** Null while it is not known. */
  readonly nvram: { readonly digest: string; readonly size: number } | null;
}

/**
 * What is known of a VM's chunks without reading the disk, by stat, digest cache, holes, blocks that it shares with its last
 * snapshot, and known manifests.
 * The look is not settled by an fsync as a plan's is: it is for drawing, and never decides what a push sends.
 *
 * @throws AppError `vm.gone`, `vm.incomplete`, `file.unreadable`
 */
export async function knownOfVm(
  parts: LookingParts,
  vm: Vm,
  against: RepositoryName | null,
  signal: AbortSignal,
): Promise<VmKnowledge> {
  const known = await knownChunks(parts, vm, signal);
  const digests = [...new Set([...known.chunks.flatMap(({ digest }) => digest ?? []), ...known.small])];
  const holders = digests.length === 0 ? [] : await parts.contentIndex.holdersOf(digests);
  const target = against ?? homeOf(vm) ?? first(holders);
  const held = target === null ? new Set<string>() : await parts.contentIndex.heldBy(target, digests);
  if (target !== null && vm.kind === 'image' && sameRepository(target, homeOf(vm))) {
    // The image was pulled from there.
    for (const digest of digests) held.add(digest);
  }
  return {
    vmId: vm.id,
    chunkSize: parts.chunkSize,
    against: target,
    layers: layersOf(known.chunks, target === null ? null : held),
    distinct: digests.length,
    digestedMs: known.digestedMs,
    places: holders.map((holder) => placeOf(holder, parts)),
  };
}

function first(holders: readonly LayerHolder[]): RepositoryName | null {
  const [holder] = holders;
  return holder === undefined ? null : { registry: holder.registry, repository: holder.repository };
}

/** The repository that a cached image was pulled from; null for a local VM. */
function homeOf(vm: Vm): RepositoryName | null {
  if (vm.kind === 'vm') return null;
  const slash = vm.name.indexOf('/');
  return { registry: vm.name.slice(0, slash), repository: vm.name.slice(slash + 1) };
}

function sameRepository(one: RepositoryName, other: RepositoryName | null): boolean {
  return one.registry === other?.registry && one.repository === other.repository;
}

function placeOf({ registry, repository, held, manifestDigest, seenMs }: LayerHolder, parts: LookingParts): VmPlace {
  const tags = manifestDigest === null ? [] : parts.tagsOf({ registry, repository }, manifestDigest);
  return { registry, repository, digest: manifestDigest, tags: [...tags], held, seenMs };
}

/** The chunks of a VM's disk, and its NVRAM. @throws AppError `vm.gone`, `vm.incomplete`, `file.unreadable` */
export async function knownChunks(parts: LookingParts, vm: Vm, signal: AbortSignal): Promise<KnownChunks> {
  const ownManifest = vm.kind === 'image' ? await chunksOfImage(vm) : null;
  if (ownManifest !== null) return ownManifest;
  const { disk, nvram } = vmFiles(vm.folder);
  return await knownFiles(parts, { disk, nvram, cloned: null, vm: vm.kind === 'vm' ? vm : null }, signal);
}

/**
 * The chunks of a snapshot's disk, and its NVRAM, by what was digested of them or of the VM's files that they were cloned from.
 *
 * @throws AppError `vm.gone` where its files are gone, `file.unreadable`
 */
export async function knownOfSnapshot(
  parts: LookingParts,
  { folder, record }: StoredSnapshot,
  signal: AbortSignal,
): Promise<KnownChunks> {
  const { disk, nvram } = snapshotFiles(folder);
  return await knownFiles(parts, { disk, nvram, cloned: record.source, vm: null }, signal);
}

/** Files of a disk that are looked at. */
interface LookedAtFiles {
  readonly disk: string;
  readonly nvram: string;
  /** Of a snapshot: what it was cloned from. What was digested of those in that state is true of it as well. */
  readonly cloned: FileIdentities | null;
  /** Whose disk it is, where it may share blocks with a snapshot. */
  readonly vm: Vm | null;
}

/** What is known of a disk by chunk, before its layers are looked up. */
interface FoundRows {
  readonly rows: ReadonlyMap<number, ChunkDigest>;
  readonly digestedMs: number | null;
  readonly places: readonly Chunk[];
  /** Null where the map was not asked for, or the file system does not tell. */
  readonly ranges: readonly DataRange[] | null;
  /** Chunks that lie in the blocks of a snapshot. */
  readonly shared: SnapshotChunks | null;
}

async function findRows(parts: LookingParts, { disk: path, cloned, vm }: LookedAtFiles): Promise<FoundRows> {
  const disk = await lookAt(path);
  try {
    const own = await parts.digestCache.lookup(disk.identity, parts.chunkSize);
    const [identity, rows] =
      own.size > 0 || cloned === null
        ? [disk.identity, own]
        : [cloned.disk, await parts.digestCache.lookup(cloned.disk, parts.chunkSize)];
    const digestedMs = rows.size === 0 ? null : await parts.digestCache.digestedMs(identity, parts.chunkSize);
    const places = chunksOf(disk.identity.size, parts.chunkSize);
    const ranges = rows.size < places.length ? disk.ranges() : null;
    const open = places.filter(
      ({ index, offset, length }) => !rows.has(index) && (ranges === null || dataWithin(ranges, offset, length) > 0),
    );
    const shared = vm === null ? null : await parts.snapshotBlocks.of(vm, disk, parts.chunkSize, open);
    return { rows, digestedMs, places, ranges, shared };
  } finally {
    await disk.close();
  }
}

async function knownFiles(parts: LookingParts, files: LookedAtFiles, signal: AbortSignal): Promise<KnownChunks> {
  const { rows, digestedMs, places, ranges, shared } = await findRows(parts, files);
  const seen = rows.size > 0 || (shared?.chunks.size ?? 0) > 0;
  const cut: KnownChunk[] = [];
  for (const { index, offset, length } of places) {
    const row = rows.get(index) ?? shared?.chunks.get(index);
    const base = rows.has(index) || row === undefined || row.zero ? null : (shared?.base ?? null);
    const dataSize = ranges === null ? length : dataWithin(ranges, offset, length);
    const zero = row?.zero ?? dataSize === 0;
    // Encoded once per length, in a worker; of a disk that was never digested the verdict says nothing yet.
    const constant = zero && seen ? await parts.zeroChunks.of(length, files.disk, signal) : null;
    const digests = constant ?? { rawDigest: row?.rawDigest ?? null, digest: null, size: null };
    cut.push({ rawOffset: offset, rawSize: length, dataSize, zero, base, ...digests });
  }
  const pairs = await parts.contentIndex.likelyPairs([...new Set(cut.flatMap(({ rawDigest }) => rawDigest ?? []))]);
  const chunks = cut.map((chunk) => {
    const pair = chunk.rawDigest === null ? undefined : pairs.get(chunk.rawDigest);
    if (chunk.digest !== null || pair === undefined || pair.rawSize !== chunk.rawSize) return chunk;
    return { ...chunk, digest: pair.digest, size: pair.size };
  });
  const nvram = seen ? await knownNvram(parts, files.nvram, files.cloned?.nvram ?? null) : null;
  return {
    chunks,
    digestedMs: digestedMs ?? (seen ? (shared?.base.madeMs ?? null) : null),
    small: nvram === null ? [] : [nvram.digest],
    nvram,
  };
}

/** NVRAM is a layer as it is: its raw digest is the layer's. */
async function knownNvram(
  parts: LookingParts,
  path: string,
  cloned: DiskIdentity | null,
): Promise<KnownChunks['nvram']> {
  try {
    const nvram = await lookAt(path);
    await nvram.close();
    const { size } = nvram.identity;
    for (const identity of [nvram.identity, ...(cloned === null ? [] : [cloned])]) {
      const digest = (await parts.digestCache.lookup(identity, size)).get(0)?.rawDigest;
      if (digest !== undefined) return { digest, size };
    }
    return null;
  } catch (thrown) {
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

/** The chunks that a cached image's own manifest names; null where it has none that counts. */
async function chunksOfImage(vm: Vm): Promise<KnownChunks | null> {
  try {
    const bytes = await readSmallFile(vmFiles(vm.folder).manifest, MANIFEST_READ_LIMIT);
    if (sha256(bytes) !== vm.digest) return null;
    const manifest = parseManifest(bytes, null);
    const image = manifest.kind === 'image' ? tartImageOf(manifest) : null;
    if (image === null) return null;
    let offset = 0;
    const chunks = image.disk.map(({ rawDigest, rawSize, digest, size }) => {
      const rawOffset = offset;
      offset += rawSize;
      const zero = rawDigest === ZERO_512_MIB.rawDigest;
      return { rawOffset, rawSize, dataSize: rawSize, rawDigest, digest, size, zero, base: null };
    });
    const small = [image.vmConfig.digest, image.nvram.digest];
    return { chunks, digestedMs: null, small, nvram: { digest: image.nvram.digest, size: image.nvram.size } };
  } catch (thrown) {
    // Not there, or nothing that could be a manifest.
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

interface Look {
  readonly file: FileHandle;
  readonly identity: DiskIdentity;
  /** Where the file holds data, from its map; null where the file system does not tell. */
  ranges(): readonly DataRange[] | null;
  close(): Promise<void>;
}

/** Opens a file for a look at its identity and its map. Whoever asks closes it. */
async function lookAt(path: string): Promise<Look> {
  try {
    const file = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
    try {
      const identity = await readDiskIdentity(file);
      return { file, identity, ranges: () => dataRanges(file.fd, identity.size), close: () => file.close() };
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError(reason === 'ENOENT' ? 'vm.gone' : 'file.unreadable', { path, reason }, { cause });
  }
}

interface ShownVerdict {
  readonly verdict: Verdict | null;
  readonly reason: LayerReason;
}

function verdictOf(chunk: KnownChunk, seen: ReadonlySet<string>, held: ReadonlySet<string> | null): ShownVerdict {
  if ([chunk.digest, chunk.rawDigest].some((digest) => digest !== null && seen.has(digest))) {
    return { verdict: 'duplicate', reason: chunk.zero ? 'allZeros' : 'sameDigestEarlier' };
  }
  if (chunk.rawDigest === null) return { verdict: null, reason: 'notReadYet' };
  if (chunk.digest === null) return { verdict: 'upload', reason: 'notEncodedYet' };
  if (held === null) return { verdict: 'upload', reason: 'newRepository' };
  if (held.has(chunk.digest)) return { verdict: 'present', reason: 'inRepository' };
  return { verdict: 'upload', reason: 'notInRegistry' };
}

/** The layers as a plan would show them. `held` null = no repository is known to hold any of them: each would be sent. */
function layersOf(chunks: readonly KnownChunk[], held: ReadonlySet<string> | null): PlanLayer[] {
  const estimate = sizeEstimates(chunks);
  const seen = new Set<string>();
  return chunks.map((chunk, at) => {
    const shown = verdictOf(chunk, seen, held);
    if (chunk.digest !== null) seen.add(chunk.digest);
    if (chunk.rawDigest !== null) seen.add(chunk.rawDigest);
    const { rawOffset, rawSize, rawDigest, digest, size, zero, base } = chunk;
    return {
      // Layer 0 of the manifest is the VM config.
      index: at + 1,
      kind: 'disk',
      rawOffset,
      rawSize,
      rawDigest,
      digest,
      size,
      estimatedSize: estimate(chunk),
      ...shown,
      origin: zero ? 'zero' : rawDigest === null ? 'unknown' : base === null ? 'cache' : 'extents',
      zero,
      mountedFrom: null,
      ...UNTRACED,
      base,
    };
  });
}
