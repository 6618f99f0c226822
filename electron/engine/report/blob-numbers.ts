/** Blobs that are numbered at most: bounds the memory at about 60 MB. */
const MOST_BLOBS = 300_000;

/** Blobs by number, so that what an image is made of is a short list. Sizes in bytes. */
export class BlobNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #digests: string[] = [];
  readonly #sizes: number[] = [];
  readonly #most: number;

  /** @param most blobs that are numbered */
  constructor(most = MOST_BLOBS) {
    this.#most = most;
  }

  get count(): number {
    return this.#digests.length;
  }

  /** The number of a blob, a new one where it has none; null where there are too many. */
  numberOf(digest: string, size: number): number | null {
    const known = this.#numbers.get(digest);
    if (known !== undefined) return known;
    if (this.count >= this.#most) return null;
    const number = this.count;
    this.#numbers.set(digest, number);
    this.#digests.push(digest);
    this.#sizes.push(size);
    return number;
  }

  /** The number of a blob that has one. */
  find(digest: string): number | null {
    return this.#numbers.get(digest) ?? null;
  }

  digest(number: number): string {
    return this.#digests[number] ?? '';
  }

  /** Bytes. */
  size(number: number): number {
    return this.#sizes[number] ?? 0;
  }

  /** Bytes of all of them. */
  total(numbers: Iterable<number>): number {
    let sum = 0;
    for (const number of numbers) sum += this.size(number);
    return sum;
  }
}
