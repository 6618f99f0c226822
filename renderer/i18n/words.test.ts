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

const NAMESPACES = ['panes', 'firstRun', 'settings', 'push', 'transfers', 'weave', 'store', 'errors'] as const;

describe('the words', () => {
  it.each(NAMESPACES)('say the same things in both languages: %s', (namespace) => {
    expect(keysOf(CATALOGUES['zh-CN'][namespace]).sort()).toEqual(keysOf(CATALOGUES.en[namespace]).sort());
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
