import { describe, expect, it } from 'vitest';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { CodecResult } from '../codec/codec-protocol.ts';
import { ZERO_512_MIB, ZeroChunks } from './zero-chunks.ts';

const MIB = 1024 * 1024;
const RESULT: CodecResult = {
  rawDigest: `sha256:${'a'.repeat(64)}`,
  digest: `sha256:${'b'.repeat(64)}`,
  size: 6000,
  zero: true,
  bytesRead: 0,
  complete: true,
  busyMs: 1,
  readMs: 0,
};

/** Encoders that finish when the test says so, or when they are told to stop. */
function heldCodec() {
  const finish: (() => void)[] = [];
  const stopped: number[] = [];
  const encode: CodecPool['encode'] = ({ length }, { signal }) =>
    new Promise((resolve, reject) => {
      finish.push(() => resolve(RESULT));
      signal.addEventListener('abort', () => {
        stopped.push(length);
        reject(new Error('stopped'));
      });
    });
  const learned: unknown[] = [];
  const index = {
    learnPairs: (pairs: readonly unknown[]) => {
      learned.push(...pairs);
      return Promise.resolve();
    },
  };
  return { chunks: new ZeroChunks({ encode }, index), finish, stopped, learned };
}

const EXPECTED = { rawDigest: RESULT.rawDigest, digest: RESULT.digest, size: RESULT.size };

describe('the chunk of zeros of a length', () => {
  it('is a constant for 512 MiB: nothing is encoded', async () => {
    const { chunks, finish } = heldCodec();
    const found = await chunks.of(512 * MIB, '/disk', new AbortController().signal);
    expect([found, finish.length]).toEqual([ZERO_512_MIB, 0]);
  });

  it('is encoded once for all who ask for it, and learned', async () => {
    const { chunks, finish, learned } = heldCodec();
    const { signal } = new AbortController();
    const both = Promise.all([chunks.of(MIB, '/one', signal), chunks.of(MIB, '/other', signal)]);
    finish[0]?.();
    const found = [...(await both), await chunks.of(MIB, '/third', signal)];

    expect({ found, encodings: finish.length, learned }).toEqual({
      found: [EXPECTED, EXPECTED, EXPECTED],
      encodings: 1,
      learned: [{ rawDigest: RESULT.rawDigest, rawSize: MIB, digest: RESULT.digest, size: 6000, proof: 'proven' }],
    });
  });

  it('comes for those who still wait when the one who asked first gives up', async () => {
    const { chunks, finish, stopped } = heldCodec();
    const first = new AbortController();
    const given = chunks.of(MIB, '/one', first.signal).catch(() => 'gave up');
    const waiting = chunks.of(MIB, '/other', new AbortController().signal);
    first.abort();
    const gave = await given;
    finish[0]?.();

    expect({ gave, found: await waiting, stopped }).toEqual({ gave: 'gave up', found: EXPECTED, stopped: [] });
  });
});
