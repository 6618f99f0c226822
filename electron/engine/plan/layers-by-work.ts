import { type FileHandle, open } from 'node:fs/promises';
import { balancedOrder, type Work } from './balanced-order.ts';
import { readRanges } from './chunk-digests.ts';
import { countWork, type DraftLayer, type PushDraft } from './push-draft.ts';

/** Chunks that are put in order: with more of them left no worker is without work anyway. */
const LAST = 8;
/** Shorter chunks, in bytes, are done before it matters which comes first. */
const LEAST_CHUNK = 64 * 1024 * 1024;
/** Looks at a chunk, and bytes of each: 64 KiB of 512 MiB tell zeros from data well enough. */
const LOOKS = 16;
const LOOK_BYTES = 4096;
const ZEROS = Buffer.alloc(LOOK_BYTES);
/** Chunks that go before config and NVRAM, which make hardly any bytes: the link would wait for what comes after them. */
const BEFORE_SMALL = 4;
/** And chunks that come after them, where there are no more: their last requests are not what a push ends with. */
const AFTER_SMALL = 2;
/** Encoding and sending a byte of data costs that much more than hashing a raw byte (measured: 2.5 to 3). */
const DATA_WEIGHT = 2.5;

/**
 * The layers in the order in which a push brings them: that of the disk, but the last chunks that have to be encoded in the
 * one in which all workers end together. A long one that is begun last would leave the others without work.
 */
export async function layersByWork(draft: PushDraft, workers: number, signal: AbortSignal): Promise<DraftLayer[]> {
  const unknown = draft.layers.filter(
    ({ kind, digest, zero, rawSize }) => kind === 'disk' && digest === null && !zero && rawSize >= LEAST_CHUNK,
  );
  const last = unknown.slice(-LAST);
  if (last.length < 2) return [...draft.layers];
  let disk: FileHandle;
  try {
    disk = await open(draft.source.diskPath, 'r');
  } catch {
    // Who reads it next says what is wrong.
    return [...draft.layers];
  }
  try {
    // All at once: one after the other their waits would add up to a tenth of a second on a disk that is far away.
    const works = await Promise.all(
      last.map(async (item): Promise<Work<DraftLayer>> => {
        const share = await shareOfData(draft, item, disk, signal);
        return { item, cost: item.rawSize + DATA_WEIGHT * item.dataSize * share };
      }),
    );
    const ordered = balancedOrder(works, workers);
    const chunks = [...draft.layers.filter((layer) => layer.kind === 'disk' && !ordered.includes(layer)), ...ordered];
    const small = draft.layers.filter(({ kind }) => kind !== 'disk');
    const before = Math.min(BEFORE_SMALL, Math.max(0, chunks.length - AFTER_SMALL));
    return [...chunks.slice(0, before), ...small, ...chunks.slice(before)];
  } finally {
    await disk.close();
  }
}

/** Which share of a chunk's bytes outside of holes is more than zeros, by some looks at them. */
async function shareOfData(
  draft: PushDraft,
  layer: DraftLayer,
  disk: FileHandle,
  signal: AbortSignal,
): Promise<number> {
  const ranges = readRanges(draft, layer) ?? [{ offset: layer.rawOffset ?? 0, length: layer.rawSize }];
  const buffer = Buffer.alloc(LOOK_BYTES);
  let found = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    signal.throwIfAborted();
    let at = Math.floor((layer.dataSize * (look + 0.5)) / LOOKS);
    for (const { offset, length } of ranges) {
      if (at >= length) {
        at -= length;
        continue;
      }
      const { bytesRead } = await disk.read(buffer, 0, LOOK_BYTES, offset + at);
      countWork(draft, layer, { read: bytesRead });
      if (!buffer.subarray(0, bytesRead).equals(ZEROS.subarray(0, bytesRead))) found += 1;
      break;
    }
  }
  return found / LOOKS;
}
