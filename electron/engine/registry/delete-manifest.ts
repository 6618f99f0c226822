import { AppError } from '../../../shared/errors/app-error.ts';
import { answerError, registryWords } from './answer-error.ts';
import { deleteScope } from './auth/scopes.ts';
import { checkManifestName } from './checked-names.ts';
import type { WithSignal } from './distribution-client.ts';
import type { Requester } from './requester.ts';
import type { Answer } from './transport.ts';

/**
 * What a registry answers to a DELETE. `missing`: it knows no such manifest; `unsupported`: it does not delete so, or not at
 * all, and `error` has its words. `sure`: it says so itself, with a code; else it may be in maintenance, or something stands
 * before it.
 */
export type DeleteAnswer =
  | { readonly result: 'deleted' | 'missing' }
  | { readonly result: 'unsupported'; readonly sure: boolean; readonly error: AppError };

/** What registries answer where they know the name but do not delete by it (2.8.x: 400 DIGEST_INVALID to a tag). */
const UNSUPPORTED_STATUSES: ReadonlySet<number> = new Set([400, 405, 501]);
/** Codes that say: there is no such thing. Any other 404 may be that of a page that is not there. */
const MISSING_CODES: ReadonlySet<string> = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'TAG_UNKNOWN', 'NOT_FOUND']);

/**
 * `DELETE /v2/<name>/manifests/<reference>`: a tag, or a digest with all of its tags. Nothing else is deleted by it.
 *
 * @throws AppError `tag.immutable`, `registry.denied`, `auth.*`, and what the registry refuses otherwise
 */
export async function deleteManifest(
  requester: Requester,
  repository: string,
  reference: string,
  { signal }: WithSignal,
): Promise<DeleteAnswer> {
  checkManifestName(repository, reference);
  const answer = await requester.send(
    {
      method: 'DELETE',
      to: `${repository}/manifests/${reference}`,
      scopes: [deleteScope(repository)],
      repeatable: true,
      commits: true,
    },
    signal,
  );
  return deleteAnswerOf(requester.host, answer);
}

/** The same of any answer to a DELETE, also of a vendor's own API. @throws AppError where it is neither yes nor no */
export function deleteAnswerOf(host: string, answer: Answer): DeleteAnswer {
  if (answer.status >= 200 && answer.status < 300) return { result: 'deleted' };
  const error = answerError(host, 'DELETE', answer.url, answer);
  const { code } = registryWords(answer.body);
  const unsupported = { result: 'unsupported', sure: code !== '', error } as const;
  if (answer.status === 404) return MISSING_CODES.has(code) ? { result: 'missing' } : unsupported;
  if (error.code === 'tag.immutable' || isProtected(answer)) throw new AppError('tag.immutable', error.params);
  // Not this one (zot: an image of an index).
  if (error.code === 'registry.denied') throw error;
  if (UNSUPPORTED_STATUSES.has(answer.status)) return unsupported;
  throw error;
}

/** Quay answers 409, Harbor 412, to what a rule of theirs protects. */
function isProtected({ status, body }: Answer): boolean {
  return status === 409 || status === 412 || (status >= 400 && status < 500 && /\bprotected\b/i.test(body));
}
