import { AppError } from '../../../shared/errors/app-error.ts';
import { readBlob } from '../jobs/push/blob-source.ts';
import type { DistributionClient } from '../registry/distribution-client.ts';
import type { BlobSupplier } from './check-store.ts';

/** A repository, or an image layout, that may have a blob. */
export interface SupplyPlace {
  readonly registry: string;
  readonly repository: string;
}

/** What a repair asks the engine for. */
export interface SupplyPlaces {
  /** Repositories that were seen to hold a blob. */
  holdersOf(digest: string): Promise<readonly SupplyPlace[]>;
  /** A client of its own, which the asker closes. */
  open(host: string, insecure: boolean): DistributionClient;
}

/** Gets blobs from registries: first from the places that were named, then from those that are known to have them. */
export function registrySupplier(places: SupplyPlaces, first: readonly SupplyPlace[], insecure: boolean): BlobSupplier {
  return async function* supply(digest, size, signal) {
    let failure: AppError | null = null;
    for (const { registry, repository } of [...first, ...(await places.holdersOf(digest))]) {
      const client = places.open(registry, insecure);
      let given = false;
      try {
        if (await client.headBlob(repository, digest, { size, signal })) {
          for await (const bytes of readBlob({ client, repository, digest, size }, signal)) {
            given = true;
            yield bytes;
          }
          return;
        }
        // Manifests are no blobs to every registry.
        const manifest = await client.getManifest(repository, digest, { signal });
        if (manifest?.bytes.length === size) {
          yield Buffer.from(manifest.bytes);
          return;
        }
      } catch (thrown) {
        signal.throwIfAborted();
        // Bytes that were given already cannot be taken back: the blob fails.
        if (given || !(thrown instanceof AppError)) throw thrown;
        failure = thrown;
      } finally {
        await client.close();
      }
    }
    throw failure ?? new AppError('blob.missing', { host: first[0]?.registry ?? '', digest });
  };
}
