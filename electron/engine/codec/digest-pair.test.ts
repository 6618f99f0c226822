import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DigestPair, startDigests } from './digest-pair.ts';
import { initialState, loadShaBlocks, SHA_BLOCK, type ShaBlocks, type ShaState } from './sha256-blocks.ts';

/** The constants of FIPS 180-4, section 4.2.2: of the first 64 primes, 32 bits of what their cube roots have behind the point. */
const CONSTANTS: readonly number[] = Array.from({ length: 312 }, (_, at) => at)
  .filter((n) => n > 1 && Array.from({ length: n - 2 }, (_, at) => at + 2).every((divisor) => n % divisor !== 0))
  .map((prime) => Number(thirdRoot(BigInt(prime) << 96n) & 0xffff_ffffn));

/** The greatest whole number whose third power is no more. */
function thirdRoot(of: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** 3n <= of) root += bit;
  return root;
}

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** FIPS 180-4, section 6.2.2, word by word. */
function compress(state: ShaState, block: Buffer): void {
  const words = Array.from({ length: 16 }, (_, at) => block.readUInt32BE(at * 4));
  const word = (at: number): number => words[at] ?? 0;
  for (let at = 16; at < 64; at += 1) {
    const early = turned(word(at - 15), 7) ^ turned(word(at - 15), 18) ^ (word(at - 15) >>> 3);
    const late = turned(word(at - 2), 17) ^ turned(word(at - 2), 19) ^ (word(at - 2) >>> 10);
    words.push((word(at - 16) + early + word(at - 7) + late) >>> 0);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (const [at, constant] of CONSTANTS.entries()) {
    const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constant + word(at);
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(first + second) >>> 0, a, b, c, (d + first) >>> 0, e, f, g];
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + value;
}

/** Functions written after the standard, for machines that have no faster ones. */
const WRITTEN: ShaBlocks = {
  one: (state, bytes, blocks) => {
    for (let at = 0; at < blocks; at += 1) compress(state, bytes.subarray(at * SHA_BLOCK, (at + 1) * SHA_BLOCK));
  },
  two: (first, firstBytes, second, secondBytes, blocks) => {
    WRITTEN.one(first, firstBytes, blocks);
    WRITTEN.one(second, secondBytes, blocks);
  },
};

/** Those that hash two at once here, if this machine has any. */
const HERE = loadShaBlocks();

function digestOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
}

const ways: readonly (readonly [string, () => DigestPair])[] = [
  ['both at once, by what this machine has for it', () => startDigests(HERE)],
  ['both at once, by functions written after the standard', () => startDigests(WRITTEN)],
  ['one after the other', () => startDigests(null)],
];

describe.each(ways)('the digests of raw and packed bytes, %s', (_way, start) => {
  it('are those of all bytes, however they come', () => {
    const part = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { maxLength: 12 }), (updates) => {
        const digests = start();
        for (const [raw, packed] of updates) digests.update(Buffer.from(raw), Buffer.from(packed));
        expect(digests.end()).toEqual({
          raw: digestOf(updates.map(([raw]) => raw)),
          packed: digestOf(updates.map(([, packed]) => packed)),
        });
      }),
    );
  });

  it('are right for every length around the end of a block', () => {
    for (let length = 0; length <= 130; length += 1) {
      const raw = Buffer.alloc(length, 'raw');
      const packed = Buffer.alloc(130 - length, 'packed');
      const digests = start();
      digests.update(raw, packed);
      expect(digests.end()).toEqual({ raw: digestOf([raw]), packed: digestOf([packed]) });
    }
  });

  it('are right for windows in the memory of the codec', () => {
    const { buffer } = new WebAssembly.Memory({ initial: 32, maximum: 32 });
    const window = Buffer.from(buffer, 65_536, 1_048_576).fill('window of a disk ');
    const packed = Buffer.from(buffer, 1_114_112 + 3, 524_297).fill('what it is packed to ');
    const digests = start();
    for (let turn = 0; turn < 3; turn += 1) digests.update(window, packed);
    expect(digests.end()).toEqual({
      raw: digestOf([window, window, window]),
      packed: digestOf([packed, packed, packed]),
    });
  });
});

describe('functions that hash two streams at once', () => {
  it('go on with each stream from its own state', () => {
    const blocks = HERE ?? WRITTEN;
    const bytes = Buffer.from(Array.from({ length: 640 }, (_, at) => (at * 7) % 256));
    const [first, second] = [initialState(), initialState()];
    blocks.one(first, bytes, 2);
    blocks.two(first, bytes.subarray(128), second, bytes.subarray(64), 3);
    blocks.one(second, bytes.subarray(256), 1);
    const [expectedFirst, expectedSecond] = [initialState(), initialState()];
    WRITTEN.one(expectedFirst, bytes, 5);
    WRITTEN.one(expectedSecond, bytes.subarray(64), 4);
    expect([first, second]).toEqual([expectedFirst, expectedSecond]);
  });
});
