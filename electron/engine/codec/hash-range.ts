import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { CodecResult, CodecTask, TaskProgress } from './codec-protocol.ts';
import type { TaskHost } from './task-host.ts';
import { WindowReader } from './window-reader.ts';
import { ZEROS } from './zeros.ts';

const NOTHING_TAKEN: TaskProgress['taken'] = {};

/** Hashes a range; the result's packed side is empty. */
export async function hashRange(
  task: Extract<CodecTask, { kind: 'hash' }>,
  buffer: Buffer,
  host: TaskHost,
): Promise<CodecResult> {
  const reader = new WindowReader(task.path, task.range, task.runs);
  try {
    const raw = createHash('sha256');
    let zero = true;
    let done = 0;
    let busyMs = 0;
    for (;;) {
      const startedMs = performance.now();
      const length = reader.next(buffer);
      if (length === 0) break;
      const bytes = buffer.subarray(0, length);
      zero &&= reader.inHole || bytes.equals(ZEROS.subarray(0, length));
      raw.update(bytes);
      done += length;
      busyMs += performance.now() - startedMs;
      host.progress(() => ({ raw: done, read: reader.bytesRead, packed: 0, taken: NOTHING_TAKEN }));
      // Lets another task of this worker run, and cancellation arrive.
      await setImmediate();
      host.signal.throwIfAborted();
    }
    reader.confirm(task.state);
    const rawDigest = `sha256:${raw.digest('hex')}`;
    const { bytesRead, readMs } = reader;
    return { rawDigest, zero, bytesRead, digest: rawDigest, size: 0, complete: true, busyMs, readMs };
  } finally {
    reader.close();
  }
}
