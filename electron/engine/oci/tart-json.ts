/** A value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Half of a pair that stands for one code point beyond U+FFFF. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** By code points, as UTF-8 bytes compare; JavaScript's own order is by UTF-16 units, which differs only at surrogates. */
function byKey([left]: readonly [string, JsonValue], [right]: readonly [string, JsonValue]): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (isSurrogate(one) || isSurrogate(other)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
    if (one !== other) return one - other;
  }
  return left.length - right.length;
}

/** Written member by member: an object would move keys that look like array indexes to its front, whatever their order. */
function write(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(write).join(',')}]`;
  const members = Object.entries(value)
    .sort(byKey)
    .map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * JSON in Tart's byte form: compact, keys sorted at every level, `/` written as `\/`, raw UTF-8, no final newline
 * (checked against a real manifest of the public sonoma image).
 */
export function tartJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(write(value).replaceAll('/', '\\/'));
}
