import type { OciStore } from '../oci-store.ts';
import { type ApiAnswer, type ApiCall, emptyAnswer, hasAlready } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { parseByteRange } from './byte-range.ts';

function unknown(digest: string): ApiError {
  return new ApiError(404, { code: 'BLOB_UNKNOWN', message: 'blob unknown to registry', detail: { digest } });
}

/** `GET` and `HEAD /v2/<name>/blobs/<digest>` (end-2), with Range and If-None-Match. */
export async function readBlob(store: OciStore, call: ApiCall, repository: string, digest: string): Promise<ApiAnswer> {
  const blob = await store.blobOf(repository, digest);
  if (blob === null) throw unknown(digest);
  const headers = {
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'accept-ranges': 'bytes',
    // A digest never names other bytes.
    'cache-control': 'max-age=31536000, immutable',
    'content-type': 'application/octet-stream',
  };
  if (hasAlready(call, digest)) return emptyAnswer(304, headers);
  if (call.method === 'HEAD') return emptyAnswer(200, { ...headers, 'content-length': blob.size });
  const condition = call.request.headers['if-range'];
  const asked = condition === undefined || condition === `"${digest}"` ? call.request.headers.range : undefined;
  const range = parseByteRange(asked, blob.size);
  if (range === 'none') {
    throw new ApiError(
      416,
      { code: 'SIZE_INVALID', message: 'the blob ends before this range' },
      { 'content-range': `bytes */${blob.size}` },
    );
  }
  if (range === null) {
    const body = blob.size === 0 ? null : store.blobs.stream(blob, 0, blob.size - 1);
    return { status: 200, headers: { ...headers, 'content-length': blob.size }, body };
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': range.end - range.start + 1,
      'content-range': `bytes ${range.start}-${range.end}/${blob.size}`,
    },
    body: store.blobs.stream(blob, range.start, range.end),
  };
}

/**
 * `DELETE /v2/<name>/blobs/<digest>` (end-10): takes an uploaded blob out of the repository. A blob that a manifest there
 * needs stays; the bytes go with the next collection.
 */
export async function deleteBlob(store: OciStore, repository: string, digest: string): Promise<ApiAnswer> {
  if ((await store.blobOf(repository, digest)) === null) throw unknown(digest);
  const view = await store.repository(repository);
  if (view?.blobs.has(digest) === true)
    throw new ApiError(405, { code: 'UNSUPPORTED', message: 'a manifest of this repository needs the blob' });
  await store.records.removeUpload(repository, digest);
  return emptyAnswer(202, {});
}
