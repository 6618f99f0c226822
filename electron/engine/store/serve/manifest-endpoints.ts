import type { IncomingMessage } from 'node:http';
import { isDigest } from '../../../../shared/models/reference.ts';
import { MANIFEST_LIMIT, type ManifestFacts, manifestFacts } from '../manifest-facts.ts';
import type { OciStore } from '../oci-store.ts';
import { type ApiAnswer, type ApiCall, declaredLength, emptyAnswer, hasAlready } from './api-call.ts';
import { ApiError } from './api-error.ts';
import type { ManifestReference } from './api-path.ts';

function unknown(): ApiError {
  return new ApiError(404, { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown to registry' });
}

function tooLarge(): ApiError {
  return new ApiError(413, {
    code: 'MANIFEST_INVALID',
    message: 'the manifest is too large',
    detail: { limit: MANIFEST_LIMIT },
  });
}

/** Reads a body of at most 4 MiB. @throws ApiError 413 */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // A body that is too long is answered, not cut off.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    // A request without an encoding gives buffers.
    const bytes = part as Buffer;
    length += bytes.length;
    if (length > MANIFEST_LIMIT) throw tooLarge();
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** `GET` and `HEAD /v2/<name>/manifests/<reference>` (end-3). */
export async function readManifest(
  store: OciStore,
  call: ApiCall,
  repository: string,
  reference: ManifestReference,
): Promise<ApiAnswer> {
  const view = await store.repository(repository);
  const digest = reference.kind === 'tag' ? view?.tags.get(reference.tag) : digestOf(reference);
  const facts = digest === undefined ? undefined : view?.manifests.get(digest);
  if (facts === undefined) throw unknown();
  const headers = {
    'content-type': facts.mediaType,
    'docker-content-digest': facts.digest,
    etag: `"${facts.digest}"`,
  };
  if (hasAlready(call, facts.digest)) return emptyAnswer(304, headers);
  if (call.method === 'HEAD') return emptyAnswer(200, { ...headers, 'content-length': facts.size });
  const body = await store.blobs.read(facts.digest, MANIFEST_LIMIT);
  if (body === null) throw unknown();
  return { status: 200, headers: { ...headers, 'content-length': body.length }, body };
}

function digestOf(reference: ManifestReference): string | undefined {
  return reference.kind === 'digest' ? reference.digest : undefined;
}

/** `PUT /v2/<name>/manifests/<reference>` (end-7): kept byte for byte, and only when all that it needs is there. */
export async function writeManifest(
  store: OciStore,
  call: ApiCall,
  repository: string,
  reference: ManifestReference,
): Promise<ApiAnswer> {
  if (reference.kind === 'invalid')
    throw new ApiError(400, { code: 'MANIFEST_INVALID', message: 'the reference is neither a tag nor a digest' });
  if (reference.kind === 'digest' && !isDigest(reference.digest))
    throw new ApiError(400, { code: 'DIGEST_INVALID', message: 'only sha256 is supported' });
  if ((declaredLength(call) ?? 0) > MANIFEST_LIMIT) throw tooLarge();
  const bytes = await bodyOf(call.request);
  const type = call.request.headers['content-type'] ?? null;
  // Read before anything is written: what is no manifest leaves nothing behind. The digest comes from the worker.
  manifestFacts(bytes, '', type);
  const facts = await stageManifest(store, bytes, type, reference.kind === 'digest' ? reference.digest : null);
  const missing = await store.putManifest({
    facts,
    repository,
    tag: reference.kind === 'tag' ? reference.tag : null,
  });
  if (missing !== null) {
    throw new ApiError(
      400,
      missing.map((digest) => ({
        code: 'MANIFEST_BLOB_UNKNOWN' as const,
        message: 'manifest references a manifest or blob unknown to this repository',
        detail: { digest },
      })),
    );
  }
  return emptyAnswer(201, {
    location: `/v2/${repository}/manifests/${facts.digest}`,
    'docker-content-digest': facts.digest,
    ...(facts.subject === null ? {} : { 'oci-subject': facts.subject }),
  });
}

/** Makes the bytes a blob; without a name in an index they are collectable rubbish. */
async function stageManifest(
  store: OciStore,
  bytes: Buffer,
  type: string | null,
  expected: string | null,
): Promise<ManifestFacts> {
  await store.budget.reserve(bytes.length);
  const staged = store.stagingPath();
  const file = store.writers.append(staged, 0);
  try {
    await file.push(bytes);
    const { digest } = await file.seal();
    if (expected !== null && digest !== expected) {
      throw new ApiError(400, {
        code: 'DIGEST_INVALID',
        message: 'provided digest did not match uploaded content',
        detail: { digest: expected, uploaded: digest },
      });
    }
    await store.adopt(staged, digest, null);
    return manifestFacts(bytes, digest, type);
  } finally {
    await file.abandon();
    await store.discard(staged);
  }
}

/** `DELETE /v2/<name>/manifests/<reference>` (end-9): a tag, or a manifest with all its tags. */
export async function deleteManifest(
  store: OciStore,
  repository: string,
  reference: ManifestReference,
): Promise<ApiAnswer> {
  if (reference.kind === 'tag') {
    if (!(await store.untag({ repository, tag: reference.tag }))) throw unknown();
    return emptyAnswer(202, {});
  }
  const digest = digestOf(reference);
  if (digest === undefined) throw unknown();
  switch (await store.deleteManifest(repository, digest)) {
    case 'deleted':
      return emptyAnswer(202, {});
    case 'missing':
      throw unknown();
    case 'needed':
      throw new ApiError(405, { code: 'UNSUPPORTED', message: 'an image index of this repository needs the manifest' });
  }
}
