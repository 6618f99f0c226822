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

/** Every text of the catalogues of a language, by its place. */
function textsOf(words: unknown, path = ''): [place: string, text: string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words !== 'object' || words === null) return [];
  return Object.entries(words).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`));
}

/** What is a term wherever it stands alone: readers look for the same word on each screen. */
const TERMS: Readonly<Record<string, string>> = {
  'Not sent': '免传',
  'Saved against tart push': '比 tart push 节省',
  'Time saved': '节省时间',
  Present: '已存在',
  Mount: '挂载',
  Duplicate: '重复',
  Upload: '上传',
  'Zero chunk': '全零块',
  Origin: '来源',
  Verdict: '判定',
  Weave: '织图',
  Digest: '摘要',
  Repository: '仓库',
  'Speed limit': '限速',
  Kind: '种类',
};

const CHINESE: Readonly<Record<string, unknown>> = CATALOGUES['zh-CN'];

describe('the words', () => {
  it.each(Object.entries(CATALOGUES.en))('say the same things in both languages: %s', (namespace, words) => {
    expect(keysOf(CHINESE[namespace]).sort()).toEqual(keysOf(words).sort());
  });

  it('have one Chinese word for each term', () => {
    const chinese = new Map(textsOf(CATALOGUES['zh-CN']));
    const terms = textsOf(CATALOGUES.en).filter(([, text]) => text in TERMS);
    const found = terms.map(([place, text]) => [place, text, chinese.get(place)]);
    expect(found).toEqual(terms.map(([place, text]) => [place, text, TERMS[text]]));
    expect(new Set(terms.map(([, text]) => text))).toEqual(new Set(Object.keys(TERMS)));
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
