import type { RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Manifests of one repository that a set of changes needs: read once, by digest. */
export class ManifestReader {
  readonly #client: RegistryClient;
  readonly #repository: string;
  readonly #kept: (digest: string) => Promise<RemoteManifest | null>;
  readonly #read = new Map<string, Promise<RemoteManifest | null>>();

  /** @param kept a manifest that this computer keeps, where the registry has it no more */
  constructor(
    client: RegistryClient,
    repository: string,
    kept: (digest: string) => Promise<RemoteManifest | null> = () => Promise.resolve(null),
  ) {
    this.#client = client;
    this.#repository = repository;
    this.#kept = kept;
  }

  /** The manifest of a digest, its bytes checked against it; null when neither the registry nor this computer has it. */
  async find(digest: string, signal: AbortSignal): Promise<RemoteManifest | null> {
    const known = this.#read.get(digest);
    if (known !== undefined) return await known;
    const reading = this.#client
      .getManifest(this.#repository, digest, { signal })
      .then((found) => found ?? this.#kept(digest));
    this.#read.set(digest, reading);
    // What failed may be asked for again.
    reading.catch(() => this.#read.delete(digest));
    return await reading;
  }
}
