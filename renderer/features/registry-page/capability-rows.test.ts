import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CAPABILITIES,
  CAPABILITY_DETAILS,
  type Capabilities,
  type Capability,
  type CapabilityName,
} from '../../../shared/models/capabilities.ts';
import { CATALOGUES } from '../../i18n/words.ts';
import { capabilityRows, inShort, type RowWords } from './capability-rows.ts';

const untold: Capability = { result: 'unknown', detail: 'notTested', params: {} };

/** A test that found nothing but what is given. */
function tested(given: { readonly [Name in CapabilityName]?: Capability }): Capabilities {
  const found = Object.fromEntries(CAPABILITIES.map((name) => [name, given[name] ?? untold]));
  // Every name of the list is there.
  const whole = found as Capabilities['found'];
  return { testedMs: 0, tookMs: 0, wroteTo: null, left: [], product: null, found: whole };
}

const can = (detail: Capability['detail'], params: Capability['params'] = {}): Capability => ({
  result: 'yes',
  detail,
  params,
});
const cannot = (detail: Capability['detail'], params: Capability['params'] = {}): Capability => ({
  result: 'no',
  detail,
  params,
});

let words: RowWords;
let chinese: RowWords;
beforeAll(async () => {
  const i18n = i18next.createInstance();
  await i18n.init({ lng: 'en', resources: CATALOGUES, defaultNS: 'registry', interpolation: { escapeValue: false } });
  const sourceWords = (source: string): string => `<${source}>`;
  words = { t: i18n.getFixedT('en', 'registry'), language: 'en', sourceWords };
  chinese = { t: i18n.getFixedT('zh-CN', 'registry'), language: 'zh-CN', sourceWords };
});

describe('what a registry can do', () => {
  it('is one row a thing, the forms of uploads in one', () => {
    const rows = capabilityRows(
      tested({
        address: can('https', { ms: 11 }),
        signIn: can('bearer', { account: 'builder', source: 'vault' }),
        mount: can('answered', { status: 201, ms: 14 }),
        whole: can('answered', { status: 201 }),
        stream: can('answered', { status: 201 }),
        chunks: cannot('refused', { status: 416 }),
        catalog: can('listed', { count: '1000+' }),
        tagDelete: cannot('digestOnly', { status: 400 }),
        digestDelete: can('withDigest', { status: 202 }),
        referrers: cannot('fallback'),
      }),
      words,
    );
    expect(rows.map(({ name, result, words: said, detail }) => [name, result, said, detail].join(' | '))).toEqual([
      'address | yes | https, 11 ms | version 2 of the API answered',
      'certificate | unknown | not known | a test that writes tells',
      'signIn | yes | Bearer token as builder | from <vault>',
      'mount | yes | yes | answered 201 in 14 ms',
      'upload | yes | one PUT, one PATCH | refuses chunks',
      'resume | unknown | not known | a test that writes tells',
      'catalog | yes | more than 1000 found | a page of 1000 at a time',
      'tagDelete | no | only with its digest | all tags of the digest go with it',
      'digestDelete | yes | yes | removes all its tags',
      'referrers | no | no | signatures are found by tag name instead',
    ]);
  });

  it('has words for every detail of every capability, in both languages', () => {
    const params = {
      ms: 1,
      status: 1,
      count: '1',
      account: 'a',
      source: 'docker',
      issuer: 'i',
      validTo: 1,
      product: 'p',
      schemes: 'ntlm',
    };
    const unsaid = [words, chinese].flatMap((spoken) =>
      CAPABILITY_DETAILS.flatMap((detail) =>
        (['yes', 'no', 'unknown'] as const).flatMap((result) => {
          const all = Object.fromEntries(CAPABILITIES.map((name) => [name, { result, detail, params }]));
          const rows = capabilityRows(tested(all), spoken);
          return rows.filter((row) => row.words === '' || /results\.|facts\.|\{\{/.test(`${row.words}${row.detail}`));
        }),
      ),
    );
    expect(unsaid).toEqual([]);
  });

  it('comes to one sentence, as far as it is known', () => {
    const short = (mount: Capability, resume: Capability): string | null => inShort(tested({ mount, resume }), words);
    expect([
      short(can('answered'), can('atByte')),
      short(cannot('opened'), untold),
      short(untold, untold),
      inShort(tested({ mount: can('answered'), resume: cannot('fromStart') }), chinese),
    ]).toEqual([
      'In short: a second tag costs one request, a neighbouring repository costs no bytes, and an interrupted upload goes on where it stopped.',
      'In short: a second tag costs one request and a neighbouring repository takes all bytes again.',
      null,
      '简而言之：第二个标签只需一次请求，相邻仓库不需传输字节，中断的层要从头开始。',
    ]);
  });
});
