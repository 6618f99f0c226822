import { useTranslation } from 'react-i18next';
import type { Retry } from '../../../shared/models/job.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { useNow } from './use-now.ts';

/** A try that follows, in words. */
export interface RetryWords {
  /** `Try 3 of 5 in 6 s: 503 Service Unavailable`, counting down. */
  readonly line: string;
  /** Its end alone: the HTTP status, or the error in its own words. */
  readonly cause: string;
  /** The whole sentence of the error. */
  readonly what: string;
}

/** Reason phrases of the answers that are tried again (RFC 9110, RFC 6585). */
const PHRASES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Words for a try that follows, anew each second; null where none does. */
export function useRetryWords(retry: Retry | null): RetryWords | null {
  const { t } = useTranslation('weave');
  const errorWords = useErrorWords();
  const now = useNow(1000, retry !== null);
  if (retry === null) return null;
  const { attempt, attempts, atMs, error } = retry;
  const seconds = Math.max(0, Math.ceil((atMs - now) / 1000));
  const { what } = errorWords(error);
  const { status } = error.params;
  const cause = typeof status === 'number' ? `${String(status)} ${PHRASES[status] ?? ''}`.trim() : what;
  const line =
    seconds > 0
      ? t('note.tryIn', { attempt, attempts, seconds, cause })
      : t('note.tryNow', { attempt, attempts, cause });
  return { line, cause, what };
}
