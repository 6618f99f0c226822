import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock } from '../ports.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Waits between looks at a tag that is not yet as it was written: some registries take a moment. ms */
const LOOK_WAITS = [200, 500, 1500];

/** Looks at tags, writes them and reads them back. */
export class TagWriter {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly #clock: Clock;

  constructor(client: RegistryClient, repository: string, clock: Clock) {
    this.client = client;
    this.repository = repository;
    this.#clock = clock;
  }

  /** Digest of a tag now; null = it is not there. */
  async look(tag: string, signal: AbortSignal): Promise<string | null> {
    return (await this.client.headManifest(this.repository, tag, { signal }))?.digest ?? null;
  }

  /** @throws AppError `tag.conflict` where a tag is not where it was seen */
  async compare(tag: string, expected: string | null, signal: AbortSignal): Promise<void> {
    const now = await this.look(tag, signal);
    if (now !== expected) throw this.conflict(tag, now);
  }

  /** The error of a tag that is somewhere else. */
  conflict(tag: string, digest: string | null): AppError {
    return new AppError('tag.conflict', { reference: `${this.client.host}/${this.repository}:${tag}`, digest });
  }

  /** Puts a tag on a manifest and reads it back. @throws AppError `tag.immutable`, `blob.missing`, `verify.failed`, … */
  async put(tag: string, manifest: RemoteManifest, signal: AbortSignal): Promise<void> {
    try {
      await this.client.putManifest(this.repository, tag, manifest, { signal });
    } catch (thrown) {
      const missing = thrown instanceof AppError && thrown.code === 'blob.missing';
      throw missing ? new AppError(thrown.code, { ...thrown.params, repository: this.repository }) : thrown;
    }
    await this.readBack(tag, manifest.digest, signal);
  }

  /** @throws AppError `verify.failed` where a tag does not become what it should be */
  async readBack(tag: string, expected: string | null, signal: AbortSignal): Promise<void> {
    for (const wait of [...LOOK_WAITS, null]) {
      const now = await this.look(tag, signal);
      if (now === expected) return;
      if (wait === null) {
        const digest = expected ?? now;
        throw new AppError('verify.failed', { host: this.client.host, repository: this.repository, digest });
      }
      await this.#clock.sleep(wait, signal);
    }
  }
}
