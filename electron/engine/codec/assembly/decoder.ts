import { BLOCK, DECODED, DECODED_HISTORY, PAYLOAD } from './layout';

/** Decoded bytes that a match may reach back to, at most 64 KiB. */
let history: u32 = 0;

/** Starts a stream. */
export function decoderReset(): void {
  history = 0;
}

/** Keeps the decoded block as history for the next one. Blocks shorter than 64 KiB push older history out to the left. */
export function keepDecoded(length: u32): void {
  if (length >= BLOCK) {
    memory.copy(DECODED_HISTORY, DECODED, BLOCK);
    history = BLOCK;
    return;
  }
  memory.copy(DECODED_HISTORY, DECODED_HISTORY + length, BLOCK - length);
  memory.copy(DECODED_HISTORY + BLOCK - length, DECODED, length);
  history = history + length < BLOCK ? history + length : BLOCK;
}

/**
 * Decodes one LZ4 block. Reads only the payload, writes only `raw` bytes, whatever the input says.
 *
 * @returns 0 = decoded, 1 = the payload ends too early, 2 = more output than declared, 3 = a match reaches before the
 *   history, 4 = less output than declared
 */
export function decodeBlock(payload: u32, raw: u32): u32 {
  let at = PAYLOAD;
  const end = PAYLOAD + payload;
  let out = DECODED;
  const outEnd = DECODED + raw;
  const lowest = DECODED - history;
  while (true) {
    if (at >= end) return 1;
    const token = load<u8>(at++) as u32;
    let literals = token >>> 4;
    if (literals == 15) {
      let byte: u32 = 255;
      while (byte == 255) {
        if (at >= end) return 1;
        byte = load<u8>(at++) as u32;
        literals += byte;
      }
    }
    if ((literals as usize) > end - at) return 1;
    if ((literals as usize) > outEnd - out) return 2;
    memory.copy(out, at, literals);
    out += literals;
    at += literals;
    if (at == end) return out == outEnd ? 0 : 4;
    if (end - at < 2) return 1;
    const distance = load<u16>(at) as usize;
    at += 2;
    let matched = (token & 15) + 4;
    if (matched == 19) {
      let byte: u32 = 255;
      while (byte == 255) {
        if (at >= end) return 1;
        byte = load<u8>(at++) as u32;
        matched += byte;
      }
    }
    if (distance == 0 || distance > out - lowest) return 3;
    if ((matched as usize) > outEnd - out) return 2;
    const from = out - distance;
    const stop = out + matched;
    if (distance >= (matched as usize)) {
      memory.copy(out, from, matched);
    } else if (distance == 1) {
      memory.fill(out, load<u8>(from), matched);
    } else {
      let source = from;
      if (distance >= 8) {
        while (out + 8 <= stop) {
          store<u64>(out, load<u64>(source));
          out += 8;
          source += 8;
        }
      }
      while (out < stop) store<u8>(out++, load<u8>(source++));
    }
    out = stop;
  }
}
