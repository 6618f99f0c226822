/** Distinct blobs that are counted at most: bounds the memory at about 60 MB. */
const MOST_BLOBS = 300_000;

/** Who needs which blob of a repository: what would be freed if one digest went. Sizes in bytes. */
export class BlobShares {
  /** The one digest that needs a blob; null = several do. */
  readonly #owners = new Map<string, { readonly size: number; owner: string | null }>();
  #overfull = false;

  /** Counts the blobs of a tagged digest. */
  add(digest: string, blobs: Iterable<readonly [string, number]>): void {
    for (const [blob, size] of blobs) {
      const known = this.#owners.get(blob);
      if (known === undefined) {
        if (this.#owners.size >= MOST_BLOBS) this.#overfull = true;
        else this.#owners.set(blob, { size, owner: digest });
      } else if (known.owner !== digest) known.owner = null;
    }
  }

  /** Bytes that only one digest needs, by digest; null where there were too many blobs to be counted. */
  onlyHere(): ReadonlyMap<string, number> | null {
    if (this.#overfull) return null;
    const sums = new Map<string, number>();
    for (const { size, owner } of this.#owners.values()) {
      if (owner !== null) sums.set(owner, (sums.get(owner) ?? 0) + size);
    }
    return sums;
  }
}
