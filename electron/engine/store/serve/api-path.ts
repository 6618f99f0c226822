import { isDigest, isRepositoryName, isTag } from '../../../../shared/models/reference.ts';
import { ApiError } from './api-error.ts';

/** host, slash and name fit into the 255 characters that clients allow, with `127.0.0.1:65535`. */
const LONGEST_NAME = 255 - '127.0.0.1:65535/'.length;
const ANY_DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/;

/** What a path of the API names. */
export type ApiPath =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: ManifestReference }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'session'; readonly repository: string; readonly id: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string };

/** How a manifest is named in a path. */
export type ManifestReference =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'digest'; readonly digest: string }
  | { readonly kind: 'invalid' };

/** Whether a text is a digest by the grammar. A sha256 digest has 64 lower-case hex digits. */
export function isAnyDigest(text: string): boolean {
  return text.startsWith('sha256:') ? isDigest(text) : ANY_DIGEST.test(text);
}

function named(parts: readonly string[]): string {
  const repository = parts.join('/');
  if (!isRepositoryName(repository) || repository.length > LONGEST_NAME)
    throw new ApiError(400, { code: 'NAME_INVALID', message: 'invalid repository name' });
  return repository;
}

function digestIn(text: string): string {
  if (!isAnyDigest(text)) throw new ApiError(400, { code: 'DIGEST_INVALID', message: 'this is no digest' });
  return text;
}

function manifestReference(text: string): ManifestReference {
  if (isTag(text)) return { kind: 'tag', tag: text };
  return isAnyDigest(text) ? { kind: 'digest', digest: text } : { kind: 'invalid' };
}

/**
 * Reads the path of a URL. Names may hold slashes, so it is read from its end. Null = no endpoint of the API.
 *
 * @param path the path as sent, percent-encoded
 * @throws ApiError 400 `NAME_INVALID`, `DIGEST_INVALID`
 */
export function parseApiPath(path: string): ApiPath | null {
  let parts: string[];
  try {
    parts = path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
  const [version, ...rest] = parts;
  if (version !== 'v2') return null;
  if (rest.length === 0 || (rest.length === 1 && rest[0] === '')) return { kind: 'base' };
  if (rest.length === 1 && rest[0] === '_catalog') return { kind: 'catalog' };
  const last = rest.at(-1) ?? '';
  const before = rest.at(-2);
  // `…/blobs/uploads/` and, as some clients ask, without the slash.
  if (last === '' && before === 'uploads' && rest.at(-3) === 'blobs')
    return { kind: 'uploads', repository: named(rest.slice(0, -3)) };
  if (last === 'uploads' && before === 'blobs') return { kind: 'uploads', repository: named(rest.slice(0, -2)) };
  if (before === 'uploads' && rest.at(-3) === 'blobs')
    return { kind: 'session', repository: named(rest.slice(0, -3)), id: last };
  if (last === 'list' && before === 'tags') return { kind: 'tags', repository: named(rest.slice(0, -2)) };
  switch (before) {
    case 'manifests':
      return { kind: 'manifest', repository: named(rest.slice(0, -2)), reference: manifestReference(last) };
    case 'blobs':
      return { kind: 'blob', repository: named(rest.slice(0, -2)), digest: digestIn(last) };
    case 'referrers':
      return { kind: 'referrers', repository: named(rest.slice(0, -2)), digest: digestIn(last) };
    default:
      return null;
  }
}
