import { BLOCK, HISTORY, PACKED, TABLE, TABLE_BYTES, WINDOW, ZERO_BLOCK, ZERO_BLOCK_BYTES } from './layout';

/**
 * Positions start here, so that an empty slot (position 0) is always too far away to match. They have 32 bits: a stream
 * ends before 4 GiB of raw bytes (a chunk is 512 MiB).
 */
const FIRST_POSITION: u32 = 0x10000;
/** Bytes at the end of a block where no search starts. */
const TAIL: u32 = 128;

let position: u32 = FIRST_POSITION;
/** Blocks of zeros that were encoded one after the other, up to now. */
let zeroBlocks: u32 = 0;
/** Bytes of the block in ZERO_BLOCK. */
let zeroBlockBytes: u32 = 0;

/** Starts a stream: empty table, no history. */
export function encoderReset(): void {
  memory.fill(TABLE, 0, TABLE_BYTES);
  position = FIRST_POSITION;
  zeroBlocks = 0;
}

/** The slot of a word, in bytes from the table: top 12 bits of its product with the golden ratio of 2^32. */
// @ts-ignore: decorator of AssemblyScript
@inline
function slotOf(word: u32): usize {
  return (((word * 2654435761) >>> 17) as usize) & 0x7ff8;
}

/** Length bytes behind a nibble of 15. */
// @ts-ignore: decorator of AssemblyScript
@inline
function putLength(out: usize, length: u32): usize {
  while (length >= 255) {
    store<u8>(out++, 255);
    length -= 255;
  }
  store<u8>(out++, length as u8);
  return out;
}

/** Fifteen literals or more from `from`, copied 16 bytes at a time; writes up to 15 bytes too many, which later output covers. */
// @ts-ignore: decorator of AssemblyScript
@inline
function putLiterals(out: usize, from: usize, count: u32): usize {
  if (count > 256) {
    memory.copy(out, from, count);
    return out + count;
  }
  const end = out + count;
  while (out < end) {
    store<u64>(out, load<u64>(from));
    store<u64>(out, load<u64>(from, 8), 8);
    out += 16;
    from += 16;
  }
  return end;
}

/** Where the bytes from `at` on stop to equal those `distance` before. At least one step of 8, also behind the limit. */
// @ts-ignore: decorator of AssemblyScript
@inline
function endOfMatch(at: usize, distance: u32, limit: usize): usize {
  do {
    const difference = load<u64>(at) ^ load<u64>(at - distance);
    if (difference != 0) return at + ((ctz(difference) >>> 3) as usize);
    at += 8;
  } while (at < limit);
  return at;
}

/** Encodes one block at `start` (address) into `out`; answers the end of its payload. */
function encodeBlock(start: usize, length: u32, startPosition: u32, out: usize): usize {
  const end = start + length;
  // Position of an address: address + shift, modulo 2^32.
  const shift: u32 = startPosition - (start as u32);
  let anchor = start;
  if (length > TAIL) {
    const limit = end - TAIL;
    const lowest = startPosition == FIRST_POSITION ? start : HISTORY;
    let at = start;
    while (at < limit) {
      // Five probes, unrolled. Each position's successor is probed, and so stored, before its own result is used.
      // One subtraction of whole slots tells both: equal words leave the distance, unequal ones leave 2^32 or more,
      // or less than zero, which is more than 65535 too. (Two tests joined by || cost twice the time on data without
      // matches: both are computed without a branch.) Position 0 of an empty slot is 65536 away or more.
      let hit: usize = at;
      const mine = ((at as u32) + shift) as u64;
      const word0 = load<u32>(at);
      const slot0 = slotOf(word0);
      const entry0 = ((word0 as u64) << 32) + mine;
      let away: u64 = entry0 - load<u64>(slot0, TABLE);
      store<u64>(slot0, entry0, TABLE);

      const word1 = load<u32>(at, 1);
      const slot1 = slotOf(word1);
      const entry1 = ((word1 as u64) << 32) + mine + 1;
      const away1 = entry1 - load<u64>(slot1, TABLE);
      store<u64>(slot1, entry1, TABLE);
      if (away <= 65535) {
        if (at == anchor) {
          // Every second sequence follows the one before without a literal: nothing to extend to the left or to copy.
          const distance = away as u32;
          at = endOfMatch(anchor + 4, distance, limit);
          const matched = (at - anchor) as u32 - 4;
          store<u8>(out, (matched < 15 ? matched : 15) as u8);
          store<u16>(out, distance as u16, 1);
          out += 3;
          if (matched >= 15) out = putLength(out, matched - 15);
          anchor = at;
          continue;
        }
      } else {
        const word2 = load<u32>(at, 2);
        const slot2 = slotOf(word2);
        const entry2 = ((word2 as u64) << 32) + mine + 2;
        const away2 = entry2 - load<u64>(slot2, TABLE);
        store<u64>(slot2, entry2, TABLE);
        hit = at + 1;
        away = away1;
        if (away > 65535) {
          const word3 = load<u32>(at, 3);
          const slot3 = slotOf(word3);
          const entry3 = ((word3 as u64) << 32) + mine + 3;
          const away3 = entry3 - load<u64>(slot3, TABLE);
          store<u64>(slot3, entry3, TABLE);
          hit = at + 2;
          away = away2;
          if (away > 65535) {
            const word4 = load<u32>(at, 4);
            const slot4 = slotOf(word4);
            const entry4 = ((word4 as u64) << 32) + mine + 4;
            const away4 = entry4 - load<u64>(slot4, TABLE);
            store<u64>(slot4, entry4, TABLE);
            hit = at + 3;
            away = away3;
            if (away > 65535) {
              hit = at + 4;
              away = away4;
              if (away > 65535) {
                at += 5;
                continue;
              }
            }
          }
        }
      }
      const distance = away as u32;
      const ahead = endOfMatch(hit + 4, distance, limit);
      let back = hit;
      while (back > anchor && back - distance > lowest && load<u8>(back - 1) == load<u8>(back - 1 - distance)) back--;
      const literals = (back - anchor) as u32;
      const matched = (ahead - back) as u32 - 4;
      const token = ((literals < 15 ? literals : 15) << 4) | (matched < 15 ? matched : 15);
      store<u8>(out++, token as u8);
      if (literals >= 15) {
        out = putLiterals(putLength(out, literals - 15), anchor, literals);
      } else {
        store<u64>(out, load<u64>(anchor));
        store<u64>(out, load<u64>(anchor, 8), 8);
        out += literals;
      }
      store<u16>(out, distance as u16);
      out += 2;
      if (matched >= 15) out = putLength(out, matched - 15);
      anchor = ahead;
      at = ahead;
    }
  }
  const rest = (end - anchor) as u32;
  store<u8>(out++, ((rest < 15 ? rest : 15) << 4) as u8);
  if (rest >= 15) out = putLength(out, rest - 15);
  memory.copy(out, anchor, rest);
  return out + rest;
}

/** Encodes one block with its header into `out`; answers its end. */
function putBlock(start: usize, raw: u32, out: usize): usize {
  const payload = out + 12;
  const end = encodeBlock(start, raw, position, payload);
  const size = (end - payload) as u32;
  position += raw;
  if (size < raw) {
    store<u32>(out, 0x31347662);
    store<u32>(out, raw, 4);
    store<u32>(out, size, 8);
    return end;
  }
  store<u32>(out, 0x2d347662);
  store<u32>(out, raw, 4);
  memory.copy(out + 8, start, raw);
  return out + 8 + raw;
}

/**
 * Encodes one block of zeros. The first of a run has its matches where the table has them; the second finds the first,
 * from where it stored its last position; from the third on each is one match 65535 back, and leaves the table in the
 * same state. So a fourth one is a copy, at a tenth of the time.
 */
function putZeroBlock(start: usize, out: usize): usize {
  if (zeroBlocks >= 3 && zeroBlockBytes <= ZERO_BLOCK_BYTES) {
    memory.copy(out, ZERO_BLOCK, zeroBlockBytes);
    // What the block's first two probes store: its second position under the word 0.
    store<u64>(slotOf(0), (position as u64) + 1, TABLE);
    position += BLOCK;
    return out + zeroBlockBytes;
  }
  const end = putBlock(start, BLOCK, out);
  zeroBlocks += 1;
  zeroBlockBytes = (end - out) as u32;
  if (zeroBlockBytes <= ZERO_BLOCK_BYTES) memory.copy(ZERO_BLOCK, out, zeroBlockBytes);
  return end;
}

/**
 * Encodes the window: blocks of 64 KiB, only the last block of a stream may be shorter. Keeps the last 64 KiB as history.
 *
 * @param offset where in the areas for packed bytes they go to
 * @param zero whether all bytes are known to be zero
 * @returns packed bytes
 */
export function encodeWindow(length: u32, offset: u32, zero: bool): u32 {
  const packed = PACKED + (offset as usize);
  let out = packed;
  for (let done: u32 = 0; done < length; done += BLOCK) {
    const raw = length - done < BLOCK ? length - done : BLOCK;
    if (zero && raw == BLOCK) {
      out = putZeroBlock(WINDOW + done, out);
    } else {
      out = putBlock(WINDOW + done, raw, out);
      zeroBlocks = 0;
    }
  }
  if (length >= BLOCK) memory.copy(HISTORY, WINDOW + length - BLOCK, BLOCK);
  return (out - packed) as u32;
}
