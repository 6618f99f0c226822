import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';

/** The error codes of distribution-spec 1.1; it allows no others. */
export type ApiErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS';

/** One member of `errors`. `detail` is JSON. */
export interface ApiErrorEntry {
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly detail?: unknown;
}

/** An answer of 4xx or 5xx. These words are for the protocol's clients, which show them as they are: English, no code of ours. */
export class ApiError extends Error {
  readonly status: number;
  readonly entries: readonly ApiErrorEntry[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, entries: ApiErrorEntry | readonly ApiErrorEntry[], headers: Record<string, string> = {}) {
    const all = Array.isArray(entries) ? (entries as readonly ApiErrorEntry[]) : [entries as ApiErrorEntry];
    super(all[0]?.message ?? '');
    this.status = status;
    this.entries = all;
    this.headers = headers;
  }
}

/** The answer that a fault of the store is. Nothing of this computer (paths, stacks) is told. */
export function apiErrorOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const error: AppError = thrown instanceof AppError ? thrown : toAppError(thrown);
  switch (error.code) {
    case 'store.full':
      return new ApiError(507, { code: 'DENIED', message: 'no space left in the local store' });
    case 'manifest.invalid':
      return new ApiError(400, {
        code: 'MANIFEST_INVALID',
        message: 'manifest invalid',
        detail: { reason: error.params['reason'] ?? null },
      });
    case 'blob.sizeMismatch':
      return new ApiError(400, {
        code: 'SIZE_INVALID',
        message: 'the manifest names a blob in another size',
        detail: { digest: error.params['digest'] ?? null },
      });
    case 'store.busy':
      return new ApiError(
        503,
        { code: 'DENIED', message: 'another program changes the store' },
        { 'retry-after': '5' },
      );
    default:
      return new ApiError(500, { code: 'DENIED', message: `the local store failed: ${error.code}` });
  }
}
