import type { ReportRequest } from '../../../../shared/models/report.ts';
import en from './report-words.en.json' with { type: 'json' };
import zh from './report-words.zh-CN.json' with { type: 'json' };

/** A word or sentence of a written report. */
export type ReportWord = keyof typeof en;

/** Says a word in the language of a report, with its places filled. */
export type Say = (word: ReportWord, places?: Readonly<Record<string, string | number>>) => string;

/** Both languages have the same words: the types would not fit else. */
const WORDS: Readonly<Record<ReportRequest['language'], Readonly<Record<ReportWord, string>>>> = { en, 'zh-CN': zh };

/** The words of a language. */
export function wordsOf(language: ReportRequest['language']): Say {
  return (word, places = {}) =>
    WORDS[language][word].replaceAll(/\{\{(\w+)\}\}/g, (_place, name: string) => String(places[name] ?? ''));
}
