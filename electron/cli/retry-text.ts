import { formatDuration } from '../../shared/format/duration.ts';
import type { Retry } from '../../shared/models/job.ts';
import { errorSentence } from './error-words.ts';

/**
 * Which try follows, when, and why.
 *
 * @param nowMs ms since the epoch
 */
export function retryText({ attempt, attempts, atMs, error }: Retry, nowMs: number): string {
  const seconds = Math.ceil((atMs - nowMs) / 1000);
  const when = seconds > 0 ? ` in ${formatDuration(seconds)}` : '';
  return `Try ${String(attempt)} of ${String(attempts)}${when}: ${errorSentence(error)}`;
}

/** Says each wait for a next try once: layers that wait for the same registry until the same moment say the same. */
export class ToldRetries {
  readonly #note: (line: string) => void;
  readonly #told = new Set<string>();

  /** @param note writes one line */
  constructor(note: (line: string) => void) {
    this.#note = note;
  }

  /** Says what was not said before; null = nothing waits. */
  tell(retry: Retry | null): void {
    if (retry === null) return;
    const { attempt, atMs, error } = retry;
    const key = JSON.stringify([attempt, Math.round(atMs / 1000), error.code, error.params['host']]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#note(retryText(retry, Date.now()));
  }
}
