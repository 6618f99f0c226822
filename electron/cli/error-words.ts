import type { AppError } from '../../shared/errors/app-error.ts';
import words from '../../shared/errors/words.en.json' with { type: 'json' };

/** Fills `{{name}}` from the error's facts; a fact that is missing stays out. */
function fill(template: string, params: AppError['params']): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_whole, name: string) => {
    const value = params[name];
    return value === undefined || value === null ? '' : String(value);
  });
}

/** What happened and what it means, in English, with the code for those who search for it. */
export function errorSentence(error: AppError): string {
  const { what, means } = words[error.code];
  const sentences = [what, means].map((template) => fill(template, error.params).trim()).filter((text) => text !== '');
  return `${sentences.join(' ')} (${error.code})`;
}
