/** A value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map(sorted);
  // A Map-like rebuild by entries keeps a key such as `__proto__` a plain member.
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * JSON in Tart's byte form: compact, keys sorted at every level, `/` written as `\/`, raw UTF-8, no final newline
 * (checked against a real manifest of the public sonoma image).
 *
 * A key that looks like an array index would be moved to the front by JavaScript; none of Tart's documents has one.
 */
export function tartJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(sorted(value)).replaceAll('/', '\\/'));
}
