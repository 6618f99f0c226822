import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../../shared/errors/codes.ts';
import { ATTEMPTS } from './backoff.ts';

/** An answer as far as errors need it. */
export interface AnswerFacts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const errorsSchema = z.object({
  errors: z
    .array(z.object({ code: z.string().optional(), message: z.string().optional(), detail: z.unknown().optional() }))
    .min(1),
});

interface RegistryWords {
  readonly code: string;
  readonly message: string;
  /** Digests that the details name, in their order. */
  readonly digests: readonly string[];
}

/** An Authorization header in the words of a server that repeats what it was sent. */
const SENT_BACK = /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi;

/** The registry's own words, without a secret that it repeats: first code, its message, and the digests that any detail names. */
export function registryWords(body: string): RegistryWords {
  try {
    const { errors } = errorsSchema.parse(JSON.parse(body));
    const [first] = errors;
    const detail = JSON.stringify(first?.detail ?? null);
    const extra = /no space left[^"\\]*/i.exec(detail)?.[0] ?? '';
    return {
      code: (first?.code ?? '').toUpperCase(),
      message: [first?.message ?? '', extra]
        .filter((text) => text !== '')
        .join(': ')
        .replace(SENT_BACK, '$1 •••')
        .slice(0, 500),
      digests: [...new Set(JSON.stringify(errors).match(/sha256:[0-9a-f]{64}/g))],
    };
  } catch {
    // Plain text or HTML: shown as it is, cut.
    return {
      code: '',
      message: body.replace(/\s+/g, ' ').replace(SENT_BACK, '$1 •••').trim().slice(0, 200),
      digests: [],
    };
  }
}

function codeOf(status: number, code: string, message: string): ErrorCode {
  if (/no space left/i.test(message) || status === 507) return 'registry.full';
  switch (code) {
    case 'UNAUTHORIZED':
      return 'auth.unauthorized';
    case 'DENIED':
      return 'registry.denied';
    case 'NAME_UNKNOWN':
      return 'repository.notFound';
    case 'MANIFEST_UNKNOWN':
      return 'manifest.notFound';
    case 'MANIFEST_BLOB_UNKNOWN':
    case 'BLOB_UNKNOWN':
      return 'blob.missing';
    case 'DIGEST_INVALID':
      return 'blob.digestMismatch';
    case 'TAG_IMMUTABLE':
    case 'TAG_ALREADY_EXISTS':
      return 'tag.immutable';
    case 'TOOMANYREQUESTS':
      return 'registry.rateLimited';
    case 'MANIFEST_INVALID':
      return 'manifest.refused';
    default:
      break;
  }
  if (/immutable/i.test(message)) return 'tag.immutable';
  if (status === 401) return 'auth.unauthorized';
  if (status === 403 || status === 412) return 'registry.denied';
  if (status === 404) return 'repository.notFound';
  if (status === 405) return 'registry.readOnly';
  if (status === 429) return 'registry.rateLimited';
  if (status >= 500 || status === 408 || status === 425) return 'registry.unavailable';
  return 'registry.protocol';
}

/** The error that an unwanted answer is. `url` is shown without its query: signed state is a secret. */
export function answerError(host: string, method: string, url: string, answer: AnswerFacts): AppError {
  const { code, message, digests } = registryWords(answer.body);
  return new AppError(codeOf(answer.status, code, message), {
    host,
    status: answer.status,
    registryCode: code,
    registryMessage: message,
    request: `${method} ${url.split('?')[0] ?? ''}`,
    digest: digests[0] ?? null,
    digests: digests.join(' '),
  });
}

const TLS_CODES = /CERT|SSL|TLS|EPROTO|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

/** The error that a network fault is. `code` is as `faultCode` tells it. */
export function networkError(host: string, code: string, cause?: unknown): AppError {
  const params = { host, reason: code };
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return new AppError('registry.plainHttp', params, { cause });
  if (code === 'PRIVATE_ADDRESS') return new AppError('registry.redirect', { host, reason: 'private' }, { cause });
  if (TLS_CODES.test(code)) return new AppError('registry.tls', params, { cause });
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return new AppError('registry.answerTooLarge', params, { cause });
  return new AppError('registry.unreachable', params, { cause });
}

/** Faults of getting a connection at all. */
const CONNECTING: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A fault's code where a proxy stands between: what cannot be connected to is the proxy, which tells by a status what lies behind. */
export function throughProxy(code: string): string {
  return CONNECTING.has(code) ? `PROXY_${code}` : code;
}

/** Whether trying the same again can help: the network, overload, a registry that is down for a moment. */
export function isPassing(error: AppError): boolean {
  // A proxy that refuses (407, 403) goes on refusing.
  if (/^PROXY_4/.test(String(error.params['reason']))) return false;
  return (
    error.code === 'registry.unreachable' ||
    error.code === 'registry.unavailable' ||
    error.code === 'registry.rateLimited'
  );
}

/**
 * Tries of a request that ended so, the first included. A resolver that says that there is no such name is asked once more, for
 * a machine that just lost its network says so too; most often the name is mistyped, and somebody waits to hear that. One that
 * cannot answer now (`EAI_AGAIN`) is a fault like any other.
 */
export function attemptsAfter(error: AppError): number {
  return /^(PROXY_)?ENOTFOUND$/.test(String(error.params['reason'])) ? 2 : ATTEMPTS;
}
