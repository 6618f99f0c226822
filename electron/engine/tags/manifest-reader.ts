import type { RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Manifests that are held; the oldest go first. At 8 MiB, the most that is read of one, it is 128 MiB; a usual one has 60 kB. */
const MOST_HELD = 16;

/** Manifests of one repository that a set of changes needs, read by digest; the last ones are held. */
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
    const [oldest] = this.#read.keys();
    if (this.#read.size > MOST_HELD && oldest !== undefined) this.#read.delete(oldest);
    // What failed may be asked for again.
    reading.catch(() => this.#read.delete(digest));
    return await reading;
  }
}
