import { AppError } from '../../../shared/errors/app-error.ts';
import { answerError, isPassing } from './answer-error.ts';
import { pullScope, pushScope } from './auth/scopes.ts';
import type { BlobEndpoint } from './blob-endpoint.ts';
import { checkBlobName, checkRepository } from './checked-names.ts';
import type { WithSignal } from './distribution-client.ts';
import type { HostProfile } from './hosts/host-profile.ts';
import type { MountFindings } from './hosts/mount-findings.ts';
import type { UploadModes } from './hosts/upload-modes.ts';
import type { Requester } from './requester.ts';
import type { Answer } from './transport.ts';
import { resolveLocation, UploadSession } from './upload-session.ts';

/** What is known of a host that is uploaded to. */
export interface UploadEndpointOptions {
  readonly blobs: BlobEndpoint;
  readonly profile: () => HostProfile;
  readonly modes: UploadModes;
  readonly mounts: MountFindings;
}

/** Where blobs come into a registry: mounts, and upload sessions. */
export class UploadEndpoint {
  readonly #requester: Requester;
  readonly #options: UploadEndpointOptions;
  /** Repositories that refused to be a mount's source, as `SOURCE TARGET`. */
  readonly #unmountable = new Set<string>();

  constructor(requester: Requester, options: UploadEndpointOptions) {
    this.#requester = requester;
    this.#options = options;
  }

  /**
   * Asks to mount a blob of another repository of this registry. `mounted`, or an open session that is used for the
   * upload, or null where mounting is refused: never a reason to fail a push. A source that was refused is not asked for
   * again; nor is a registry that mounts nothing.
   *
   * @param from null = from wherever the registry has it
   */
  async mount(
    repository: string,
    digest: string,
    from: string | null,
    options: WithSignal,
  ): Promise<'mounted' | UploadSession | null> {
    checkBlobName(repository, digest);
    if (from !== null) checkBlobName(from, digest);
    const pair = `${from ?? ''} ${repository}`;
    if (!this.#options.mounts.works || this.#unmountable.has(pair)) return null;
    const query = new URLSearchParams(from === null ? { mount: digest } : { mount: digest, from });
    let answer: Awaited<ReturnType<Requester['send']>>;
    try {
      answer = await this.#requester.send(
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
      this.#options.mounts.mounted();
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
    if (!this.#options.mounts.undecided) return;
    try {
      if (await this.#options.blobs.head(from, digest, { ...options, access: 'pull' }))
        this.#options.mounts.refused(digest);
    } catch (thrown) {
      options.signal.throwIfAborted();
      if (!(thrown instanceof AppError)) throw thrown;
    }
  }

  /** Opens an upload session. */
  async start(repository: string, options: WithSignal): Promise<UploadSession> {
    checkRepository(repository);
    const answer = await this.#requester.send(
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
    if (answer.status !== 202) throw answerError(this.#requester.host, 'POST', answer.url, answer);
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
    if (location === undefined)
      throw new AppError('registry.protocol', { host: this.#requester.host, reason: 'location' });
    return new UploadSession(
      this.#requester,
      repository,
      { uploadMode: this.#options.profile().uploadMode, modes: this.#options.modes },
      resolveLocation(this.#requester.host, base, location),
      signal,
    );
  }
}
