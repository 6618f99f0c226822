import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { answerError } from './answer-error.ts';
import { pullScope, pushScope } from './auth/scopes.ts';
import { checkBlobName } from './checked-names.ts';
import { digestOf } from './content-digest.ts';
import type { WithSignal } from './distribution-client.ts';
import type { Requester } from './requester.ts';

const SMALL_BLOB_LIMIT = 4 * 1024 * 1024;

/** The blobs of a registry, asked for and read. Names and digests are checked before a request is made. */
export class BlobEndpoint {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Whether the repository has the blob. `access: 'pull'` for a repository that is only read from.
   *
   * @throws AppError `blob.sizeMismatch` when it has it in another size
   */
  async head(
    repository: string,
    digest: string,
    options: WithSignal & { readonly size?: number; readonly access?: 'pull' },
  ): Promise<boolean> {
    checkBlobName(repository, digest);
    const to = `${repository}/blobs/${digest}`;
    const scopes = [options.access === 'pull' ? pullScope(repository) : pushScope(repository)];
    const answer = await this.#requester.send({ method: 'HEAD', to, scopes, repeatable: true }, options.signal);
    if (answer.status === 404) return false;
    if (answer.status === 405 || answer.status === 501) return await this.#probe(to, scopes, options.signal);
    if (answer.status !== 200) throw answerError(this.#requester.host, 'HEAD', answer.url, answer);
    const size = answer.headers['content-length'];
    const named = answer.headers['docker-content-digest'];
    if (options.size !== undefined && size !== undefined && Number(size) !== options.size) {
      throw new AppError('blob.sizeMismatch', {
        host: this.#requester.host,
        digest,
        size: options.size,
        found: Number(size),
      });
    }
    if (named !== undefined && isDigest(named) && named.startsWith('sha256:') && named !== digest) {
      throw new AppError('registry.protocol', { host: this.#requester.host, reason: 'digest' });
    }
    // Says yes to a name, but of nothing that it has: a byte tells.
    if (named === undefined && size === undefined) return await this.#probe(to, scopes, options.signal);
    return true;
  }

  /** Reads one byte, by its place: for registries without HEAD, and where HEAD is no proof. */
  async #probe(to: string, scopes: readonly string[], signal: AbortSignal, at = 0): Promise<boolean> {
    const headers = { range: `bytes=${at}-${at}` };
    const answer = await this.#requester.send(
      { method: 'GET', to, headers, scopes, repeatable: true, limit: SMALL_BLOB_LIMIT },
      signal,
    );
    // 416: it ends before.
    if (answer.status === 404 || (answer.status === 416 && at > 0)) return false;
    if (answer.status === 206 || answer.status === 200) return answer.bytes.length > 0;
    throw answerError(this.#requester.host, 'GET', answer.url, answer);
  }

  /** Whether a byte of the blob can be read: HEAD 200 alone is no proof (stale descriptor caches answer it). */
  async reads(
    repository: string,
    digest: string,
    { signal, size }: WithSignal & { readonly size?: number },
  ): Promise<boolean> {
    checkBlobName(repository, digest);
    const last = Math.max(0, (size ?? 0) - 1);
    return await this.#probe(`${repository}/blobs/${digest}`, [pullScope(repository)], signal, last);
  }

  /** Reads a range of a blob, checked for its length. `end` is exclusive. */
  async readRange(
    repository: string,
    digest: string,
    start: number,
    end: number,
    options: WithSignal,
  ): Promise<Uint8Array> {
    checkBlobName(repository, digest);
    const answer = await this.#requester.send(
      {
        method: 'GET',
        to: `${repository}/blobs/${digest}`,
        headers: { range: `bytes=${start}-${end - 1}` },
        scopes: [pullScope(repository)],
        repeatable: true,
        limit: end - start,
      },
      options.signal,
    );
    if (answer.status === 404) throw new AppError('blob.missing', { host: this.#requester.host, digest });
    const whole = answer.status === 200 && start === 0;
    if (answer.status !== 206 && !whole) throw answerError(this.#requester.host, 'GET', answer.url, answer);
    if (answer.bytes.length !== end - start)
      throw new AppError('blob.sizeMismatch', {
        host: this.#requester.host,
        digest,
        size: end - start,
        found: answer.bytes.length,
      });
    return answer.bytes;
  }

  /**
   * Opens a blob for reading from byte `start` on; the caller reads to the end or stops, checks the digest, and opens
   * again where a connection broke. A registry that ignores Range is read from byte 0, without the first bytes.
   *
   * @throws AppError `blob.missing`, and what the registry refuses
   */
  async open(repository: string, digest: string, start: number, options: WithSignal): Promise<AsyncIterable<Buffer>> {
    checkBlobName(repository, digest);
    const answer = await this.#requester.send(
      {
        method: 'GET',
        to: `${repository}/blobs/${digest}`,
        ...(start === 0 ? {} : { headers: { range: `bytes=${start}-` } }),
        scopes: [pullScope(repository)],
        repeatable: true,
        unread: true,
      },
      options.signal,
    );
    if (answer.status === 404) throw new AppError('blob.missing', { host: this.#requester.host, digest });
    if (answer.unread === undefined) throw answerError(this.#requester.host, 'GET', answer.url, answer);
    return answer.status === 200 && start > 0 ? withoutFirst(answer.unread, start) : answer.unread;
  }

  /** Reads a blob of at most 4 MiB and checks its digest. */
  async getSmall(repository: string, digest: string, options: WithSignal): Promise<Uint8Array> {
    checkBlobName(repository, digest);
    const answer = await this.#requester.send(
      {
        method: 'GET',
        to: `${repository}/blobs/${digest}`,
        scopes: [pullScope(repository)],
        repeatable: true,
        limit: SMALL_BLOB_LIMIT,
      },
      options.signal,
    );
    if (answer.status === 404) throw new AppError('blob.missing', { host: this.#requester.host, digest });
    if (answer.status !== 200) throw answerError(this.#requester.host, 'GET', answer.url, answer);
    if (digestOf(answer.bytes) !== digest)
      throw new AppError('blob.digestMismatch', { host: this.#requester.host, digest });
    return answer.bytes;
  }
}

async function* withoutFirst(body: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const bytes of body) {
    if (left < bytes.length) yield bytes.subarray(left);
    left = Math.max(0, left - bytes.length);
  }
}
