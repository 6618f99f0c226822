import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { codecWasm } from '../../../test/fixtures/codec-wasm.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { loadCodecModule } from './codec-module.ts';
import { Decoder } from './decoder.ts';
import { Encoder, STREAM_END } from './encoder.ts';

const BLOCK = 65_536;

let module: WebAssembly.Module;
let encoder: Encoder;
beforeAll(async () => {
  module = await loadCodecModule(codecWasm());
  encoder = new Encoder(module);
});

function encode(raw: Buffer, window = encoder.window.length): Buffer {
  encoder.reset();
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; at += window) {
    const length = Math.min(window, raw.length - at);
    raw.copy(encoder.window, 0, at, at + length);
    encoder.add(length, false);
    parts.push(Buffer.from(encoder.take()));
  }
  return Buffer.concat([...parts, STREAM_END]);
}

/** One match of a block: where it starts in the raw bytes, how long it is, how far back it reaches. */
interface Match {
  readonly at: number;
  readonly length: number;
  readonly distance: number;
}

interface Block {
  readonly stored: boolean;
  readonly start: number;
  readonly raw: number;
  readonly payload: number;
  readonly matches: readonly Match[];
}

function lengthAt(bytes: Buffer, from: number, nibble: number): [number, number] {
  let [length, at] = [nibble, from];
  if (nibble === 15) {
    let byte = 255;
    while (byte === 255) {
      byte = bytes.readUInt8(at++);
      length += byte;
    }
  }
  return [length, at];
}

/**
 * Another reader, to judge the encoder by: written from the description of the container and of LZ4 blocks, over one growing
 * output. Throws where a stream is not in form.
 */
function read(stream: Buffer): { readonly raw: Buffer; readonly blocks: readonly Block[] } {
  const out: number[] = [];
  const blocks: Block[] = [];
  let at = 0;
  for (;;) {
    const magic = stream.toString('latin1', at, at + 4);
    if (magic === 'bv4$') break;
    const start = out.length;
    const raw = stream.readUInt32LE(at + 4);
    if (magic === 'bv4-') {
      out.push(...stream.subarray(at + 8, at + 8 + raw));
      blocks.push({ stored: true, start, raw, payload: raw, matches: [] });
      at += 8 + raw;
      continue;
    }
    if (magic !== 'bv41') throw new Error(`no block at ${at}`);
    const payload = stream.readUInt32LE(at + 8);
    const matches: Match[] = [];
    at += 12;
    for (const end = at + payload; at < end; ) {
      const token = stream.readUInt8(at++);
      let literals: number;
      [literals, at] = lengthAt(stream, at, token >> 4);
      for (const byte of stream.subarray(at, at + literals)) out.push(byte);
      at += literals;
      if (at === end) break;
      const distance = stream.readUInt16LE(at);
      let length: number;
      [length, at] = lengthAt(stream, at + 2, token & 15);
      matches.push({ at: out.length, length: length + 4, distance });
      for (let copied = 0; copied < length + 4; copied += 1) out.push(out[out.length - distance] ?? Number.NaN);
    }
    if (out.length - start !== raw) throw new Error(`a block of ${out.length - start} says ${raw}`);
    blocks.push({ stored: false, start, raw, payload, matches });
  }
  if (at + 4 !== stream.length) throw new Error('bytes behind the end');
  return { raw: Buffer.from(out), blocks };
}

/** Bytes as disks hold them, of lengths around those of blocks: noise, runs, texts that come back much later. */
const disk = fc
  .array(
    fc.tuple(
      fc.constantFrom('noise', 'run', 'text', 'again'),
      fc.nat({ max: 255 }),
      fc.oneof(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 70_000 }),
        fc.constantFrom(BLOCK - 1, BLOCK, BLOCK + 1),
      ),
    ),
    { maxLength: 5 },
  )
  .map((parts) => {
    let all = Buffer.alloc(0);
    for (const [kind, seed, length] of parts) {
      const part =
        kind === 'noise'
          ? randomBytesOf(`${seed}`, length)
          : kind === 'run'
            ? Buffer.alloc(length, seed)
            : kind === 'text'
              ? Buffer.alloc(length, `phrase ${seed} of the disk; `)
              : all.subarray(0, length);
      all = Buffer.concat([all, part]);
    }
    return all;
  });

describe('a packed stream', () => {
  it('is read back by another reader, in blocks of 64 KiB of which only the last is shorter', () => {
    fc.assert(
      fc.property(disk, (raw) => {
        const found = read(encode(raw));
        expect(found.raw.equals(raw)).toBe(true);
        expect(found.blocks.map((block) => block.raw)).toEqual(
          Array.from({ length: Math.ceil(raw.length / BLOCK) }, (_, at) => Math.min(BLOCK, raw.length - at * BLOCK)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('stores a block that would not get smaller, so that it is never more than 8 bytes a block and 4 at the end longer', () => {
    fc.assert(
      fc.property(disk, (raw) => {
        const stream = encode(raw);
        const { blocks } = read(stream);
        expect(blocks.filter(({ stored, payload, raw: length }) => !stored && payload >= length)).toEqual([]);
        expect(stream.length).toBeLessThanOrEqual(raw.length + 8 * blocks.length + 4);
      }),
      { numRuns: 40 },
    );
    const noise = randomBytesOf('noise', 3 * BLOCK + 5);
    expect(read(encode(noise)).blocks.map(({ stored }) => stored)).toEqual([true, true, true, true]);
  });

  it('reaches back up to 65 535 bytes, also into earlier blocks, and keeps the rules that every LZ4 reader enforces', () => {
    let across = 0;
    fc.assert(
      fc.property(disk, (raw) => {
        for (const { start, raw: length, matches } of read(encode(raw)).blocks) {
          for (const match of matches) {
            expect(match.distance).toBeGreaterThan(0);
            expect(match.distance).toBeLessThanOrEqual(65_535);
            expect(match.distance).toBeLessThanOrEqual(match.at);
            // The last five bytes are literals, and the last match starts at least twelve bytes before the end.
            expect(match.at + match.length).toBeLessThanOrEqual(start + length - 5);
            expect(match.at).toBeLessThanOrEqual(start + length - 12);
            if (match.at - match.distance < start) across += 1;
          }
        }
      }),
      { numRuns: 40 },
    );
    expect(across).toBeGreaterThan(0);
  });

  it('is the same however the raw bytes are handed over, and whatever was encoded before', () => {
    fc.assert(
      fc.property(disk, disk, fc.integer({ min: 1, max: 16 }), (raw, before, blocks) => {
        const whole = encode(raw);
        encode(before);
        expect(encode(raw, blocks * BLOCK).equals(whole)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a decoder of a hostile stream', () => {
  /** What comes out, or the reason for the refusal. Throws what is neither. */
  function outcome(stream: Buffer, limit: number): { readonly bytes: number } | { readonly reason: unknown } {
    let bytes = 0;
    const decoder = new Decoder(module, limit, (part) => {
      bytes += part.length;
      if (bytes > limit) throw new Error('more than was declared');
    });
    try {
      decoder.push(stream);
      decoder.end();
      return { bytes };
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'codec.invalid') return { reason: thrown.params['reason'] };
      throw thrown;
    }
  }

  /** Headers that fit or nearly fit, before payloads that may be anything. */
  const block = fc
    .record({
      magic: fc.constantFrom('bv41', 'bv4-', 'bv4$', 'bv4?'),
      raw: fc.oneof(fc.nat({ max: 64 }), fc.nat({ max: BLOCK + 1 }), fc.constantFrom(0, BLOCK, 0xffff_ffff)),
      size: fc.option(fc.oneof(fc.nat({ max: 64 }), fc.constantFrom(BLOCK, BLOCK + 1, 0xffff_ffff))),
      payload: fc.uint8Array({ maxLength: 64 }),
    })
    .map(({ magic, raw, size, payload }) => {
      if (magic === 'bv4$') return Buffer.from(magic);
      const head = Buffer.alloc(12);
      head.write(magic, 'latin1');
      head.writeUInt32LE(raw, 4);
      head.writeUInt32LE(size ?? payload.length, 8);
      return Buffer.concat([magic === 'bv4-' ? head.subarray(0, 8) : head, payload]);
    });

  it('gives no more than was declared, or refuses, whatever the blocks say', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), fc.nat({ max: 3 * BLOCK }), (blocks, limit) => {
        outcome(Buffer.concat(blocks), limit);
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with another reader on every stream that it takes', () => {
    const tokens = fc.array(fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.nat({ max: 40 }), fc.nat({ max: 30 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(tokens, fc.uint8Array({ minLength: 1, maxLength: 14 }), (sequences, rest) => {
        // Sequences as an encoder writes them, but with distances that may lead anywhere.
        const payload = Buffer.concat([
          ...sequences.map(([literals, distance, length]) => {
            const long = literals.length >= 15 ? [literals.length - 15] : [];
            const more = length >= 15 ? [length - 15] : [];
            const token = (Math.min(15, literals.length) << 4) | Math.min(15, length);
            return Buffer.from([token, ...long, ...literals, distance & 255, distance >> 8, ...more]);
          }),
          Buffer.from([rest.length << 4, ...rest]),
        ]);
        const raw = sequences.reduce((sum, [literals, , length]) => sum + literals.length + length + 4, rest.length);
        const head = Buffer.from('bv41\0\0\0\0\0\0\0\0', 'latin1');
        head.writeUInt32LE(raw, 4);
        head.writeUInt32LE(payload.length, 8);
        const stream = Buffer.concat([head, payload, STREAM_END]);
        const parts: Buffer[] = [];
        const decoder = new Decoder(module, raw, (part) => parts.push(Buffer.from(part)));
        let made = 0;
        const sound = sequences.every(([literals, distance, length]) => {
          made += literals.length;
          const fits = distance > 0 && distance <= made;
          made += length + 4;
          return fits;
        });
        if (!sound) {
          expect(outcome(stream, raw)).toEqual({ reason: 'matchBeforeHistory' });
          return;
        }
        decoder.push(stream);
        decoder.end();
        expect(Buffer.concat(parts).equals(read(stream).raw)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('does not reach into what another stream left behind', () => {
    const first: Buffer[] = [];
    const decoder = new Decoder(module, BLOCK, (part) => first.push(Buffer.from(part)));
    decoder.push(encode(Buffer.alloc(BLOCK, 'secret')));
    decoder.end();
    // One literal, then a match that reaches two bytes back: before the start.
    const stream = Buffer.from('bv41\x06\0\0\0\x05\0\0\0\x10a\x02\0\x00bv4$', 'latin1');

    expect(outcome(stream, 6)).toEqual({ reason: 'matchBeforeHistory' });
  });

  it('takes a stream byte by byte', () => {
    const raw = randomBytesOf('bytes', 2 * BLOCK);
    const stream = encode(raw);
    const parts: Buffer[] = [];
    const decoder = new Decoder(module, raw.length, (part) => parts.push(Buffer.from(part)));
    for (const byte of stream) decoder.push(Uint8Array.of(byte));
    decoder.end();

    expect(Buffer.concat(parts).equals(raw)).toBe(true);
  });
});
