import { isDigest } from '../../../../shared/models/reference.ts';
import type { FileDigest } from '../blob-writers.ts';
import type { OciStore } from '../oci-store.ts';
import { type ApiAnswer, type ApiCall, declaredLength, emptyAnswer } from './api-call.ts';
import { ApiError } from './api-error.ts';
import type { UploadSession, UploadSessions } from './upload-sessions.ts';

function locationOf({ repository, id }: UploadSession): string {
  return `/v2/${repository}/blobs/uploads/${id}`;
}

/** Where the upload stands. `0-0` is both none and one byte: the specification has no word for none. */
function progress(session: UploadSession): Record<string, string> {
  return {
    location: locationOf(session),
    range: `0-${Math.max(0, session.size - 1)}`,
    'docker-upload-uuid': session.id,
  };
}

function outOfOrder(session: UploadSession, message: string): ApiError {
  return new ApiError(416, { code: 'BLOB_UPLOAD_INVALID', message }, progress(session));
}

/** The digest that a client says. @throws ApiError 400 for none, a malformed one, and algorithms other than sha256 */
function saidDigest(call: ApiCall): string {
  const digest = call.query.get('digest') ?? '';
  if (!isDigest(digest))
    throw new ApiError(400, { code: 'DIGEST_INVALID', message: 'a sha256 digest of the blob is needed' });
  return digest;
}

function hasBody(call: ApiCall): boolean {
  return (declaredLength(call) ?? 0) > 0 || call.request.headers['transfer-encoding'] !== undefined;
}

/** The endpoints of blob uploads: all three ways, mounts, status and cancelling. */
export class UploadEndpoints {
  readonly #store: OciStore;
  readonly #sessions: UploadSessions;

  constructor(store: OciStore, sessions: UploadSessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /** `POST /v2/<name>/blobs/uploads/` (end-4a), with `?digest=` (end-4b), with `?mount=` (end-11). */
  async start(call: ApiCall, repository: string): Promise<ApiAnswer> {
    const mount = call.query.get('mount');
    if (mount !== null && isDigest(mount)) {
      const from = call.query.get('from');
      if (await this.#store.mount(repository, mount, from === '' ? null : from)) return created(repository, mount);
    }
    if ((call.query.get('digest-algorithm') ?? 'sha256') !== 'sha256')
      throw new ApiError(400, { code: 'DIGEST_INVALID', message: 'only sha256 is supported' });
    if (mount === null && call.query.has('digest')) {
      const digest = saidDigest(call);
      const session = await this.#sessions.create(repository);
      return await this.#finish(call, session, digest);
    }
    return emptyAnswer(202, progress(await this.#sessions.create(repository)));
  }

  /** `GET <location>` (end-13). */
  status(repository: string, id: string): ApiAnswer {
    return emptyAnswer(204, progress(this.#sessions.find(repository, id)));
  }

  /** `PATCH <location>` (end-5): a chunk with Content-Range, or a stream without. */
  async append(call: ApiCall, repository: string, id: string): Promise<ApiAnswer> {
    const session = this.#sessions.find(repository, id);
    this.#checkPlace(call, session);
    await this.#receive(call, session, false);
    return emptyAnswer(202, progress(session));
  }

  /** `PUT <location>?digest=` (end-6), with the last chunk or the whole blob as its body, or none. */
  async close(call: ApiCall, repository: string, id: string): Promise<ApiAnswer> {
    const session = this.#sessions.find(repository, id);
    const digest = saidDigest(call);
    this.#checkPlace(call, session);
    return await this.#finish(call, session, digest);
  }

  /** `DELETE <location>` (end-14 of the coming version). */
  async cancel(repository: string, id: string): Promise<ApiAnswer> {
    const session = this.#sessions.find(repository, id);
    if (session.busy) throw outOfOrder(session, 'another request is writing');
    await this.#sessions.remove(session);
    return emptyAnswer(204, {});
  }

  /** Chunks come in order, and are as long as they say. */
  #checkPlace(call: ApiCall, session: UploadSession): void {
    if (session.busy) throw outOfOrder(session, 'another request is writing');
    const header = call.request.headers['content-range'];
    if (header === undefined) return;
    const match = /^(\d+)-(\d+)$/.exec(header);
    const start = Number(match?.[1]);
    const length = Number(match?.[2]) - start + 1;
    if (match === null || start !== session.size || length < 1) throw outOfOrder(session, 'chunks come in order');
    const declared = declaredLength(call);
    if (declared !== null && declared !== length)
      throw new ApiError(400, { code: 'SIZE_INVALID', message: 'Content-Range and Content-Length differ' });
  }

  async #finish(call: ApiCall, session: UploadSession, digest: string): Promise<ApiAnswer> {
    const sealed = await this.#receive(call, session, true);
    try {
      if (sealed?.digest !== digest) {
        throw new ApiError(400, {
          code: 'DIGEST_INVALID',
          message: 'provided digest did not match uploaded content',
          detail: { digest, uploaded: sealed?.digest ?? null },
        });
      }
      await this.#store.budget.reserve(sealed.size);
      await this.#store.adopt(session.path, digest, session.repository);
    } finally {
      await this.#sessions.remove(session);
    }
    return created(session.repository, digest);
  }

  /**
   * Takes the body of a request. When the client goes away, what came stays for a resume; when the disk is full the
   * session ends.
   */
  async #receive(call: ApiCall, session: UploadSession, seals: boolean): Promise<FileDigest | null> {
    await this.#store.budget.requireRoom(declaredLength(call) ?? 0);
    session.busy = true;
    const file = this.#store.writers.append(session.path, session.size);
    try {
      if (hasBody(call)) await file.consume(call.request);
      if (seals) return await file.seal();
      session.size = await file.pause();
      return null;
    } catch (thrown) {
      try {
        session.size = await file.pause();
      } catch {
        session.busy = false;
        await this.#sessions.remove(session);
      }
      throw thrown;
    } finally {
      session.busy = false;
      session.usedMs = this.#store.clock.now();
    }
  }
}

function created(repository: string, digest: string): ApiAnswer {
  return emptyAnswer(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
}
