import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

/** Bytes that SHA-256 takes at a time (FIPS 180-4, section 5.2.1). */
export const SHA_BLOCK = 64;

/** SHA-256's state between two blocks: eight words (FIPS 180-4, section 6.2). */
export type ShaState = Uint32Array;

/** FIPS 180-4, section 5.3.3. */
export function initialState(): ShaState {
  return Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
}

/** SHA-256's compression of whole blocks, which Node's own interface has for one stream only. */
export interface ShaBlocks {
  /** Takes the first `blocks` blocks of `bytes` into the state. */
  one(state: ShaState, bytes: Buffer, blocks: number): void;
  /** The same for two streams at once: the processor does the rounds of one while it waits for the other's. */
  two(first: ShaState, firstBytes: Buffer, second: ShaState, secondBytes: Buffer, blocks: number): void;
}

/** Words of OpenSSL's `SHA256_MB_CTX`: word by word, and of each its eight lanes. */
const MB_LANES = 8;
/** What `sha256_multi_block` takes at least, whose last parameter counts lanes by four. */
const LANES = 4;
const STATE_WORDS = 8;
/** Of a `HASH_DESC`: an address, and the number of blocks in the low half of a word. */
const DESCRIPTION_WORDS = 2;

/**
 * OpenSSL's functions of crypto/sha/sha256-mb-x86_64.pl and sha512-x86_64.pl (3.0), as Node's binary for Linux exports them:
 * they are no public interface.
 */
function bind(): ShaBlocks {
  // koffi is a native package: required at run time from beside the bundle; require knows no types, the version is pinned.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const program = koffi.load(null);
  const one = program.func('void sha256_block_data_order(void *state, const void *bytes, size_t blocks)');
  const many = program.func('void sha256_multi_block(void *states, const void *descriptions, int fours)');
  const states = new Uint32Array(STATE_WORDS * MB_LANES);
  // Lanes that are not used have no blocks.
  const descriptions = new BigUint64Array(DESCRIPTION_WORDS * LANES);
  return {
    one: (state, bytes, blocks) => {
      one(state, bytes, blocks);
    },
    two: (first, firstBytes, second, secondBytes, blocks) => {
      for (let word = 0; word < STATE_WORDS; word += 1) {
        states[word * MB_LANES] = first[word] ?? 0;
        states[word * MB_LANES + 1] = second[word] ?? 0;
      }
      descriptions[0] = koffi.address(firstBytes);
      descriptions[1] = BigInt(blocks);
      descriptions[2] = koffi.address(secondBytes);
      descriptions[3] = BigInt(blocks);
      many(states, descriptions, 1);
      for (let word = 0; word < STATE_WORDS; word += 1) {
        first[word] = states[word * MB_LANES] ?? 0;
        second[word] = states[word * MB_LANES + 1] ?? 0;
      }
    },
  };
}

const TRIED_BLOCKS = 256;
const TRIES = 5;

/** Whether both make the states that OpenSSL's public interface makes. */
function isRight(blocks: ShaBlocks): boolean {
  const bytes = Buffer.alloc(SHA_BLOCK * TRIED_BLOCKS * 2, 'the quick brown fox jumps over the lazy dog');
  const half = bytes.subarray(bytes.length / 2 + 1);
  const alone = [initialState(), initialState()] as const;
  const together = [initialState(), initialState()] as const;
  for (const count of [1, 3, TRIED_BLOCKS - 1]) {
    blocks.one(alone[0], bytes, count);
    blocks.one(alone[1], half, count);
    blocks.two(together[0], bytes, together[1], half, count);
  }
  // The message of nothing is one block of padding.
  const nothing = initialState();
  const padding = Buffer.alloc(SHA_BLOCK);
  padding[0] = 0x80;
  blocks.one(nothing, padding, 1);
  const known = createHash('sha256').digest();
  const same = (left: ShaState, right: ShaState): boolean => left.every((word, at) => word === right[at]);
  return (
    same(alone[0], together[0]) &&
    same(alone[1], together[1]) &&
    nothing.every((word, at) => word === known.readUInt32BE(at * 4))
  );
}

/** Whether two at once take less time: without SHA instructions OpenSSL does eight lanes, of which two are no gain. */
function isFaster(blocks: ShaBlocks): boolean {
  const bytes = Buffer.alloc(SHA_BLOCK * TRIED_BLOCKS);
  const [first, second] = [initialState(), initialState()];
  let apart = Number.POSITIVE_INFINITY;
  let together = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const startedMs = performance.now();
    blocks.one(first, bytes, TRIED_BLOCKS);
    blocks.one(second, bytes, TRIED_BLOCKS);
    const halfMs = performance.now();
    blocks.two(first, bytes, second, bytes, TRIED_BLOCKS);
    apart = Math.min(apart, halfMs - startedMs);
    together = Math.min(together, performance.now() - halfMs);
  }
  return together < apart * 0.9;
}

/**
 * Functions that hash two streams at once, where this runtime has them, they are right and they are faster: Node on x64, not
 * Electron, whose BoringSSL has none. Null elsewhere.
 */
export function loadShaBlocks(): ShaBlocks | null {
  if (process.arch !== 'x64' || !process.versions.openssl.startsWith('3.') || 'electron' in process.versions)
    return null;
  try {
    const blocks = bind();
    return isRight(blocks) && isFaster(blocks) ? blocks : null;
  } catch {
    // Linked with another library, which keeps them to itself.
    return null;
  }
}
