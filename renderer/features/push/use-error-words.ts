import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { type ErrorWords, errorWords } from '../../../shared/errors/error-words.ts';

/** Turns errors into words of the window's language. */
export function useErrorWords(): (error: ErrorData) => ErrorWords {
  const { i18n } = useTranslation();
  return (error) => errorWords(error, i18n.language === 'zh-CN' ? 'zh-CN' : 'en');
}
