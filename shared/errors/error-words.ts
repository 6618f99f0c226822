import type { ErrorData } from './app-error.ts';
import factsEn from './facts.en.json' with { type: 'json' };
import factsZh from './facts.zh-CN.json' with { type: 'json' };
import wordsEn from './words.en.json' with { type: 'json' };
import wordsZh from './words.zh-CN.json' with { type: 'json' };

/** An error in words: what happened in one sentence, and what it means (may be empty). Plain text, one line each. */
export interface ErrorWords {
  readonly what: string;
  readonly means: string;
}

type Facts = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

const CATALOGUES = {
  en: { words: wordsEn, facts: factsEn as Facts },
  // The one table of facts is typed by its own keys; looking up any key needs the general form.
  'zh-CN': { words: wordsZh, facts: factsZh as Facts },
} as const;

const PLACEHOLDER = /\{\{(\w+)\}\}/g;
/** Characters that move the cursor, ring, or turn the direction of a line: names and messages of servers may hold them. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Facts that are names, and come from whoever typed them. */
const NAMES: ReadonlySet<string> = new Set(['name', 'input', 'id']);

function own<Value>(table: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** One fact as text. Facts that are codes themselves (`reason`, `problem`, `expected`, …) have words; positions count from 1. */
function factText({ code, params }: Pick<ErrorData, 'code' | 'params'>, name: string, facts: Facts): string {
  const value = own(params, name);
  if (value === undefined || value === null) return '';
  if (name === 'position' && typeof value === 'number') return String(value + 1);
  const text = String(value);
  // A name that is empty is seen.
  if (text.trim() === '' && NAMES.has(name)) return `"${text}"`;
  const known = own(own(own(facts, code), name), text) ?? own(own(own(facts, '*'), name), text);
  return known ?? text.replace(CONTROLS, ' ').trim();
}

/**
 * An error in the words of a language. A sentence of the meaning whose fact is missing is left out. What comes from
 * outside (names, messages of registries) is put in as plain text and never read as a template.
 */
export function errorWords(error: Pick<ErrorData, 'code' | 'params'>, language: 'en' | 'zh-CN'): ErrorWords {
  const { words, facts } = CATALOGUES[language];
  const { what, means } = words[error.code];
  const fill = (template: string): string =>
    template.replace(PLACEHOLDER, (_whole, name: string) => factText(error, name, facts)).trim();
  const isTold = (sentence: string): boolean => {
    const names = [...sentence.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
    const last = names.at(-1);
    // A field is empty where the whole document is meant: the last fact is what the sentence is about.
    return last === undefined || factText(error, last, facts) !== '' || sentence.replace(PLACEHOLDER, '').trim() === '';
  };
  const sentences = means.split(/(?<=[.!?]\s)|(?<=。)/).filter(isTold);
  return { what: fill(what), means: fill(sentences.join('')) };
}
