import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './digest.ts';
import { type JsonValue, tartJson } from './tart-json.ts';

const text = (value: JsonValue): string => new TextDecoder('utf-8', { fatal: true }).decode(tartJson(value));

/** Values with the keys that JavaScript treats in a way of its own. */
const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '10',
    '9',
    '-1',
    '4294967295',
    '',
    'a/b',
    'ä',
    '\u{ffff}',
    '🚀',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

describe("Tart's byte form of JSON", () => {
  it('is compact, sorted at every level, with escaped slashes, raw UTF-8 and no newline at the end', () => {
    expect(text({ b: [{ d: 'ü/日本 🚀', c: 1 }], a: { z: null, y: '\n"\\' }, '': true })).toBe(
      '{"":true,"a":{"y":"\\n\\"\\\\","z":null},"b":[{"c":1,"d":"ü\\/日本 🚀"}]}',
    );
  });

  it('sorts keys as bytes, also those that look like numbers and those beyond the first plane', () => {
    expect(text({ '10': 1, '9': 2, a: 3, B: 4, '🚀': 5, '\u{ff5e}': 6, ab: 7 })).toBe(
      '{"10":1,"9":2,"B":4,"a":3,"ab":7,"\u{ff5e}":6,"🚀":5}',
    );
  });

  it('keeps a key such as __proto__ as a key', () => {
    const hostile = JSON.parse('{"constructor":1,"__proto__":{"polluted":true}}') as JsonValue; // JSON by construction.

    expect(text(hostile)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is read back as what was written, and the same value is the same bytes whatever the order it came in', () => {
    const turned = (of: JsonValue): JsonValue => {
      if (Array.isArray(of)) return of.map(turned);
      if (of === null || typeof of !== 'object') return of;
      return Object.fromEntries(
        Object.entries(of)
          .reverse()
          .map(([name, member]) => [name, turned(member)]),
      );
    };
    fc.assert(
      fc.property(value, (document) => {
        const bytes = tartJson(document);
        expect(JSON.parse(text(document))).toEqual(document);
        expect(sha256(tartJson(turned(document)))).toBe(sha256(bytes));
        expect(tartJson(JSON.parse(text(document)) as JsonValue)).toEqual(bytes);
        expect(text(document)).not.toMatch(/(?<!\\)\//);
      }),
    );
  });

  it('has its keys in the order of their bytes at each level', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 8 }), (keys) => {
        const written = text(Object.fromEntries(keys.map((name) => [name, 0])));
        const order = [...written.matchAll(/("(?:[^"\\]|\\.)*"):0/g)].map(
          ([, name]) => JSON.parse(name ?? '') as string,
        );
        const sorted = [...new Set(keys)].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
        expect(order).toEqual(sorted);
      }),
    );
  });
});
