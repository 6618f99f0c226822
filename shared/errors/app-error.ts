import { ERROR_RULES, type ErrorAction, type ErrorCode, type ErrorRetry } from './codes.ts';

/** Facts for the words of an error: names, sizes in bytes, HTTP statuses. Never a secret, never prose. */
export type ErrorParams = Readonly<Record<string, string | number | boolean | null>>;

/** An error as it crosses a process border. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly retry: ErrorRetry;
  readonly actions: readonly ErrorAction[];
}

/** The one error class of the product. `cause` stays in the process that made it; only {@link ErrorData} crosses. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options: { cause?: unknown } = {}) {
    super(code, options);
    this.name = 'AppError';
    this.code = code;
    this.params = params;
  }

  get retry(): ErrorRetry {
    return ERROR_RULES[this.code].retry;
  }

  /** The form that crosses a border: JSON only, no stack. */
  toData(): ErrorData {
    return { code: this.code, params: this.params, retry: this.retry, actions: ERROR_RULES[this.code].actions };
  }

  /** Rebuilds an error on the other side of a border. */
  static fromData(data: ErrorData): AppError {
    return new AppError(data.code, data.params);
  }
}

/** Turns whatever was thrown into an {@link AppError}; an abort becomes `cancelled`, the unforeseen `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError')) {
    return new AppError('cancelled', {}, { cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('internal', { message: message.slice(0, 500) }, { cause: thrown });
}

/** Ends an exhaustive switch; the compiler refuses a case that is left over. */
export function assertNever(value: never): never {
  throw new AppError('internal', { message: `unexpected case ${JSON.stringify(value)}` });
}
