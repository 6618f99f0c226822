import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { codecWasm } from '../../../test/fixtures/codec-wasm.ts';
import { ZERO_512_MIB } from '../plan/zero-chunks.ts';
import { loadCodecModule } from './codec-module.ts';
import { Decoder } from './decoder.ts';
import { Encoder, STREAM_END } from './encoder.ts';

let module: WebAssembly.Module;
let encoder: Encoder;

beforeAll(async () => {
  module = await loadCodecModule(codecWasm());
  encoder = new Encoder(module);
});

function encode(raw: Buffer): Buffer {
  encoder.reset();
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; at += encoder.window.length) {
    const length = Math.min(encoder.window.length, raw.length - at);
    raw.copy(encoder.window, 0, at, at + length);
    encoder.add(length, false);
    parts.push(Buffer.from(encoder.take()));
  }
  return Buffer.concat([...parts, STREAM_END]);
}

function decode(stream: Buffer, limit: number, cut = stream.length): Buffer {
  const parts: Buffer[] = [];
  const decoder = new Decoder(module, limit, (bytes) => parts.push(Buffer.from(bytes)));
  for (let at = 0; at < stream.length; at += Math.max(1, cut)) decoder.push(stream.subarray(at, at + Math.max(1, cut)));
  decoder.end();
  return Buffer.concat(parts);
}

function facts(stream: Buffer): { length: number; sha256: string } {
  return { length: stream.length, sha256: createHash('sha256').update(stream).digest('hex') };
}

const LINES = Buffer.from(Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join(''));

describe('the encoder makes the bytes that Apple’s makes', () => {
  it.each([
    ['200 times a', Buffer.alloc(200, 'a'), 146, '172358984cf5e17fdf3a44719495443480df5779a0740fcee56ebc34757caae5'],
    ['128 times a', Buffer.alloc(128, 'a'), 140, 'b97d1cdc00ad90c7a9547315ed0b3e7d8527d38e9ff2c6d3d32936ccfc3e1aa5'],
    ['129 times a', Buffer.alloc(129, 'a'), 138, 'dbd81a51b24bddfd277a94447ab4188e751b7a7790804951528ec26c9b378102'],
    ['65 536 zeros', Buffer.alloc(65_536), 402, '72659a21d775bf7fcb9fbaa6aab5a54f350d42626cb8e6f9a4234e06cbc80c5b'],
    ['131 072 zeros', Buffer.alloc(131_072), 800, '89c244c0d8da0708c63d5dcdf59eaef0a5fd492605bffe10582d3c9b394d3fbc'],
    [
      '4 MiB of zeros',
      Buffer.alloc(4_194_304),
      25_476,
      '067d64886581ce204f476cecc2312a3f0723ae6fc1dc8e97eb26560f317c004c',
    ],
    ['20 000 lines', LINES, 81_351, '146934da72c308675e98a3649f22de08e5b89ce9f0a28f80197f3b0e56fc125b'],
  ])('%s', (_name, raw, length, sha256) => {
    expect(facts(encode(raw))).toEqual({ length, sha256 });
  });

  it('a greeting, and nothing at all', () => {
    expect(encode(Buffer.from('Hello, World!\n')).toString('latin1')).toBe('bv4-\x0e\0\0\0Hello, World!\nbv4$');
    expect(encode(Buffer.alloc(0)).toString('latin1')).toBe('bv4$');
  });

  it.each([false, true])('512 MiB of zeros, the layer that public images share (told to be zeros: %s)', (told) => {
    encoder.reset();
    encoder.window.fill(0);
    const hash = createHash('sha256');
    let length = 0;
    for (let at = 0; at < 512; at += 1) {
      encoder.add(encoder.window.length, told);
      const packed = encoder.take();
      hash.update(packed);
      length += packed.length;
    }
    hash.update(STREAM_END);
    const made = { length: length + STREAM_END.length, sha256: hash.digest('hex') };
    expect(made).toEqual({
      length: 3_260_420,
      sha256: '6f95979b1390a9ebe8ce08d802b2a6adba652c110ec73a40c8303363719cb4e9',
    });
    // What a push takes for it without encoding anything.
    expect(ZERO_512_MIB).toEqual({
      rawDigest: 'sha256:9acca8e8c22201155389f65abbf6bc9723edc7384ead80503839f49dcc56d767',
      digest: `sha256:${made.sha256}`,
      size: made.length,
    });
  });
});

/** Data as disks hold it: runs, repeated phrases, noise. */
const disk = fc
  .array(
    fc.oneof(
      fc.tuple(fc.constant('run'), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 70_000 })),
      fc.tuple(fc.constant('text'), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 40_000 })),
      fc.tuple(fc.constant('noise'), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 3000 })),
    ),
    { maxLength: 8 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(([kind, seed, length]) => {
        if (kind === 'run') return Buffer.alloc(length, seed);
        if (kind === 'text') return Buffer.alloc(length, `phrase ${seed} of the disk; `);
        const noise: Buffer[] = [];
        for (let made = 0, at = 0; made < length; made += 32, at += 1) {
          noise.push(createHash('sha256').update(`${seed} ${at}`).digest());
        }
        return Buffer.concat(noise).subarray(0, length);
      }),
    ),
  );

/** A window of some blocks: zeros, zeros behind a few bytes, zeros before a few bytes, or text. */
const window = fc.tuple(
  fc.constantFrom('zeros', 'zeros', 'zeros', 'head', 'tail', 'text'),
  fc.integer({ min: 1, max: 6 }),
  fc.boolean(),
);

describe('zeros that are known to be zeros', () => {
  it('become the same bytes, whatever lies around them and however many windows are taken at once', () => {
    fc.assert(
      fc.property(fc.array(window, { maxLength: 8 }), fc.integer({ min: 0, max: 65_535 }), (windows, rest) => {
        const raw: Buffer[] = [];
        const parts: Buffer[] = [];
        const told = new Encoder(module);
        const add = (bytes: Buffer, zeros: boolean, takes: boolean): void => {
          raw.push(bytes);
          bytes.copy(told.window);
          told.add(bytes.length, zeros);
          if (takes || !told.hasRoom) parts.push(Buffer.from(told.take()));
        };
        told.reset();
        for (const [kind, blocks, takes] of windows) {
          const bytes = Buffer.alloc(blocks * 65_536, kind === 'text' ? `phrase ${blocks} of the disk; ` : 0);
          if (kind === 'head') bytes.write('head');
          if (kind === 'tail') bytes.write('tail', bytes.length - 4);
          add(bytes, kind === 'zeros', takes);
        }
        add(Buffer.alloc(rest), true, true);
        const plain: Buffer[] = [];
        encoder.reset();
        for (const bytes of raw) {
          bytes.copy(encoder.window);
          encoder.add(bytes.length, false);
          plain.push(Buffer.from(encoder.take()));
        }
        expect(Buffer.concat(parts).equals(Buffer.concat(plain))).toBe(true);
      }),
    );
  });
});

/** A block of literals, one match over all of them, and literals again. */
function blockOf(pattern: Buffer, matched: number, rest: string): Buffer {
  const longLength = (length: number): number[] => {
    const bytes: number[] = [];
    for (let left = length - 15; left >= 0; left -= 255) bytes.push(Math.min(left, 255));
    return bytes;
  };
  const payload = Buffer.concat([
    Buffer.from([(Math.min(pattern.length, 15) << 4) | Math.min(matched - 4, 15), ...longLength(pattern.length)]),
    pattern,
    Buffer.from([pattern.length & 255, pattern.length >> 8, ...longLength(matched - 4)]),
    Buffer.from([rest.length << 4]),
    Buffer.from(rest),
  ]);
  const head = Buffer.alloc(12);
  head.write('bv41', 'latin1');
  head.writeUInt32LE(pattern.length + matched + rest.length, 4);
  head.writeUInt32LE(payload.length, 8);
  return Buffer.concat([head, payload, STREAM_END]);
}

describe('the decoder', () => {
  it('gives back what the encoder took, however the stream is cut', () => {
    fc.assert(
      fc.property(disk, fc.integer({ min: 1, max: 100_000 }), (raw, cut) => {
        expect(decode(encode(raw), raw.length, cut).equals(raw)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('repeats a pattern of any length any number of times', () => {
    const wrong: string[] = [];
    for (let distance = 1; distance <= 40; distance += 1) {
      const pattern = Buffer.from(Array.from({ length: distance }, (_, at) => 17 * at + 1));
      for (const matched of [4, 5, 7, 8, 9, 15, 16, 17, 18, 19, 31, 33, 64, 255, 256, 257, 300, 1000]) {
        const raw = Buffer.concat([Buffer.alloc(distance + matched, pattern), Buffer.from('end')]);
        if (!decode(blockOf(pattern, matched, 'end'), raw.length).equals(raw)) wrong.push(`${distance} ${matched}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('ends every damaged stream with an error or with no more than was declared', () => {
    fc.assert(
      fc.property(
        disk,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (raw, damage, cut) => {
          const stream = Buffer.from(encode(raw));
          for (const [at, byte] of damage) stream[at % stream.length] = byte;
          const shortened = stream.subarray(0, stream.length - (cut % stream.length));
          try {
            expect(decode(shortened, raw.length).length).toBeLessThanOrEqual(raw.length);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(AppError);
            expect(thrown).toMatchObject({ code: 'codec.invalid' });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['no end', Buffer.from('bv4-\x01\0\0\0a', 'latin1'), 'noEnd'],
    ['bytes behind the end', Buffer.from('bv4$a', 'latin1'), 'bytesBehindEnd'],
    ['another magic', Buffer.from('bv4?abcd', 'latin1'), 'magic'],
    ['a block over 64 KiB', Buffer.from('bv4-\x01\0\x01\0', 'latin1'), 'rawSize'],
    ['more than was declared', Buffer.from('bv4-\x09\0\0\0abcdefghibv4$', 'latin1'), 'outputTooLong'],
    [
      'a match before the start',
      Buffer.from('bv41\x08\0\0\0\x03\0\0\0\x00\x05\x00bv4$', 'latin1'),
      'matchBeforeHistory',
    ],
  ])('refuses %s', (_name, stream, reason) => {
    expect(() => decode(stream, 8)).toThrow(
      expect.objectContaining({ code: 'codec.invalid', params: expect.objectContaining({ reason }) }),
    );
  });
});
