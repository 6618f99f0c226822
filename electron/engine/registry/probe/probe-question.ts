import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Capability, CapabilityDetail } from '../../../../shared/models/capabilities.ts';
import type { RegistryClient } from '../registry-client.ts';
import type { RegistryRequest } from '../requester.ts';
import type { Answer } from '../transport.ts';

/** What a question of a test came to: an answer, or the status of one that was refused before it could be one. */
export type Asked =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly ms: number }
  | { readonly kind: 'refused'; readonly status: number | null; readonly error: AppError };

/**
 * Asks a registry one question of a test: no answer and no fault ends the test, an end by its signal does.
 *
 * @param request asked once; a limit of the registry is waited for all the same
 */
export async function ask(
  client: RegistryClient,
  request: Omit<RegistryRequest, 'repeatable'>,
  signal: AbortSignal,
): Promise<Asked> {
  const startedMs = performance.now();
  try {
    const answer = await client.requester.send({ ...request, repeatable: false }, signal);
    return { kind: 'answer', answer, ms: Math.round(performance.now() - startedMs) };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof AppError)) throw thrown;
    const { status } = thrown.params;
    const known = typeof status === 'number' ? status : thrown.code.startsWith('auth.') ? 401 : null;
    return { kind: 'refused', status: known, error: thrown };
  }
}

/** The status of what was asked; null where no answer came. */
export function statusOf(asked: Asked): number | null {
  return asked.kind === 'answer' ? asked.answer.status : asked.status;
}

/** A thing that it can do. */
export function can(detail: CapabilityDetail, params: Capability['params'] = {}): Capability {
  return { result: 'yes', detail, params };
}

/** A thing that it cannot do. */
export function cannot(detail: CapabilityDetail, params: Capability['params'] = {}): Capability {
  return { result: 'no', detail, params };
}

/** A thing of which the test found nothing. */
export function untold(detail: CapabilityDetail, params: Capability['params'] = {}): Capability {
  return { result: 'unknown', detail, params };
}

/** What a question tells that was not answered as hoped. Faults that pass tell nothing. */
export function refusal(asked: Asked): Capability {
  const status = statusOf(asked);
  if (status === null || status >= 500 || status === 429 || status === 408) return untold('failed', { status });
  return cannot('refused', { status });
}
