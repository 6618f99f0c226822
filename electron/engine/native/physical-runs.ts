import type { FileHandle } from 'node:fs/promises';
import { EXTENT, type Extent, FIEMAP, FIEMAP_SYNC, FiemapPage } from './fiemap.ts';
import { type Libc, libc } from './libc.ts';
import { dataRanges } from './seek-data.ts';

/** A part of a file and where it lies on the volume. Bytes; neighbours that lie side by side are one run. */
export interface PhysicalRun {
  readonly offset: number;
  readonly length: number;
  /** Null = at no place that could be compared: compressed, encrypted, inline, not placed yet, or this file's alone. */
  readonly physical: number | null;
}

const EXTENTS_PER_CALL = 2048;
/** Of the first call, and of the first one behind what was left out: each further one asks for twice as many. */
const FIRST_EXTENTS = 64;
/** Runs of one map. 100 GB in more pieces would take longer to map than chunks of it to read; about 20 MB of memory. */
const MOST_RUNS = 200_000;

/** An extent with one of these has no address that says where its bytes are. */
const REFUSED =
  EXTENT.unknown | EXTENT.delayed | EXTENT.encoded | EXTENT.encrypted | EXTENT.notAligned | EXTENT.inline | EXTENT.tail;

/** Collects runs in order, merging neighbours; refuses what is out of order. */
class RunList {
  readonly runs: PhysicalRun[] = [];
  #end = 0;

  /** False = these extents are no map. */
  add({ offset, length, physical }: PhysicalRun): boolean {
    if (!(length > 0) || !(offset >= this.#end) || this.runs.length >= MOST_RUNS) return false;
    const last = this.runs.at(-1);
    const follows = last !== undefined && last.offset + last.length === offset;
    const together = physical === null ? last?.physical === null : last?.physical === physical - (last?.length ?? 0);
    if (follows && together) {
      this.runs[this.runs.length - 1] = { ...last, length: last.length + length };
    } else this.runs.push({ offset, length, physical });
    this.#end = offset + length;
    return true;
  }
}

function comparable({ physical, flags }: Extent): number | null {
  // A block that no other file holds is surely not the base's.
  if ((flags & REFUSED) !== 0 || (flags & EXTENT.shared) === 0) return null;
  return Number.isSafeInteger(physical) && physical > 0 ? physical : null;
}

/** A run that lies at no place that could be compared: answers from where on the map is wanted. */
export type SkipFrom = (run: PhysicalRun) => number;

async function linuxRuns(
  functions: Libc,
  descriptor: number,
  start: number,
  end: number,
  skipFrom: SkipFrom | null,
): Promise<RunList | null> {
  const page = new FiemapPage(EXTENTS_PER_CALL);
  const list = new RunList();
  let most = skipFrom === null ? EXTENTS_PER_CALL : FIRST_EXTENTS;
  let at = start;
  while (at < end) {
    if ((await functions.ioctlAside(descriptor, FIEMAP, page.ask(at, end, FIEMAP_SYNC, most))) === -1) return null;
    const { count } = page;
    most = Math.min(most * 2, EXTENTS_PER_CALL);
    if (count === 0) break;
    let next = at;
    for (let index = 0; index < count; index++) {
      const extent = page.extent(index);
      const { offset, length, flags } = extent;
      if (!Number.isSafeInteger(offset + length) || offset + length <= next) return null;
      next = offset + length;
      // Set aside and never written: reads as zeros, as a hole does.
      const zeros = (flags & EXTENT.unwritten) !== 0 && (flags & REFUSED) === 0;
      // The first extent may begin before the range that was asked for.
      const run = from(at, { offset, length, physical: comparable(extent) });
      if (!zeros && !list.add(run)) return null;
      if ((flags & EXTENT.last) !== 0) return list;
      const wanted = zeros || run.physical !== null || skipFrom === null ? next : skipFrom(run);
      if (wanted > next) {
        next = wanted;
        most = FIRST_EXTENTS;
        break;
      }
    }
    at = next;
  }
  return list;
}

/** The part of a run that does not lie before `start`. */
function from(start: number, run: PhysicalRun): PhysicalRun {
  const cut = Math.max(0, start - run.offset);
  if (cut === 0) return run;
  const { offset, length, physical } = run;
  return { offset: offset + cut, length: length - cut, physical: physical === null ? null : physical + cut };
}

/** `F_LOG2PHYS_EXT` with `struct log2phys`, packed to 4: u32 flags, i64 length at 4, i64 offset at 12 (sys/fcntl.h). */
const LOG2PHYS_EXT = 65;
const LOG2PHYS_BYTES = 20;
/** Calls between two turns of the event loop. */
const CALLS_PER_TURN = 500;

/** Written after Apple's header; not run on a Mac yet. */
async function darwinRuns(functions: Libc, descriptor: number, start: number, end: number): Promise<RunList | null> {
  const ranges = dataRanges(descriptor, end, MOST_RUNS);
  if (ranges === null) return null;
  const list = new RunList();
  const request = Buffer.alloc(LOG2PHYS_BYTES);
  let calls = 0;
  for (const range of ranges) {
    const rangeEnd = Math.min(range.offset + range.length, end);
    for (let at = Math.max(range.offset, start); at < rangeEnd; ) {
      request.writeUInt32LE(0, 0);
      request.writeBigInt64LE(BigInt(rangeEnd - at), 4);
      request.writeBigInt64LE(BigInt(at), 12);
      if (functions.fcntl(descriptor, LOG2PHYS_EXT, request).result === -1) return null;
      const length = Math.min(Number(request.readBigInt64LE(4)), rangeEnd - at);
      const physical = Number(request.readBigInt64LE(12));
      const known = physical > 0 && Number.isSafeInteger(physical) ? physical : null;
      if (!list.add({ offset: at, length, physical: known })) return null;
      at += length;
      calls += 1;
      if (calls % CALLS_PER_TURN === 0) await new Promise(setImmediate);
    }
  }
  return list;
}

/**
 * Where a part of an open file lies on its volume, in order; holes and what was only set aside are left out. Null where the
 * system does not tell, or the file is in more than {@link MOST_RUNS} pieces. Reads no byte of the file; on Linux off the
 * event loop (2-7 µs an extent, measured on btrfs and xfs of Linux 6.18).
 *
 * @param start first byte
 * @param end behind the last byte; the last run may reach beyond it
 * @param skipFrom leaves out what need not be mapped behind a run without a place; not heeded on macOS
 */
export async function physicalRuns(
  { fd }: Pick<FileHandle, 'fd'>,
  start: number,
  end: number,
  skipFrom: SkipFrom | null = null,
): Promise<readonly PhysicalRun[] | null> {
  const functions = libc();
  if (functions === null) return null;
  switch (process.platform) {
    case 'linux':
      return (await linuxRuns(functions, fd, start, end, skipFrom))?.runs ?? null;
    case 'darwin':
      return (await darwinRuns(functions, fd, start, end))?.runs ?? null;
    default:
      return null;
  }
}

/** The first run of a part, without a map of the rest; null for a hole, and where the system does not tell. */
export async function firstRun(file: Pick<FileHandle, 'fd'>, start: number, end: number): Promise<PhysicalRun | null> {
  const functions = libc();
  if (functions === null) return null;
  if (process.platform !== 'linux') return (await physicalRuns(file, start, end))?.[0] ?? null;
  const page = new FiemapPage(1);
  if ((await functions.ioctlAside(file.fd, FIEMAP, page.ask(start, end, 0))) === -1 || page.count === 0) return null;
  const extent = page.extent(0);
  return { offset: extent.offset, length: extent.length, physical: comparable(extent) };
}
