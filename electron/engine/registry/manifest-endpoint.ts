import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { answerError } from './answer-error.ts';
import { pullScope, pushScope } from './auth/scopes.ts';
import { checkManifestName } from './checked-names.ts';
import { digestOf } from './content-digest.ts';
import type { ManifestOptions, RemoteManifest, WithSignal } from './distribution-client.ts';
import type { Requester } from './requester.ts';

/** What every manifest request accepts: without the list, distribution 2.8.2 answers 404 to a tag that exists. */
const MANIFEST_ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const MANIFEST_LIMIT = 8 * 1024 * 1024;

/** The manifests of a registry, by tag or digest. Names are checked before a request is made. */
export class ManifestEndpoint {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** Digest and media type behind a tag or digest; null when there is none. */
  async head(
    repository: string,
    reference: string,
    options: ManifestOptions,
  ): Promise<{ digest: string; mediaType: string } | null> {
    const answer = await this.#ask('HEAD', repository, reference, options);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw answerError(this.#requester.host, 'HEAD', answer.url, answer);
    const digest = answer.headers['docker-content-digest'];
    if (digest === undefined || !isDigest(digest)) {
      // Without the header only the bytes tell.
      const manifest = await this.get(repository, reference, options);
      return manifest === null ? null : { digest: manifest.digest, mediaType: manifest.mediaType };
    }
    return { digest, mediaType: answer.headers['content-type'] ?? '' };
  }

  /**
   * The manifest bytes behind a tag or digest, their digest computed; null when there is none. With `known` they are asked
   * for with If-None-Match: registries whose ETag is the digest in quotes (distribution 2.8 and 3, and what is built on
   * them) answer 304 without a body where the tag did not move.
   */
  async get(
    repository: string,
    reference: string,
    options: ManifestOptions & { readonly known?: RemoteManifest },
  ): Promise<RemoteManifest | null> {
    const { known } = options;
    const headers = known === undefined ? {} : { 'if-none-match': `"${known.digest}"` };
    const answer = await this.#ask('GET', repository, reference, options, headers);
    if (answer.status === 404) return null;
    if (answer.status === 304 && known !== undefined) return known;
    if (answer.status !== 200) throw answerError(this.#requester.host, 'GET', answer.url, answer);
    if (!isManifest(answer.body))
      throw new AppError('registry.notRegistry', { host: this.#requester.host, status: 200 });
    const digest = digestOf(answer.bytes);
    const claimed = isDigest(reference) ? reference : answer.headers['docker-content-digest'];
    if (claimed !== undefined && claimed.startsWith('sha256:') && claimed !== digest) {
      throw new AppError('blob.digestMismatch', { host: this.#requester.host, digest: claimed });
    }
    return { digest, mediaType: answer.headers['content-type'] ?? '', bytes: answer.bytes };
  }

  async #ask(
    method: 'GET' | 'HEAD',
    repository: string,
    reference: string,
    { signal, access }: ManifestOptions,
    headers: Readonly<Record<string, string>> = {},
  ): ReturnType<Requester['send']> {
    checkManifestName(repository, reference);
    return await this.#requester.send(
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
  async put(
    repository: string,
    reference: string,
    manifest: Pick<RemoteManifest, 'bytes' | 'mediaType'>,
    options: WithSignal,
  ): Promise<void> {
    checkManifestName(repository, reference);
    const answer = await this.#requester.send(
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
    const error = answerError(this.#requester.host, 'PUT', answer.url, answer);
    // Too large (413), or of a kind that is not taken (415): the manifest's fault, whatever the words.
    const refused = error.code === 'registry.protocol' && answer.status >= 400;
    throw refused ? new AppError('manifest.refused', error.params) : error;
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
