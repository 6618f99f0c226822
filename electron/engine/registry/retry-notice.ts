import type { AppError } from '../../../shared/errors/app-error.ts';
import type { Retry } from '../../../shared/models/job.ts';

/** A try that failed and will be made again. */
export interface RetryNotice {
  /** The try that follows, counted from 1. */
  readonly attempt: number;
  readonly attempts: number;
  /** When it follows; ms since the epoch. */
  readonly atMs: number;
  readonly error: AppError;
  /** The signal of the work that waits: tells whose try it is. */
  readonly signal: AbortSignal;
}

/** A notice as it is shown. */
export function retryOf({ attempt, attempts, atMs, error }: Omit<RetryNotice, 'signal'>): Retry {
  return { attempt, attempts, atMs, error: error.toData() };
}
