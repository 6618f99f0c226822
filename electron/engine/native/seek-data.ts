import { open } from 'node:fs/promises';
import { type Libc, libc } from './libc.ts';

/** A range of a file that holds data; what lies between is a hole. Bytes. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** The two constants are swapped between Linux and macOS. */
const WHENCE: Partial<Record<NodeJS.Platform, { readonly data: number; readonly hole: number }>> = {
  linux: { data: 3, hole: 4 },
  darwin: { data: 4, hole: 3 },
};
/** "No more data behind this offset", the same number on both systems. */
const ENXIO = 6;
/** A file in more pieces than this is read as a whole: walking it would cost more than it saves. */
const MOST_RANGES = 1_000_000;

/**
 * Data ranges of an open file by SEEK_DATA and SEEK_HOLE, in order, neighbours merged; null where the system or the file
 * system does not tell, or the file is in too many pieces. A file system that knows no holes answers one range.
 * Moves the descriptor's offset. 0.9 µs a call, two calls a range (measured on Linux 6.18).
 *
 * @param size bytes of the file; what lies behind is left out
 */
export function dataRanges(descriptor: number, size: number, mostRanges = MOST_RANGES): DataRange[] | null {
  const functions = libc();
  return functions === null ? null : walk(functions, descriptor, size, mostRanges);
}

/** {@link dataRanges} of a closed file. Rejects with the system's error where it cannot be opened. */
export async function dataRangesOf(path: string, size: number): Promise<DataRange[] | null> {
  const file = await open(path, 'r');
  try {
    return dataRanges(file.fd, size);
  } finally {
    await file.close();
  }
}

function walk(functions: Libc, descriptor: number, size: number, mostRanges: number): DataRange[] | null {
  const whence = WHENCE[process.platform];
  if (whence === undefined) return null;
  const ranges: DataRange[] = [];
  let at = 0;
  while (at < size) {
    const data = functions.lseek(descriptor, at, whence.data);
    if (data.result < 0) {
      // Anything but "only a hole follows" says nothing about the rest: taking it for a hole would lose data.
      if (data.errno !== ENXIO) return null;
      break;
    }
    if (data.result >= size) break;
    const hole = functions.lseek(descriptor, data.result, whence.hole).result;
    if (data.result < at || hole <= data.result) return null;
    const length = Math.min(hole, size) - data.result;
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === data.result) {
      ranges[ranges.length - 1] = { offset: last.offset, length: last.length + length };
    } else {
      if (ranges.length === mostRanges) return null;
      ranges.push({ offset: data.result, length });
    }
    at = hole;
  }
  return ranges;
}
