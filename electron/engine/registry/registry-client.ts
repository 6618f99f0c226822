import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest, isRegistryHost, isRepositoryName, isTag } from '../../../shared/models/reference.ts';
import type { Account } from '../ports.ts';
import { answerError, isPassing } from './answer-error.ts';
import { pullScope, pushScope } from './auth/scopes.ts';
import { checkBlobName, checkManifestName, checkRepository } from './checked-names.ts';
import { digestOf } from './content-digest.ts';
import type {
  DistributionClient,
  ManifestOptions,
  RemoteManifest,
  TagList,
  WithSignal,
} from './distribution-client.ts';
import type { HostProfile } from './hosts/host-profile.ts';
import type { MountFindings } from './hosts/mount-findings.ts';
import type { UploadModes } from './hosts/upload-modes.ts';
import { type FoundNames, readNames } from './name-list.ts';
import { putSmallBlob } from './put-small-blob.ts';
import { Requester, type RequesterOptions } from './requester.ts';
import type { Answer } from './transport.ts';
import { resolveLocation, UploadSession } from './upload-session.ts';

/** What every manifest request accepts: without the list, distribution 2.8.2 answers 404 to a tag that exists. */
const MANIFEST_ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const MANIFEST_LIMIT = 8 * 1024 * 1024;
const SMALL_BLOB_LIMIT = 4 * 1024 * 1024;

/** The tags of a repository, with what its list says of them besides. */
export type RemoteTagList = TagList & Omit<FoundNames, 'names'>;

/** How a list is asked for. */
export interface PageOptions extends WithSignal {
  /** Names of a page; 1,000 unless the registry is known to take fewer. */
  readonly pageSize?: number;
}

function pageSizeOf({ pageSize = 1000 }: PageOptions): { readonly pageSize: number } {
  return { pageSize };
}

/** The client of one registry, OCI distribution 1.1. Names and digests are checked before a request is made. */
export class RegistryClient implements DistributionClient {
  readonly requester: Requester;
  readonly #profile: () => HostProfile;
  readonly #modes: UploadModes;
  readonly #mounts: MountFindings;
  readonly #mostAtOnce: () => number | null;
  /** Repositories that refused to be a mount's source, as `SOURCE TARGET`. */
  readonly #unmountable = new Set<string>();

  /** @throws AppError `reference.invalid` for a host that is none */
  constructor(
    options: RequesterOptions & {
      readonly profile: () => HostProfile;
      readonly modes: UploadModes;
      readonly mounts: MountFindings;
      /** Most layers at once that were chosen for the host; null = no choice. */
      readonly mostAtOnce?: () => number | null;
    },
  ) {
    if (!isRegistryHost(options.host)) {
      throw new AppError('reference.invalid', { input: options.host, position: 0, expected: 'host', suggestion: null });
    }
    this.requester = new Requester(options);
    this.#profile = options.profile;
    this.#modes = options.modes;
    this.#mounts = options.mounts;
    this.#mostAtOnce = options.mostAtOnce ?? (() => null);
  }

  get host(): string {
    return this.requester.host;
  }

  get profile(): HostProfile {
    return this.#profile();
  }

  get account(): Requester['authorizer']['account'] {
    return this.requester.authorizer.account;
  }

  atOnce(usual: number): number {
    return this.requester.pace.of(Math.min(usual, this.#mostAtOnce() ?? usual));
  }

  async pause(attempt: number, retryAfter: number | null, error: AppError, signal: AbortSignal): Promise<void> {
    await this.requester.pause(attempt, retryAfter, error, signal);
  }

  /** Whether this is a registry that answers. @throws AppError `registry.*` */
  async ping(signal: AbortSignal): Promise<void> {
    await this.requester.origin(signal);
  }

  /**
   * Has the registry judge a sign-in.
   *
   * @returns whether it asked for one; a registry that asks nobody is shown the sign-in all the same
   * @throws AppError `auth.unauthorized`, `registry.*`
   */
  async signIn({ username, secret }: Account, signal: AbortSignal): Promise<boolean> {
    await this.requester.origin(signal);
    const asked = this.requester.authorizer.challenged;
    const basic = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
    const headers = asked ? {} : { authorization: basic };
    const answer = await this.requester.send({ method: 'GET', to: '', headers, scopes: [], repeatable: true }, signal);
    if (answer.status === 200) return asked || this.requester.authorizer.challenged;
    if (answer.status === 401 || answer.status === 403) {
      const { params } = answerError(this.host, 'GET', answer.url, answer);
      throw new AppError('auth.unauthorized', { ...params, account: username });
    }
    throw answerError(this.host, 'GET', answer.url, answer);
  }

  async hasOtherAccount(signal: AbortSignal): Promise<boolean> {
    return await this.requester.authorizer.hasOtherAccount(signal);
  }

  /** Whether the registry answers at all now: one try, no authentication. */
  async answers(signal: AbortSignal): Promise<boolean> {
    return await this.requester.answers(signal);
  }

  /**
   * Whether the repository has the blob. `access: 'pull'` for a repository that is only read from.
   *
   * @throws AppError `blob.sizeMismatch` when it has it in another size
   */
  async headBlob(
    repository: string,
    digest: string,
    options: WithSignal & { readonly size?: number; readonly access?: 'pull' },
  ): Promise<boolean> {
    checkBlobName(repository, digest);
    const to = `${repository}/blobs/${digest}`;
    const scopes = [options.access === 'pull' ? pullScope(repository) : pushScope(repository)];
    const answer = await this.requester.send({ method: 'HEAD', to, scopes, repeatable: true }, options.signal);
    if (answer.status === 404) return false;
    if (answer.status === 405 || answer.status === 501) return await this.#probeBlob(to, scopes, options.signal);
    if (answer.status !== 200) throw answerError(this.host, 'HEAD', answer.url, answer);
    const size = answer.headers['content-length'];
    const named = answer.headers['docker-content-digest'];
    if (options.size !== undefined && size !== undefined && Number(size) !== options.size) {
      throw new AppError('blob.sizeMismatch', { host: this.host, digest, size: options.size, found: Number(size) });
    }
    if (named !== undefined && isDigest(named) && named.startsWith('sha256:') && named !== digest) {
      throw new AppError('registry.protocol', { host: this.host, reason: 'digest' });
    }
    // Says yes to a name, but of nothing that it has: a byte tells.
    if (named === undefined && size === undefined) return await this.#probeBlob(to, scopes, options.signal);
    return true;
  }

  /** Reads one byte, by its place: for registries without HEAD, and where HEAD is no proof. */
  async #probeBlob(to: string, scopes: readonly string[], signal: AbortSignal, at = 0): Promise<boolean> {
    const headers = { range: `bytes=${at}-${at}` };
    const answer = await this.requester.send(
      { method: 'GET', to, headers, scopes, repeatable: true, limit: SMALL_BLOB_LIMIT },
      signal,
    );
    // 416: it ends before.
    if (answer.status === 404 || (answer.status === 416 && at > 0)) return false;
    if (answer.status === 206 || answer.status === 200) return answer.bytes.length > 0;
    throw answerError(this.host, 'GET', answer.url, answer);
  }

  /** Whether a byte of the blob can be read: HEAD 200 alone is no proof (stale descriptor caches answer it). */
  async readsBlob(
    repository: string,
    digest: string,
    { signal, size }: WithSignal & { readonly size?: number },
  ): Promise<boolean> {
    checkBlobName(repository, digest);
    const last = Math.max(0, (size ?? 0) - 1);
    return await this.#probeBlob(`${repository}/blobs/${digest}`, [pullScope(repository)], signal, last);
  }

  /** Reads a range of a blob, checked for its length. `end` is exclusive. */
  async readBlobRange(
    repository: string,
    digest: string,
    start: number,
    end: number,
    options: WithSignal,
  ): Promise<Uint8Array> {
    checkBlobName(repository, digest);
    const answer = await this.requester.send(
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
    if (answer.status === 404) throw new AppError('blob.missing', { host: this.host, digest });
    const whole = answer.status === 200 && start === 0;
    if (answer.status !== 206 && !whole) throw answerError(this.host, 'GET', answer.url, answer);
    if (answer.bytes.length !== end - start)
      throw new AppError('blob.sizeMismatch', {
        host: this.host,
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
  async openBlob(
    repository: string,
    digest: string,
    start: number,
    options: WithSignal,
  ): Promise<AsyncIterable<Buffer>> {
    checkBlobName(repository, digest);
    const answer = await this.requester.send(
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
    if (answer.status === 404) throw new AppError('blob.missing', { host: this.host, digest });
    if (answer.unread === undefined) throw answerError(this.host, 'GET', answer.url, answer);
    return answer.status === 200 && start > 0 ? withoutFirst(answer.unread, start) : answer.unread;
  }

  /** Reads a blob of at most 4 MiB and checks its digest. */
  async getSmallBlob(repository: string, digest: string, options: WithSignal): Promise<Uint8Array> {
    checkBlobName(repository, digest);
    const answer = await this.requester.send(
      {
        method: 'GET',
        to: `${repository}/blobs/${digest}`,
        scopes: [pullScope(repository)],
        repeatable: true,
        limit: SMALL_BLOB_LIMIT,
      },
      options.signal,
    );
    if (answer.status === 404) throw new AppError('blob.missing', { host: this.host, digest });
    if (answer.status !== 200) throw answerError(this.host, 'GET', answer.url, answer);
    if (digestOf(answer.bytes) !== digest) throw new AppError('blob.digestMismatch', { host: this.host, digest });
    return answer.bytes;
  }

  /**
   * Asks to mount a blob of another repository of this registry. `mounted`, or an open session that is used for the
   * upload, or null where mounting is refused: never a reason to fail a push. A source that was refused is not asked for
   * again; nor is a registry that mounts nothing.
   *
   * @param from null = from wherever the registry has it
   */
  async mountBlob(
    repository: string,
    digest: string,
    from: string | null,
    options: WithSignal,
  ): Promise<'mounted' | UploadSession | null> {
    checkBlobName(repository, digest);
    if (from !== null) checkBlobName(from, digest);
    const pair = `${from ?? ''} ${repository}`;
    if (!this.#mounts.works || this.#unmountable.has(pair)) return null;
    const query = new URLSearchParams(from === null ? { mount: digest } : { mount: digest, from });
    let answer: Awaited<ReturnType<Requester['send']>>;
    try {
      answer = await this.requester.send(
        {
          method: 'POST',
          to: `${repository}/blobs/uploads/?${query}`,
          headers: { 'content-length': '0' },
          scopes: [pushScope(repository), ...(from === null ? [] : [pullScope(from)])],
          // The upload that follows has more patience.
          repeatable: false,
          opens: true,
        },
        options.signal,
      );
    } catch (thrown) {
      options.signal.throwIfAborted();
      if (!(thrown instanceof AppError)) throw thrown;
      if (thrown.code.startsWith('auth.') || thrown.code === 'registry.denied') this.#unmountable.add(pair);
      else if (!isPassing(thrown)) throw thrown;
      return null;
    }
    if (answer.status === 201) {
      const named = answer.headers['docker-content-digest'];
      if (named !== undefined && named !== digest) return null;
      this.#mounts.mounted();
      return 'mounted';
    }
    const session = answer.status === 202 ? await this.#opened(repository, answer, options.signal) : null;
    try {
      if (from !== null) await this.#learnRefusal(from, digest, options);
    } catch (thrown) {
      await session?.abandon();
      throw thrown;
    }
    if (session === null) this.#unmountable.add(pair);
    return session;
  }

  /** Where the source has the blob, a refusal tells of the registry. */
  async #learnRefusal(from: string, digest: string, options: WithSignal): Promise<void> {
    if (!this.#mounts.undecided) return;
    try {
      if (await this.headBlob(from, digest, { ...options, access: 'pull' })) this.#mounts.refused(digest);
    } catch (thrown) {
      options.signal.throwIfAborted();
      if (!(thrown instanceof AppError)) throw thrown;
    }
  }

  /** Opens an upload session. */
  async startUpload(repository: string, options: WithSignal): Promise<UploadSession> {
    checkRepository(repository);
    const answer = await this.requester.send(
      {
        method: 'POST',
        to: `${repository}/blobs/uploads/`,
        headers: { 'content-length': '0' },
        scopes: [pushScope(repository)],
        repeatable: true,
        opens: true,
      },
      options.signal,
    );
    if (answer.status !== 202) throw answerError(this.host, 'POST', answer.url, answer);
    return await this.#opened(repository, answer, options.signal);
  }

  /** The session that an answer opened; deleted at once where it came too late. */
  async #opened(repository: string, answer: Answer, signal: AbortSignal): Promise<UploadSession> {
    const session = this.#session(repository, answer.url, answer.headers, signal);
    if (signal.aborted) await session.abandon();
    signal.throwIfAborted();
    return session;
  }

  #session(
    repository: string,
    base: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): UploadSession {
    const location = headers['location'];
    if (location === undefined) throw new AppError('registry.protocol', { host: this.host, reason: 'location' });
    return new UploadSession(
      this.requester,
      repository,
      { uploadMode: this.profile.uploadMode, modes: this.#modes },
      resolveLocation(this.host, base, location),
      signal,
    );
  }

  /** Uploads a blob that is in memory; see {@link putSmallBlob}. */
  async putSmallBlob(repository: string, bytes: Uint8Array, digest: string, options: WithSignal): Promise<void> {
    await putSmallBlob(this, repository, bytes, digest, options);
  }

  /** Digest and media type behind a tag or digest; null when there is none. */
  async headManifest(
    repository: string,
    reference: string,
    options: ManifestOptions,
  ): Promise<{ digest: string; mediaType: string } | null> {
    const answer = await this.#manifest('HEAD', repository, reference, options);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw answerError(this.host, 'HEAD', answer.url, answer);
    const digest = answer.headers['docker-content-digest'];
    if (digest === undefined || !isDigest(digest)) {
      // Without the header only the bytes tell.
      const manifest = await this.getManifest(repository, reference, options);
      return manifest === null ? null : { digest: manifest.digest, mediaType: manifest.mediaType };
    }
    return { digest, mediaType: answer.headers['content-type'] ?? '' };
  }

  /**
   * The manifest bytes behind a tag or digest, their digest computed; null when there is none. With `known` they are asked
   * for with If-None-Match: registries whose ETag is the digest in quotes (distribution 2.8 and 3, and what is built on
   * them) answer 304 without a body where the tag did not move.
   */
  async getManifest(
    repository: string,
    reference: string,
    options: ManifestOptions & { readonly known?: RemoteManifest },
  ): Promise<RemoteManifest | null> {
    const { known } = options;
    const headers = known === undefined ? {} : { 'if-none-match': `"${known.digest}"` };
    const answer = await this.#manifest('GET', repository, reference, options, headers);
    if (answer.status === 404) return null;
    if (answer.status === 304 && known !== undefined) return known;
    if (answer.status !== 200) throw answerError(this.host, 'GET', answer.url, answer);
    if (!isManifest(answer.body)) throw new AppError('registry.notRegistry', { host: this.host, status: 200 });
    const digest = digestOf(answer.bytes);
    const claimed = isDigest(reference) ? reference : answer.headers['docker-content-digest'];
    if (claimed !== undefined && claimed.startsWith('sha256:') && claimed !== digest) {
      throw new AppError('blob.digestMismatch', { host: this.host, digest: claimed });
    }
    return { digest, mediaType: answer.headers['content-type'] ?? '', bytes: answer.bytes };
  }

  async #manifest(
    method: 'GET' | 'HEAD',
    repository: string,
    reference: string,
    { signal, access }: ManifestOptions,
    headers: Readonly<Record<string, string>> = {},
  ): ReturnType<Requester['send']> {
    checkManifestName(repository, reference);
    return await this.requester.send(
      {
        method,
        to: `${repository}/manifests/${reference}`,
        headers: { accept: MANIFEST_ACCEPT, ...headers },
        scopes: [access === 'pull' ? pullScope(repository) : pushScope(repository)],
        repeatable: true,
        limit: MANIFEST_LIMIT,
      },
      signal,
    );
  }

  /** Writes manifest bytes under a tag or digest; the same bytes may be written again. */
  async putManifest(
    repository: string,
    reference: string,
    manifest: Pick<RemoteManifest, 'bytes' | 'mediaType'>,
    options: WithSignal,
  ): Promise<void> {
    checkManifestName(repository, reference);
    const answer = await this.requester.send(
      {
        method: 'PUT',
        to: `${repository}/manifests/${reference}`,
        headers: { 'content-type': manifest.mediaType },
        body: manifest.bytes,
        scopes: [pushScope(repository)],
        repeatable: true,
        commits: true,
      },
      options.signal,
    );
    if (answer.status === 201 || answer.status === 200) return;
    const error = answerError(this.host, 'PUT', answer.url, answer);
    // Too large (413), or of a kind that is not taken (415): the manifest's fault, whatever the words.
    const refused = error.code === 'registry.protocol' && answer.status >= 400;
    throw refused ? new AppError('manifest.refused', error.params) : error;
  }

  /**
   * All repositories that the registry lists, sorted; see {@link readNames}. Names that are none by the grammar are left out.
   *
   * @throws AppError `registry.denied`, `auth.required`, `repository.notFound` where it does not list
   */
  async listRepositories(options: PageOptions): Promise<string[]> {
    const question = { path: '_catalog', scope: 'registry:catalog:*', member: 'repositories' } as const;
    const { names } = await readNames(this.requester, { ...question, ...pageSizeOf(options) }, options.signal);
    return names.filter(isRepositoryName);
  }

  /** All tags of a repository, sorted; what is none by the grammar stands by itself. See {@link readNames}. */
  async listTags(repository: string, options: PageOptions): Promise<RemoteTagList> {
    checkRepository(repository);
    const question = { path: `${repository}/tags/list`, scope: pullScope(repository), member: 'tags' } as const;
    const found = await readNames(this.requester, { ...question, ...pageSizeOf(options) }, options.signal);
    const { names, ...said } = found;
    return { ...said, tags: names.filter(isTag), invalid: names.filter((name) => !isTag(name)) };
  }

  async close(): Promise<void> {
    await this.requester.close();
  }
}

async function* withoutFirst(body: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const bytes of body) {
    if (left < bytes.length) yield bytes.subarray(left);
    left = Math.max(0, left - bytes.length);
  }
}

/** Whether a body is any manifest or index: what answers something else to a manifest's name is no registry. */
function isManifest(body: string): boolean {
  try {
    const document: unknown = JSON.parse(body);
    return typeof document === 'object' && document !== null && 'schemaVersion' in document;
  } catch {
    return false;
  }
}
