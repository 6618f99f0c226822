import { MANIFEST_LIMIT, type ManifestFacts } from './manifest-facts.ts';
import type { OciStore } from './oci-store.ts';

/** What of a store is needed, found from the names down. */
export class BlobMarks {
  /** Digests of manifests and blobs. */
  readonly needed = new Set<string>();
  readonly #store: OciStore;

  constructor(store: OciStore) {
    this.#store = store;
  }

  /** Marks a manifest and all that it names. */
  async keep(digest: string): Promise<void> {
    if (this.needed.has(digest)) return;
    this.needed.add(digest);
    const facts = await this.#store.manifests.facts(digest, null);
    const named = facts === null ? await this.#namesIn(digest) : namesOf(facts);
    for (const child of named.manifests) await this.keep(child);
    for (const blob of named.blobs) this.needed.add(blob);
  }

  /** Whatever another kind of manifest names by a digest is needed too. */
  async #namesIn(digest: string): Promise<{ manifests: readonly string[]; blobs: readonly string[] }> {
    const bytes = await this.#store.blobs.read(digest, MANIFEST_LIMIT);
    const found = bytes?.toString('latin1').match(/sha256:[0-9a-f]{64}/g) ?? [];
    return { manifests: found, blobs: [] };
  }
}

function namesOf(facts: ManifestFacts): { manifests: readonly string[]; blobs: readonly string[] } {
  return { manifests: facts.children.map(({ digest }) => digest), blobs: facts.blobs.map(({ digest }) => digest) };
}
