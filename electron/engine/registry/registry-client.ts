import { AppError } from '../../../shared/errors/app-error.ts';
import { isRegistryHost, isRepositoryName, isTag } from '../../../shared/models/reference.ts';
import type { Account } from '../ports.ts';
import { answerError } from './answer-error.ts';
import { pullScope } from './auth/scopes.ts';
import { BlobEndpoint } from './blob-endpoint.ts';
import { checkRepository } from './checked-names.ts';
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
import { ManifestEndpoint } from './manifest-endpoint.ts';
import { type FoundNames, readNames } from './name-list.ts';
import { putSmallBlob } from './put-small-blob.ts';
import { Requester, type RequesterOptions } from './requester.ts';
import { UploadEndpoint } from './upload-endpoint.ts';
import type { UploadSession } from './upload-session.ts';

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
  readonly #blobs: BlobEndpoint;
  readonly #uploads: UploadEndpoint;
  readonly #manifests: ManifestEndpoint;
  readonly #mostAtOnce: () => number | null;

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
    const { profile, modes, mounts } = options;
    this.#blobs = new BlobEndpoint(this.requester);
    this.#uploads = new UploadEndpoint(this.requester, { blobs: this.#blobs, profile, modes, mounts });
    this.#manifests = new ManifestEndpoint(this.requester);
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
    return await this.#blobs.head(repository, digest, options);
  }

  async readsBlob(
    repository: string,
    digest: string,
    options: WithSignal & { readonly size?: number },
  ): Promise<boolean> {
    return await this.#blobs.reads(repository, digest, options);
  }

  /** Reads a range of a blob, checked for its length. `end` is exclusive. */
  async readBlobRange(
    repository: string,
    digest: string,
    start: number,
    end: number,
    options: WithSignal,
  ): Promise<Uint8Array> {
    return await this.#blobs.readRange(repository, digest, start, end, options);
  }

  async openBlob(
    repository: string,
    digest: string,
    start: number,
    options: WithSignal,
  ): Promise<AsyncIterable<Buffer>> {
    return await this.#blobs.open(repository, digest, start, options);
  }

  async getSmallBlob(repository: string, digest: string, options: WithSignal): Promise<Uint8Array> {
    return await this.#blobs.getSmall(repository, digest, options);
  }

  /** See {@link UploadEndpoint.mount}. */
  async mountBlob(
    repository: string,
    digest: string,
    from: string | null,
    options: WithSignal,
  ): Promise<'mounted' | UploadSession | null> {
    return await this.#uploads.mount(repository, digest, from, options);
  }

  /** Opens an upload session. */
  async startUpload(repository: string, options: WithSignal): Promise<UploadSession> {
    return await this.#uploads.start(repository, options);
  }

  /** Uploads a blob that is in memory; see {@link putSmallBlob}. */
  async putSmallBlob(repository: string, bytes: Uint8Array, digest: string, options: WithSignal): Promise<void> {
    await putSmallBlob(this, repository, bytes, digest, options);
  }

  async headManifest(
    repository: string,
    reference: string,
    options: ManifestOptions,
  ): Promise<Pick<RemoteManifest, 'digest' | 'mediaType'> | null> {
    return await this.#manifests.head(repository, reference, options);
  }

  async getManifest(
    repository: string,
    reference: string,
    options: ManifestOptions & { readonly known?: RemoteManifest },
  ): Promise<RemoteManifest | null> {
    return await this.#manifests.get(repository, reference, options);
  }

  async putManifest(
    repository: string,
    reference: string,
    manifest: Pick<RemoteManifest, 'bytes' | 'mediaType'>,
    options: WithSignal,
  ): Promise<void> {
    await this.#manifests.put(repository, reference, manifest, options);
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
