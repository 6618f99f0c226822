import { chmod, open } from 'node:fs/promises';
import { cloneFile } from '../native/clone-file.ts';
import { dataRanges } from '../native/seek-data.ts';

/** Bytes read at a time where blocks cannot be shared. */
const BUFFER = 4 * 1024 * 1024;

/** Of a file that a pull makes. */
const MODE = 0o644;

/**
 * Copies a file to a new one: shares its blocks where the file system can, else writes its data and keeps its holes.
 * The copy is on the disk when this resolves. Holds one buffer of 4 MiB.
 *
 * @throws the system's error, or the signal's reason
 */
export async function sparseCopy(source: string, target: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const shared = await cloneFile(source, target);
  // The clone of a snapshot is as read-only as that.
  if (shared) await chmod(target, MODE);
  const to = await open(target, shared ? 'r+' : 'w');
  try {
    if (!shared) {
      const from = await open(source, 'r');
      try {
        const { size } = await from.stat();
        await to.truncate(size);
        const buffer = Buffer.alloc(Math.min(BUFFER, Math.max(1, size)));
        for (const range of dataRanges(from.fd, size) ?? [{ offset: 0, length: size }]) {
          const end = range.offset + range.length;
          for (let at = range.offset; at < end; ) {
            signal.throwIfAborted();
            const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, end - at), at);
            // Somebody cut the file: who knows its identity sees that.
            if (bytesRead === 0) break;
            await to.write(buffer, 0, bytesRead, at);
            at += bytesRead;
          }
        }
      } finally {
        await from.close();
      }
    }
    await to.sync();
  } finally {
    await to.close();
  }
}
