import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { numbersBlocksOnce } from '../native/file-system.ts';
import { firstRun, type PhysicalRun, physicalRuns } from '../native/physical-runs.ts';
import { readDiskIdentity, sameIdentity } from './disk-identity.ts';

/** A part of a disk. Bytes. */
export interface DiskPart {
  readonly offset: number;
  readonly length: number;
}

/** Opens a disk for a comparison; null where there is no readable regular file. Whoever asks closes it. */
export async function openForExtents(path: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch {
    // Pruned or dropped meanwhile, or not ours to read: a base is a help, never a reason to fail.
    return null;
  }
}

/** Neighbouring parts as one, each of which is asked for by itself. */
function windowsOf(parts: readonly DiskPart[]): DiskPart[] {
  const windows: DiskPart[] = [];
  for (const { offset, length } of parts) {
    const last = windows.at(-1);
    if (last !== undefined && last.offset + last.length === offset) {
      windows[windows.length - 1] = { offset: last.offset, length: last.length + length };
    } else windows.push({ offset, length });
  }
  return windows;
}

/**
 * The map of some parts, in disk order. Of a part in which a run has no place that could be compared, what lies behind that
 * run is left out: the part is no other's, and a disk that was written to in thousands of places has thousands of runs.
 */
async function mapOf(file: FileHandle, parts: readonly DiskPart[]): Promise<PhysicalRun[] | null> {
  const map: PhysicalRun[] = [];
  for (const { offset, length } of windowsOf(parts)) {
    const runs = await physicalRuns(file, offset, offset + length, endOfPart(parts));
    if (runs === null) return null;
    for (const run of runs) map.push(cut(run, offset, offset + length));
  }
  return map;
}

/** Where the part ends that holds the last byte of a run; asked for runs in disk order. */
function endOfPart(parts: readonly DiskPart[]): (run: PhysicalRun) => number {
  let at = 0;
  return ({ offset, length }) => {
    const end = offset + length;
    for (let part = parts[at]; part !== undefined && part.offset + part.length < end; part = parts[at]) at += 1;
    const part = parts[at];
    return part === undefined || part.offset >= end ? end : part.offset + part.length;
  };
}

/** The part of a run within `start … end`. */
function cut({ offset, length, physical }: PhysicalRun, start: number, end: number): PhysicalRun {
  const from = Math.max(offset, start);
  return {
    offset: from,
    length: Math.min(offset + length, end) - from,
    physical: physical === null ? null : physical + from - offset,
  };
}

function sameRun(one: PhysicalRun, other: PhysicalRun): boolean {
  return one.offset === other.offset && one.length === other.length && one.physical === other.physical;
}

function sameMap(one: readonly PhysicalRun[], other: readonly PhysicalRun[]): boolean {
  return one.length === other.length && one.every((run, at) => other[at] !== undefined && sameRun(run, other[at]));
}

/** Hands out the runs of parts that are asked for in disk order. */
function cutter(map: readonly PhysicalRun[]): (part: DiskPart) => PhysicalRun[] {
  let first = 0;
  return ({ offset, length }) => {
    const end = offset + length;
    for (let run = map[first]; run !== undefined && run.offset + run.length <= offset; run = map[first]) first += 1;
    const runs: PhysicalRun[] = [];
    for (let at = first; ; at += 1) {
      const run = map[at];
      if (run === undefined || run.offset >= end) return runs;
      runs.push(cut(run, offset, end));
    }
  };
}

/** Whether both hold the same blocks at the same places, all of them comparable; holes are the same where both have them. */
function sameBlocks(clone: readonly PhysicalRun[], base: readonly PhysicalRun[]): boolean {
  return sameMap(clone, base) && clone.every(({ physical }) => physical !== null);
}

async function writtenOut(file: FileHandle): Promise<void> {
  try {
    await file.datasync();
  } catch {
    // A volume that is mounted read-only has nothing to write out; else the maps differ, and nothing is answered.
  }
}

/**
 * The parts of a clone that still lie in the very blocks in which its base has them: their bytes are the base's. Reads no
 * byte of either. Both must be files that nobody writes; what is not sure is left out. The answer holds for the base as its
 * identity says it is: digests of any other state of it say nothing.
 *
 * Refused is whatever cannot be compared: two devices, a file system whose block numbers say too little, a map or an
 * identity that changed on the way, a part beyond the end of either, and extents without a place of their own.
 *
 * @param parts in disk order, without overlap
 */
export async function unchangedParts<Part extends DiskPart>(
  clone: FileHandle,
  base: FileHandle,
  parts: readonly Part[],
): Promise<Part[]> {
  try {
    return await compareMaps(clone, base, parts);
  } catch (thrown) {
    // What cannot be looked at tells nothing.
    if (thrown instanceof Error && 'errno' in thrown) return [];
    throw thrown;
  }
}

async function compareMaps<Part extends DiskPart>(
  clone: FileHandle,
  base: FileHandle,
  parts: readonly Part[],
): Promise<Part[]> {
  const [cloneStat, baseStat] = await Promise.all([clone.stat({ bigint: true }), base.stat({ bigint: true })]);
  // Two file systems give equal addresses for different blocks; names of volumes may lie (a copy of a device has its name).
  if (cloneStat.dev !== baseStat.dev || cloneStat.ino === baseStat.ino) return [];
  if (!((await numbersBlocksOnce(clone)) && (await numbersBlocksOnce(base)))) return [];
  const size = Number(cloneStat.size < baseStat.size ? cloneStat.size : baseStat.size);
  const within = parts.filter(({ offset, length }) => offset + length <= size);
  // What one of them holds back would move blocks of both when the map asks for it.
  await Promise.all([writtenOut(clone), writtenOut(base)]);
  const [cloneBefore, baseBefore] = await Promise.all([readDiskIdentity(clone), readDiskIdentity(base)]);
  const baseMap = await mapOf(base, within);
  if (baseMap === null) return [];
  const ofBase = cutter(baseMap);
  // A block that is the base's alone is not the clone's, whose map is not asked for there.
  const comparable = within.flatMap((part) => {
    const runs = ofBase(part);
    return runs.every(({ physical }) => physical !== null) ? [{ part, runs }] : [];
  });
  const cloneMap = await mapOf(
    clone,
    comparable.map(({ part }) => part),
  );
  if (cloneMap === null) return [];
  const ofClone = cutter(cloneMap);
  const alike = comparable.filter(({ part, runs }) => sameBlocks(ofClone(part), runs));
  if (alike.length === 0) return [];
  // A block that the base gave away while the clone was mapped may have become the clone's.
  const baseAgain = await mapOf(
    base,
    alike.map(({ part }) => part),
  );
  if (baseAgain === null) return [];
  const ofBaseAgain = cutter(baseAgain);
  if (!alike.every(({ part, runs }) => sameMap(runs, ofBaseAgain(part)))) return [];
  const [cloneAfter, baseAfter] = await Promise.all([readDiskIdentity(clone), readDiskIdentity(base)]);
  if (!sameIdentity(cloneBefore, cloneAfter) || !sameIdentity(baseBefore, baseAfter)) return [];
  return alike.map(({ part }) => part);
}

/** Places that {@link likeness} looks at. */
const PROBES = 16;
const PROBE_BYTES = 1024 * 1024;

/**
 * At how many of up to 16 places, spread over `parts`, a file lies in the same blocks as another: tells which of many
 * possible bases is worth a comparison. A guess, and no more.
 */
export async function likeness(clone: FileHandle, base: FileHandle, parts: readonly DiskPart[]): Promise<number> {
  let alike = 0;
  const step = Math.max(1, Math.floor(parts.length / PROBES));
  for (let at = 0; at < parts.length; at += step) {
    const offset = parts[at]?.offset ?? 0;
    const [ours, theirs] = await Promise.all([addressAt(clone, offset), addressAt(base, offset)]);
    if (ours !== null && ours === theirs) alike += 1;
  }
  return alike;
}

/** Where a file's first block behind `offset` lies, as if the file lay in one piece; null for a hole, or where nobody tells. */
async function addressAt(file: FileHandle, offset: number): Promise<number | null> {
  const run = await firstRun(file, offset, offset + PROBE_BYTES);
  return run === null || run.physical === null ? null : run.physical - run.offset;
}
