import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';

/** An error in words: what happened in one sentence, and what it means (may be empty). */
export interface ErrorWords {
  readonly what: string;
  readonly means: string;
}

/** Turns codes into words of the window's language; a code without words stands for itself. */
export function useErrorWords(): (error: ErrorData) => ErrorWords {
  const { i18n } = useTranslation('errors');
  return ({ code, params }) => {
    const words: unknown =
      i18n.getResource(i18n.language, 'errors', code, { keySeparator: false }) ??
      i18n.getResource('en', 'errors', code, { keySeparator: false });
    // A fact that is missing stays out, where the interpolator of i18next would show its name.
    const fill = (template: unknown): string =>
      typeof template === 'string'
        ? template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_whole, name: string) => String(params[name] ?? '')).trim()
        : '';
    if (typeof words !== 'object' || words === null) return { what: code, means: '' };
    return {
      what: 'what' in words ? fill(words.what) : code,
      means: 'means' in words ? fill(words.means) : '',
    };
  };
}
