import { AppError } from '../../../../shared/errors/app-error.ts';
import type { CodecResult } from '../../codec/codec-protocol.ts';
import { readRanges, rememberRawDigests } from '../../plan/chunk-digests.ts';
import { countWork, type DraftLayer } from '../../plan/push-draft.ts';
import type { PushContext } from './push-context.ts';
import type { UploadPass } from './upload-pass.ts';

/** Encoding gave another digest than the manifest of a cached image names. */
export class ForeignLayer extends Error {}

/**
 * One pass over the bytes of a layer, into the uploads of `pass` or, where that is null, to nowhere; what it finds is
 * learned. False when every upload was given up on the way, or when the known digest was not our encoder's.
 *
 * @throws AppError `vm.diskChanged`, what reading finds; {@link ForeignLayer}
 */
export async function encodeLayer(
  run: PushContext,
  layer: DraftLayer,
  pass: UploadPass | null,
  signal: AbortSignal,
): Promise<boolean> {
  const { parts, draft } = run;
  const nvram = layer.kind === 'nvram';
  const runs = readRanges(draft, layer);
  // A known layer digest proves the raw bytes as well: hashing them again is a fifth of the work.
  const known = layer.digest === null || draft.source.verbatim !== null ? null : layer.rawDigest;
  const sinks = pass === null ? [] : await pass.specs();
  const count = counter(run, layer);
  run.progressOf(layer).move('waiting');
  run.changed(layer);
  const encoded = parts.codec.encode(
    {
      path: nvram ? draft.source.nvramPath : draft.source.diskPath,
      state: nvram ? draft.source.own.nvram : draft.source.own.disk,
      offset: layer.rawOffset ?? 0,
      length: layer.rawSize,
      ...(runs === undefined ? {} : { runs }),
      form: nvram ? 'raw' : 'lz4',
      sinks,
      pieceSize: run.pieceSize,
      ...(known === null ? {} : { rawDigest: known }),
    },
    {
      signal,
      share: parts.share,
      followed: () => draft.layers.some((other) => run.progressOf(other).status === 'waiting'),
      onStarted: () => {
        run.progressOf(layer).move('encoding');
        run.changed(layer);
      },
      onProgress: ({ raw, read, taken }) => {
        for (const [id, bytes] of Object.entries(taken)) pass?.acknowledge(id, bytes);
        count(raw, read);
      },
      ...(pass === null ? {} : { sinkHost: pass.host }),
    },
  );
  run.atWorkers(layer);
  const result = await encoded;
  if (!result.complete) return false;
  count(layer.rawSize, result.bytesRead);
  if (known !== null && layer.digest !== result.digest) {
    // Another encoder made the known layer, or the disk changed: the next pass hashes the raw bytes and tells.
    layer.digest = null;
    layer.size = null;
    return false;
  }
  take(run, layer, result);
  if (nvram) return true;
  const { rawDigest, digest, size } = result;
  // At once, because the upload that closes next waits for them.
  await Promise.all([
    run.encoded(layer.rawSize, result),
    rememberRawDigests(parts, draft, [layer]),
    parts.contentIndex.learnPairs([{ rawDigest, rawSize: layer.rawSize, digest, size, proof: 'proven' }]),
  ]);
  return true;
}

/** Counts what a pass has read and encoded so far. */
function counter(run: PushContext, layer: DraftLayer): (raw: number, read: number) => void {
  let seenRaw = 0;
  let seenRead = 0;
  return (raw, read) => {
    const encoded = layer.kind === 'nvram' ? 0 : raw - seenRaw;
    countWork(run.draft, layer, { read: read - seenRead, encoded });
    run.progressOf(layer).read = raw;
    [seenRaw, seenRead] = [raw, read];
    run.changed(layer);
  };
}

/** The layer is what the pass found. */
function take({ draft }: PushContext, layer: DraftLayer, found: CodecResult): void {
  if (draft.source.verbatim !== null && layer.digest !== found.digest) throw new ForeignLayer();
  if (layer.rawDigest !== null && layer.rawDigest !== found.rawDigest) {
    throw new AppError('vm.diskChanged', { name: draft.source.vmName });
  }
  layer.rawDigest = found.rawDigest;
  layer.zero = found.zero;
  layer.digest = found.digest;
  layer.size = found.size;
  if (layer.kind === 'nvram') return;
  layer.origin = found.zero ? 'zero' : layer.origin === 'unknown' ? 'encoded' : layer.origin;
}
