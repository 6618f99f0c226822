/** A part of a blob, both ends inclusive; null = all of it; `none` = nothing of it lies in the range asked for. */
export type ByteRange = { readonly start: number; readonly end: number } | null | 'none';

/**
 * Reads a Range header (RFC 9110, section 14). Several ranges at once, other units and what does not parse are answered
 * with the whole blob, as the RFC allows.
 *
 * @param size bytes of the blob
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '') {
    const length = Number(last);
    if (last === '') return null;
    return length === 0 || size === 0 ? 'none' : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'none' : { start, end };
}
