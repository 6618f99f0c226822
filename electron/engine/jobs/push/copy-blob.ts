import { ALLOWANCE, type FileSinkSpec, type RequestSinkSpec, type SinkSpec } from '../../codec/codec-protocol.ts';
import { FileSink } from '../../codec/file-sink.ts';
import type { SinkHost } from '../../codec/sink-host.ts';
import type { SinkSender } from '../../codec/sink-sender.ts';
import { inPieces, type RemoteBlob, readBlob } from './blob-source.ts';

/** What a copy sends with. */
export interface CopyOptions {
  readonly sender: SinkSender;
  readonly host: SinkHost;
  /** Bytes of a piece. */
  readonly pieceSize: number;
  readonly signal: AbortSignal;
}

/**
 * Copies a blob from a registry into one upload, without a file in between: the slower side sets the pace, and one piece
 * is held. The packed digest is checked on the way.
 *
 * @returns false when the upload was given up; its owner knows why
 * @throws AppError what the source answers; `blob.digestMismatch` before the last byte is sent
 */
export async function copyBlob(blob: RemoteBlob, sink: SinkSpec, options: CopyOptions): Promise<boolean> {
  switch (sink.mode) {
    case 'pieces':
      return await copyInPieces(blob, sink, options);
    case 'body':
      return await copyAsBody(blob, sink, options);
    case 'file':
      return await copyIntoFile(blob, sink, options);
  }
}

async function copyIntoFile(blob: RemoteBlob, sink: FileSinkSpec, { host, signal }: CopyOptions): Promise<boolean> {
  const whole = { start: 0, length: 0, final: true };
  if ((await host.piece(sink.id, whole)).do !== 'next') return false;
  const file = new FileSink(sink.path, async () => {
    await host.allowance(sink.id);
    return true;
  });
  try {
    for await (const bytes of readBlob(blob, signal)) {
      file.give(bytes);
      await file.lentAtMost(1);
      if (file.stopped) break;
    }
    return (await host.file(sink.id, await file.finish())).do === 'next';
  } finally {
    await file.close();
  }
}

async function copyInPieces(blob: RemoteBlob, sink: RequestSinkSpec, options: CopyOptions): Promise<boolean> {
  const { sender, host, pieceSize, signal } = options;
  const buffer = Buffer.allocUnsafeSlow(Math.min(pieceSize, Math.max(1, blob.size)));
  for await (const { start, bytes, final } of inPieces(readBlob(blob, signal), blob.size, buffer)) {
    const piece = { start, length: bytes.length, final };
    let directive = await host.piece(sink.id, piece);
    while (directive.do === 'send') {
      const answer = await sender.send(directive.request, sink.network, bytes.subarray(directive.from), signal);
      directive = await host.answer(sink.id, piece, answer);
    }
    if (directive.do === 'drop') return false;
  }
  return true;
}

async function copyAsBody(blob: RemoteBlob, sink: RequestSinkSpec, options: CopyOptions): Promise<boolean> {
  const { sender, host, signal } = options;
  const whole = { start: 0, length: 0, final: true };
  const directive = await host.piece(sink.id, whole);
  if (directive.do !== 'send') return false;
  const faults: unknown[] = [];
  const body = (async function* () {
    let credit = ALLOWANCE;
    try {
      for await (const bytes of readBlob(blob, signal)) {
        if (credit < bytes.length) {
          await host.allowance(sink.id);
          credit += ALLOWANCE;
        }
        credit -= bytes.length;
        yield bytes;
      }
    } catch (thrown) {
      faults.push(thrown);
      throw thrown;
    }
  })();
  const answer = await sender.send(directive.request, sink.network, body, signal);
  // The source failed, not the upload: what the sender saw of it says nothing.
  if (faults.length > 0) throw faults[0];
  return (await host.answer(sink.id, whole, answer)).do === 'next';
}
