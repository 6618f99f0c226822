import type { TFunction } from 'i18next';
import type { Capabilities, Capability, CapabilityName } from '../../../shared/models/capabilities.ts';
import { dayWords } from '../../ui/moment.ts';

/** One row of the table: three forms of uploads are one. */
export type CapabilityRowName = Exclude<CapabilityName, 'whole' | 'stream' | 'chunks'> | 'upload';

/** A row in words. */
export interface CapabilityRow {
  readonly name: CapabilityRowName;
  readonly result: Capability['result'];
  /** What it is, in a few words. */
  readonly words: string;
  /** How that is known, or what it means; may be empty. */
  readonly detail: string;
}

const ROWS: readonly CapabilityRowName[] = [
  'address',
  'certificate',
  'signIn',
  'mount',
  'upload',
  'resume',
  'catalog',
  'tagDelete',
  'digestDelete',
  'referrers',
];
const FORMS = ['whole', 'stream', 'chunks'] as const;

/** What the words of rows are made of. */
export interface RowWords {
  readonly t: TFunction<'registry'>;
  readonly language: string;
  readonly sourceWords: (source: string) => string;
}

/** What a test found, row by row. */
export function capabilityRows({ found }: Capabilities, words: RowWords): CapabilityRow[] {
  return ROWS.map((name) => (name === 'upload' ? uploadRow(found, words) : capabilityRow(name, found[name], words)));
}

function listOf(items: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' }).format(items);
}

function uploadRow(found: Capabilities['found'], { t, language }: RowWords): CapabilityRow {
  const named = (result: Capability['result']): string[] =>
    FORMS.filter((form) => found[form].result === result).map((form) => t(`form.${form}`));
  const [taken, refused] = [named('yes'), named('no')];
  const detail = refused.length === 0 ? '' : t('facts.formsRefused', { forms: listOf(refused, language) });
  const told = taken.length > 0 ? 'yes' : refused.length === FORMS.length ? 'no' : 'unknown';
  const words = taken.length > 0 ? listOf(taken, language) : t(told === 'no' ? 'results.no' : 'results.unknown');
  const untold = FORMS.map((form) => found[form].detail).find((other) => other === 'notTested' || other === 'notThere');
  const why = told === 'unknown' && untold !== undefined ? t(`facts.${untold}`) : detail;
  return { name: 'upload', result: told, words, detail: why };
}

function capabilityRow(
  name: Exclude<CapabilityRowName, 'upload'>,
  capability: Capability,
  words: RowWords,
): CapabilityRow {
  return {
    name,
    result: capability.result,
    words: resultWords(name, capability, words),
    detail: factWords(name, capability, words),
  };
}

function resultWords(name: CapabilityName, { result, detail, params }: Capability, { t }: RowWords): string {
  switch (detail) {
    case 'known':
    case 'earlier':
      return t(`results.${name === 'tagDelete' && result === 'yes' ? 'alone' : result}`);
    case 'withDigest':
      return t(name === 'tagDelete' ? 'results.tagWithDigest' : 'results.withDigest');
    case 'listed': {
      const count = String(params['count'] ?? '');
      return count.endsWith('+')
        ? t('results.listedMore', { count: count.slice(0, -1) })
        : t('results.listed', { count });
    }
    default:
      return t(`results.${detail}`, { ...params });
  }
}

function factWords(name: CapabilityName, { detail, params }: Capability, words: RowWords): string {
  const { t, language, sourceWords } = words;
  switch (detail) {
    case 'https':
    case 'http':
      return t('facts.api');
    case 'trusted':
    case 'ownAuthority':
    case 'exception': {
      const { issuer, validTo } = params;
      return typeof validTo === 'number' ? t('facts.certificate', { issuer, day: dayWords(validTo, language) }) : '';
    }
    case 'basic':
    case 'bearer':
    case 'wrong':
      return t('facts.source', { source: sourceWords(String(params['source'] ?? '')) });
    case 'otherScheme':
      return t('facts.schemes', { ...params });
    case 'listed':
      return String(params['count'] ?? '').endsWith('+') ? t('facts.paged') : '';
    case 'answered':
      return t(typeof params['ms'] === 'number' ? 'facts.answeredIn' : 'facts.answered', { ...params });
    case 'alone':
      return t('facts.answered', { ...params });
    case 'refused':
      // A certificate is refused by us, and has no status.
      return params['status'] === null ? '' : t('facts.refused', { ...params });
    case 'withDigest':
      return name === 'tagDelete' ? '' : t('facts.withDigest');
    case 'fallback':
    case 'opened':
    case 'fromStart':
    case 'digestOnly':
    case 'notThere':
    case 'failed':
    case 'known':
    case 'earlier':
    case 'notTested':
      return t(`facts.${detail}`);
    case 'plainHttp':
    case 'none':
    case 'anonymous':
    case 'needed':
    case 'api':
    case 'atByte':
    case 'vendorApi':
      return '';
  }
}

/** What it comes to for daily work, in one sentence; null where too little is known. */
export function inShort({ found }: Capabilities, { t, language }: RowWords): string | null {
  const { mount, resume } = found;
  const parts = [
    mount.result === 'yes' ? t('short.mounts') : mount.result === 'no' ? t('short.mountsNot') : '',
    resume.result === 'yes' ? t('short.resumes') : resume.result === 'no' ? t('short.resumesNot') : '',
  ].filter((part) => part !== '');
  if (parts.length === 0) return null;
  const whole = [t('short.tag'), ...parts];
  // Chinese has no word between the last two clauses of a row.
  if (language.startsWith('zh')) return `${t('short.lead')}${whole.join('，')}。`;
  return `${t('short.lead')}${new Intl.ListFormat(language, { type: 'conjunction', style: 'long' }).format(whole)}.`;
}
