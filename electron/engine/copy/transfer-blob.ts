import { AppError } from '../../../shared/errors/app-error.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import { ALLOWANCE, type SinkSpec } from '../codec/codec-protocol.ts';
import type { Share } from '../codec/share.ts';
import type { SinkHost } from '../codec/sink-host.ts';
import type { SinkSender } from '../codec/sink-sender.ts';
import type { Bandwidth } from '../jobs/bandwidth.ts';
import type { PauseGate } from '../jobs/pause-gate.ts';
import { copyBlob } from '../jobs/push/copy-blob.ts';
import type { LinkMeter } from '../jobs/push/link-meter.ts';
import { ATTEMPTS } from '../registry/backoff.ts';
import type { BlobUpload, DistributionClient } from '../registry/distribution-client.ts';
import { UploadLost } from '../registry/upload-session.ts';
import type { LocalBlob } from './local-blobs.ts';

/** What a transfer works with; its owner closes the sender. */
export interface TransferParts {
  readonly codec: Pick<CodecPool, 'withPiece' | 'encode'>;
  readonly sender: SinkSender;
  readonly bandwidth: Bandwidth;
  /** Of the job. */
  readonly share: Share;
  /** No request begins, and no stream goes on, while it is closed. */
  readonly gate: PauseGate;
  readonly signal: AbortSignal;
  /** Called with what the target acknowledged of the blob; less than before when an upload was lost. */
  readonly onSent: (bytes: number) => void;
  readonly onStep: (step: 'uploading' | 'committing') => void;
  /** Of the link to the target. */
  readonly link: LinkMeter;
}

/** One end of a transfer. */
export interface TransferEnd {
  readonly client: DistributionClient;
  readonly repository: string;
}

/** A blob, as a manifest names it. Bytes. */
interface NamedBlob {
  readonly digest: string;
  readonly size: number;
}

/** Gives the bytes of a blob into one upload. False = the upload was given up; its owner knows why. */
export type BlobFeed = (
  blob: NamedBlob,
  sink: SinkSpec,
  host: SinkHost,
  pieceSize: number,
  parts: TransferParts,
) => Promise<boolean>;

/** Reads the blob where it is: the slower side sets the pace, one piece is held, its digest is checked before the last byte. */
export function fromPlace({ client, repository }: TransferEnd): BlobFeed {
  return ({ digest, size }, sink, host, pieceSize, { codec, sender, signal }) =>
    codec.withPiece(sink.mode === 'pieces' ? pieceSize : 0, signal, () =>
      copyBlob({ client, repository, digest, size }, sink, { sender, host, pieceSize, signal }),
    );
}

/** Encoding a chunk of a disk gave other bytes than the blob's. */
class OtherBytes extends Error {}

/** Encodes a chunk of a disk of this computer, which was found to give the blob. */
export function fromDisk({ path, offset, length, runs }: Extract<LocalBlob, { kind: 'disk' }>): BlobFeed {
  return async ({ digest }, sink, host, pieceSize, { codec, signal, share, onSent }) => {
    const result = await codec.encode(
      { path, offset, length, ...(runs === null ? {} : { runs }), form: 'lz4', sinks: [sink], pieceSize },
      {
        signal,
        share,
        sinkHost: host,
        onProgress: ({ taken }) => {
          if (taken[sink.id] !== undefined) onSent(taken[sink.id] ?? 0);
        },
      },
    );
    if (result.complete && result.digest !== digest) throw new OtherBytes();
    return result.complete;
  };
}

/**
 * Sends a blob: the slower side sets the pace, one piece is held at most, and the digest is
 * checked before it is committed. An upload that is lost begins anew, at most five times.
 *
 * @param opened an upload that the target has opened already
 * @throws AppError `blob.missing`, `blob.digestMismatch`, `blob.sizeMismatch` of the source; what the target refuses
 */
export async function transferBlob(
  feed: BlobFeed,
  to: TransferEnd,
  blob: NamedBlob,
  opened: BlobUpload | null,
  parts: TransferParts,
): Promise<void> {
  let upload: BlobUpload | null = opened;
  for (let attempt = 1; ; attempt += 1) {
    upload ??= await to.client.startUpload(to.repository, { signal: parts.signal });
    try {
      await sendThrough(feed, to, blob, upload, parts);
      return;
    } catch (thrown) {
      parts.onSent(0);
      await upload.abandon();
      if (!(thrown instanceof UploadLost)) throw thrown;
      if (attempt === ATTEMPTS) throw thrown.error;
      await to.client.pause(attempt, thrown.retryAfter, thrown.error, parts.signal);
      upload = null;
    }
  }
}

async function sendThrough(
  feed: BlobFeed,
  to: TransferEnd,
  { digest, size }: NamedBlob,
  upload: BlobUpload,
  parts: TransferParts,
): Promise<void> {
  const { signal } = parts;
  upload.announce(digest, size);
  const sink: SinkSpec =
    upload.mode === 'file' ? { id: digest, mode: 'file', path: upload.path } : await upload.sink(digest);
  const { pieceSize } = to.client.profile;
  const whole = await feed({ digest, size }, sink, hostOf(to.client.host, size, upload, parts), pieceSize, parts);
  // A sink that was dropped without a reason: the target answered before the end of the body.
  if (!whole) throw new UploadLost(new AppError('registry.protocol', { host: to.client.host, reason: 'upload' }));
  parts.onStep('committing');
  await upload.commit(digest, () => to.client.headBlob(to.repository, digest, { size, signal }));
  parts.onSent(size);
}

/** Decides about one upload. What it throws ends the copy of the blob. */
function hostOf(
  host: string,
  size: number,
  upload: BlobUpload,
  { bandwidth, share, gate, signal, link, onSent, onStep }: TransferParts,
): SinkHost {
  let allowed = upload.mode === 'file' ? 0 : ALLOWANCE;
  let measured: ((bytes: number, sentMs: number) => void) | null = null;
  return {
    piece: async (_sink, piece) => {
      onStep('uploading');
      if (upload.mode !== 'file')
        await bandwidth.takeFor(host, upload.mode === 'chunks' ? piece.length : ALLOWANCE, signal, share);
      // Last, so that a copy that was paused while its pieces waited for their turn sends none of them.
      await gate.pass(signal);
      if (upload.mode === 'file') return { do: 'next' };
      const request = await upload.requestFor(piece);
      measured = link.begin();
      return { do: 'send', request, from: 0 };
    },
    answer: async (_sink, piece, answer) => {
      if (upload.mode === 'file') return { do: 'drop' };
      // An answer that refuses the bytes tells nothing of the link.
      const taken = answer.kind === 'answer' && answer.status < 300;
      measured?.(taken ? (upload.mode === 'chunks' ? piece.length : size) : 0, taken ? answer.sentMs : 0);
      const step = await upload.onAnswer(piece, answer);
      if (step.do === 'send') measured = link.begin();
      // Of a body nothing more is known than that it arrived: the commit counts it.
      if (upload.mode === 'chunks') onSent(upload.acknowledged);
      return step;
    },
    file: (_sink, outcome) => {
      if (upload.mode !== 'file') return Promise.resolve({ do: 'drop' });
      upload.written(outcome);
      onSent(upload.acknowledged);
      return Promise.resolve({ do: 'next' });
    },
    allowance: async () => {
      // What was allowed before is on its way.
      onSent(allowed);
      allowed += ALLOWANCE;
      if (upload.mode !== 'file') await bandwidth.takeFor(host, ALLOWANCE, signal, share);
      await gate.pass(signal);
    },
  };
}
