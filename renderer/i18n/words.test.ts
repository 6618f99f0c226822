import { describe, expect, it } from 'vitest';
import { CATALOGUES, shownLanguage } from './words.ts';

/** Every key of a catalogue with the facts that its words name. */
function keysOf(words: unknown, path = ''): string[] {
  if (typeof words === 'string') {
    const facts = [...words.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? '').sort();
    return [`${path} ${[...new Set(facts)].join(',')}`];
  }
  if (typeof words !== 'object' || words === null) return [];
  // Chinese has one plural form: i18next asks for `_other` only.
  const plural = Object.entries(words).filter(([key]) => !key.endsWith('_one'));
  return plural.flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`));
}

const CHINESE: Readonly<Record<string, unknown>> = CATALOGUES['zh-CN'];

describe('the words', () => {
  it.each(Object.entries(CATALOGUES.en))('say the same things in both languages: %s', (namespace, words) => {
    expect(keysOf(CHINESE[namespace]).sort()).toEqual(keysOf(words).sort());
  });

  it('follow the choice, else the system', () => {
    expect([
      shownLanguage('en', 'zh-CN'),
      shownLanguage('zh-CN', 'en-US'),
      shownLanguage('system', 'zh-Hans-CN'),
      shownLanguage('system', 'de-DE'),
    ]).toEqual(['en', 'zh-CN', 'zh-CN', 'en']);
  });
});
