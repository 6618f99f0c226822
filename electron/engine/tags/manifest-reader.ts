import type { RemoteManifest } from '../registry/distribution-client.ts';
import { InFlight } from '../registry/in-flight.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Manifests that are held; the oldest go first. At 8 MiB, the most that is read of one, it is 128 MiB; a usual one has 60 kB. */
const MOST_HELD = 16;

/** Manifests of one repository that a set of changes needs, read by digest; the last ones are held. */
export class ManifestReader {
  readonly #client: Pick<RegistryClient, 'getManifest'>;
  readonly #repository: string;
  readonly #kept: (digest: string) => Promise<RemoteManifest | null>;
  readonly #held = new Map<string, RemoteManifest | null>();
  readonly #reading = new InFlight<string, RemoteManifest | null>();

  /** @param kept a manifest that this computer keeps, where the registry has it no more */
  constructor(
    client: Pick<RegistryClient, 'getManifest'>,
    repository: string,
    kept: (digest: string) => Promise<RemoteManifest | null> = () => Promise.resolve(null),
  ) {
    this.#client = client;
    this.#repository = repository;
    this.#kept = kept;
  }

  /** The manifest of a digest, its bytes checked against it; null when neither the registry nor this computer has it. */
  async find(digest: string, signal: AbortSignal): Promise<RemoteManifest | null> {
    const held = this.#held.get(digest);
    if (held !== undefined) return held;
    return await this.#reading.join(digest, (until) => this.#read(digest, until), signal);
  }

  async #read(digest: string, signal: AbortSignal): Promise<RemoteManifest | null> {
    const found = (await this.#client.getManifest(this.#repository, digest, { signal })) ?? (await this.#kept(digest));
    this.#held.set(digest, found);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST_HELD && oldest !== undefined) this.#held.delete(oldest);
    return found;
  }
}
