import type { ImageSharing, SharingImage } from '../models/sharing.ts';

/** Two images and what both of them need. */
export interface SharedPair {
  readonly a: SharingImage;
  readonly b: SharingImage;
  /** Packed bytes. */
  readonly bytes: number;
  readonly layers: number;
  /** Of the smaller image, from 0 to 1. */
  readonly part: number;
}

/** Every pair that shares anything, the one that shares the most first. */
export function sharedPairs({ images, pairs }: ImageSharing): readonly SharedPair[] {
  return pairs
    .flatMap(({ a: placeOfA, b: placeOfB, bytes, layers }) => {
      const [a, b] = [images[placeOfA], images[placeOfB]];
      if (a === undefined || b === undefined) return [];
      const smaller = Math.min(a.packed, b.packed);
      return [{ a, b, bytes, layers, part: smaller === 0 ? 0 : bytes / smaller }];
    })
    .toSorted((one, other) => other.bytes - one.bytes);
}

/** The images of a picture that has room for `most`: the largest, with those that share the most beside each other. */
export function shownImages(sharing: ImageSharing, most: number): readonly SharingImage[] {
  const largest = sharing.images
    .map((image, place) => ({ image, place }))
    .toSorted((one, other) => other.image.packed - one.image.packed)
    .slice(0, most);
  const shared = new Map<string, number>();
  for (const { a, b, bytes } of sharing.pairs) {
    shared.set(`${String(a)} ${String(b)}`, bytes);
    shared.set(`${String(b)} ${String(a)}`, bytes);
  }
  const ordered: (typeof largest)[number][] = [];
  const left = [...largest];
  while (left.length > 0) {
    const last = ordered.at(-1);
    let next = 0;
    for (const [at, { place }] of left.entries()) {
      const bytesOf = (to: number): number =>
        last === undefined ? 0 : (shared.get(`${String(last.place)} ${String(to)}`) ?? 0);
      if (bytesOf(place) > bytesOf(left[next]?.place ?? -1)) next = at;
    }
    ordered.push(...left.splice(next, 1));
  }
  return ordered.map(({ image }) => image);
}
