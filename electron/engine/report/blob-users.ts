import type { BlobNumbers } from './blob-numbers.ts';
import type { KnownImage } from './known-images.ts';

/** How many images of one registry need each blob: what only one needs is freed with it. Sizes in bytes. */
export class BlobUsers {
  readonly #blobs: BlobNumbers;
  readonly #users: Uint32Array;
  /** Some image's blobs have no number: what is unique cannot be told. */
  readonly uncounted: boolean;

  constructor(blobs: BlobNumbers, images: readonly KnownImage[]) {
    this.#blobs = blobs;
    this.#users = new Uint32Array(blobs.count);
    this.uncounted = images.some((image) => image.uncounted);
    for (const image of images) {
      for (const number of image.blobs) this.#users[number] = this.of(number) + 1;
    }
  }

  /** Images that need a blob. */
  of(number: number): number {
    return this.#users[number] ?? 0;
  }

  /** Bytes that only this image needs; null where that cannot be told. */
  unique({ blobs }: KnownImage): number | null {
    if (this.uncounted) return null;
    let sum = 0;
    for (const number of blobs) if (this.of(number) === 1) sum += this.#blobs.size(number);
    return sum;
  }

  /** Bytes of all blobs that any image needs; null where that cannot be told. */
  stored(): number | null {
    if (this.uncounted) return null;
    let sum = 0;
    for (const [number, users] of this.#users.entries()) if (users > 0) sum += this.#blobs.size(number);
    return sum;
  }
}
