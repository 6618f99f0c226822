import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { type ErrorWords, errorWords } from '../../../shared/errors/error-words.ts';
import { sentenceGap } from '../../ui/sentence-gap.ts';

/** An error as the window tells it. */
export interface ToldError extends ErrorWords {
  /** What it means, to stand behind what happened: with the gap that the language wants; empty where it says nothing. */
  readonly behind: string;
  /** Both sentences. */
  readonly whole: string;
}

/** Turns errors into words of the window's language. */
export function useErrorWords(): (error: ErrorData) => ToldError {
  const { i18n } = useTranslation();
  return (error) => {
    const words = errorWords(error, i18n.language === 'zh-CN' ? 'zh-CN' : 'en');
    const behind = words.means === '' ? '' : sentenceGap(i18n.language) + words.means;
    return { ...words, behind, whole: words.what + behind };
  };
}
