import type { ErrorData } from '../../shared/errors/app-error.ts';
import { errorWords } from '../../shared/errors/error-words.ts';

/** What happened and what it means, in English, with the code for those who search for it. */
export function errorSentence(error: Pick<ErrorData, 'code' | 'params'>): string {
  const { what, means } = errorWords(error, 'en');
  return `${[what, means].filter((text) => text !== '').join(' ')} (${error.code})`;
}
