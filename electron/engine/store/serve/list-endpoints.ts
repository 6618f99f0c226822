import { MEDIA_TYPES } from '../../oci/media-types.ts';
import type { ManifestFacts } from '../manifest-facts.ts';
import type { OciStore } from '../oci-store.ts';
import { type ApiAnswer, type ApiCall, jsonAnswer } from './api-call.ts';
import { ApiError } from './api-error.ts';

/** Names of a page, whatever the client asks for. */
const MOST_NAMES = 1000;
/** Bytes of a page of referrers: clients read 4 MiB. */
const MOST_REFERRER_BYTES = 3 * 1024 * 1024;

function nameUnknown(): ApiError {
  return new ApiError(404, { code: 'NAME_UNKNOWN', message: 'repository name not known to registry' });
}

/** Case-insensitive, as distribution-spec 1.1 asks; equal but for case: by bytes, so that the order is one. */
function byName(left: string, right: string): number {
  const [first, second] = [left.toLowerCase(), right.toLowerCase()];
  if (first !== second) return first < second ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

interface Page {
  readonly names: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Cuts a page by `n` and `last`; `last` need not exist. @throws ApiError 400 for an `n` that is no number from 0 */
function pageOf(call: ApiCall, all: readonly string[], path: string): Page {
  const asked = call.query.get('n');
  if (asked !== null && !/^\d+$/.test(asked))
    throw new ApiError(400, { code: 'UNSUPPORTED', message: 'n is a number from 0' });
  const limit = asked === null ? MOST_NAMES : Math.min(Number(asked), MOST_NAMES);
  const last = call.query.get('last');
  const rest = [...all].sort(byName).filter((name) => last === null || last === '' || byName(name, last) > 0);
  const names = rest.slice(0, limit);
  const end = names.at(-1);
  if (end === undefined || names.length === rest.length) return { names, headers: {} };
  return { names, headers: { link: `<${path}?${new URLSearchParams({ n: `${limit}`, last: end })}>; rel="next"` } };
}

/** `GET /v2/<name>/tags/list` (end-8a, end-8b). */
export async function listTags(store: OciStore, call: ApiCall, repository: string): Promise<ApiAnswer> {
  const view = await store.repository(repository);
  if (view === null) throw nameUnknown();
  const { names, headers } = pageOf(call, [...view.tags.keys()], `/v2/${repository}/tags/list`);
  return jsonAnswer({ name: repository, tags: names }, headers);
}

/** `GET /v2/_catalog`: not in the specification, asked by many tools. */
export async function listCatalog(store: OciStore, call: ApiCall): Promise<ApiAnswer> {
  const { names, headers } = pageOf(call, await store.repositories(), '/v2/_catalog');
  return jsonAnswer({ repositories: names }, headers);
}

function descriptorOf({ mediaType, digest, size, artifactType, annotations }: ManifestFacts): object {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === null ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** `GET /v2/<name>/referrers/<digest>` (end-12a, end-12b). A repository without any is an empty list, never 404. */
export async function listReferrers(
  store: OciStore,
  call: ApiCall,
  repository: string,
  subject: string,
): Promise<ApiAnswer> {
  const view = await store.repository(repository);
  const filter = call.query.get('artifactType');
  const last = call.query.get('last') ?? '';
  const found = [...(view?.manifests.values() ?? [])]
    .filter((facts) => facts.subject === subject && (filter === null || facts.artifactType === filter))
    .sort((left, right) => (left.digest < right.digest ? -1 : 1))
    .filter(({ digest }) => digest > last);
  const manifests: object[] = [];
  let bytes = 0;
  for (const facts of found) {
    const descriptor = descriptorOf(facts);
    bytes += JSON.stringify(descriptor).length;
    if (manifests.length > 0 && bytes > MOST_REFERRER_BYTES) break;
    manifests.push(descriptor);
  }
  const end = found[manifests.length - 1]?.digest;
  const more = end !== undefined && manifests.length < found.length;
  const query = new URLSearchParams({ ...(filter === null ? {} : { artifactType: filter }), last: end ?? '' });
  return jsonAnswer(
    { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests },
    {
      'content-type': MEDIA_TYPES.ociIndex,
      ...(filter === null ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...(more ? { link: `</v2/${repository}/referrers/${subject}?${query}>; rel="next"` } : {}),
    },
  );
}
