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

/** Runs up to here are copied 16 bytes at a time: a call of memory.copy costs as much as a dozen such steps. */
const SHORT_RUN: usize = 256;

/**
 * Copies `count` bytes between places that do not overlap. Short runs go 16 bytes at a time and write up to 15 bytes too
 * many: later output covers them, and behind the last block lies room for them.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
function copyRun(out: usize, from: usize, count: usize): void {
  if (count > SHORT_RUN) {
    memory.copy(out, from, count);
    return;
  }
  const stop = out + count;
  while (out < stop) {
    store<u64>(out, load<u64>(from));
    store<u64>(out, load<u64>(from, 8), 8);
    out += 16;
    from += 16;
  }
}

/** Repeats the `distance` bytes before `out`. Writes up to 15 bytes too many, as {@link copyRun} does. */
// @ts-ignore: decorator of AssemblyScript
@inline
function copyMatch(out: usize, distance: usize, count: usize): void {
  if (distance >= 16 && (distance >= count || count <= SHORT_RUN)) {
    copyRun(out, out - distance, count);
    return;
  }
  if (distance == 1 && count > SHORT_RUN) {
    memory.fill(out, load<u8>(out - 1), count);
    return;
  }
  const stop = out + count;
  let from = out - distance;
  if (distance < 8) {
    // Eight bytes one by one; from then on the pattern also lies a multiple of the distance back, 8 bytes or more.
    for (let at: usize = 0; at < 8; at++) store<u8>(out + at, load<u8>(from + at));
    out += 8;
    from = out - ((7 + distance) / distance) * distance;
  }
  while (out < stop) {
    store<u64>(out, load<u64>(from));
    out += 8;
    from += 8;
  }
}

/**
 * Decodes one LZ4 block. Whatever the input says, it uses only the payload and the history, and writes only the `raw`
 * bytes and up to 15 behind them.
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
    copyRun(out, at, literals as usize);
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
    copyMatch(out, distance, matched as usize);
    out += matched;
  }
}
