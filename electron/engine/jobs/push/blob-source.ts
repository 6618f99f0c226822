import { createHash } from 'node:crypto';
import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import { networkError } from '../../registry/answer-error.ts';
import { ATTEMPTS } from '../../registry/backoff.ts';
import type { DistributionClient } from '../../registry/distribution-client.ts';

/** A blob at a registry that is read once, from its first byte to its last. */
export interface RemoteBlob {
  readonly client: Pick<DistributionClient, 'host' | 'openBlob' | 'pause'>;
  readonly repository: string;
  readonly digest: string;
  /** Bytes, as the manifest says. */
  readonly size: number;
}

/**
 * The bytes of a blob in order. A connection that breaks is opened again at the byte where it broke, at most five times
 * without a new byte. The last bytes are given only after size and digest of the whole were found right: a body that is
 * fed from here cannot end with wrong content.
 *
 * @throws AppError `blob.missing`, `blob.sizeMismatch`, `blob.digestMismatch`, and what the registry refuses
 */
export async function* readBlob(blob: RemoteBlob, signal: AbortSignal): AsyncGenerator<Buffer> {
  const { client, repository, digest, size } = blob;
  const hash = createHash('sha256');
  let done = 0;
  let held: Buffer | null = null;
  for (let attempt = 1; ; attempt += 1) {
    const startedAt = done;
    let fault: AppError | null = null;
    const body = await client.openBlob(repository, digest, done, { signal });
    try {
      for await (const bytes of body) {
        done += bytes.length;
        if (done > size) throw new AppError('blob.sizeMismatch', { host: client.host, digest, size, found: done });
        hash.update(bytes);
        if (held !== null) yield held;
        held = bytes;
      }
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof AppError) throw thrown;
      fault = networkError(client.host, codeOf(thrown), thrown);
    }
    if (done === size) break;
    if (done > startedAt) attempt = 1;
    fault ??= new AppError('blob.sizeMismatch', { host: client.host, digest, size, found: done });
    if (attempt === ATTEMPTS) throw fault;
    await client.pause(attempt, null, fault, signal);
  }
  if (`sha256:${hash.digest('hex')}` !== digest)
    throw new AppError('blob.digestMismatch', { host: client.host, digest });
  if (held !== null) yield held;
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : toAppError(thrown).code;
}

/** A part of a blob that lies in `buffer`. Bytes. */
interface FilledPiece {
  readonly start: number;
  readonly bytes: Buffer;
  readonly final: boolean;
}

/** Cuts a stream of `size` bytes into pieces of the buffer's length, each in that one buffer: use it before the next. */
export async function* inPieces(
  stream: AsyncIterable<Buffer>,
  size: number,
  buffer: Buffer,
): AsyncGenerator<FilledPiece> {
  let start = 0;
  let filled = 0;
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.copy(buffer, filled, at, Math.min(bytes.length, at + buffer.length - filled));
      at += part;
      filled += part;
      if (filled < buffer.length && start + filled < size) continue;
      yield { start, bytes: buffer.subarray(0, filled), final: start + filled === size };
      start += filled;
      filled = 0;
    }
  }
}
