import type { ImageRemoval, LayerUser } from '../../../shared/models/sharing.ts';
import type { BlobNumbers } from './blob-numbers.ts';
import { imagesOf, type KnownImage, type KnownRegistry } from './known-images.ts';

/** Images that are named of those that keep something. */
const MOST_KEEPERS = 50;

type RegistryRemoval = ImageRemoval['registries'][number];

/** An image as one that needs something. */
export function userOf({ registry, repository, digest, tags, packed }: KnownImage): LayerUser {
  return { registry, repository, digest, tags, packed };
}

function numbersOf(images: readonly KnownImage[]): Set<number> {
  const numbers = new Set<number>();
  for (const { blobs } of images) for (const number of blobs) numbers.add(number);
  return numbers;
}

function registryRemoval(
  registry: KnownRegistry,
  isChosen: (image: KnownImage) => boolean,
  blobs: BlobNumbers,
): RegistryRemoval | null {
  const images = imagesOf([registry]);
  const chosen = images.filter(isChosen);
  if (chosen.length === 0) return null;
  const wanted = numbersOf(chosen);
  const freed = new Set(wanted);
  const keepers: RegistryRemoval['keptBy'] = [];
  for (const image of images) {
    if (isChosen(image)) continue;
    const kept = image.blobs.filter((number) => wanted.has(number));
    for (const number of kept) freed.delete(number);
    if (kept.length > 0) keepers.push({ ...userOf(image), bytes: blobs.total(kept), layers: kept.length });
  }
  // An image whose blobs could not be counted may keep anything.
  const uncounted = images.some((image) => image.uncounted);
  const freedBy = (numbers: Iterable<number>): number | null => (uncounted ? null : blobs.total(numbers));
  keepers.sort((one, other) => other.bytes - one.bytes || one.digest.localeCompare(other.digest));
  return {
    host: registry.host,
    packed: blobs.total(wanted),
    freed: freedBy(freed),
    repositories: registry.repositories.flatMap(({ repository, images: all }) => {
      const own = all.filter(isChosen);
      if (own.length === 0) return [];
      const needed = numbersOf(own);
      const going = [...needed].filter((number) => freed.has(number));
      return [{ repository, images: own.length, packed: blobs.total(needed), freed: freedBy(going) }];
    }),
    keptBy: keepers.slice(0, MOST_KEEPERS),
    keepers: keepers.length,
    unread: registry.repositories.reduce((sum, { unread }) => sum + unread, 0),
  };
}

/** What removing images would free, by known manifests, and which other images keep the rest. */
export function imageRemoval(
  known: readonly KnownRegistry[],
  isChosen: (image: KnownImage) => boolean,
  blobs: BlobNumbers,
): ImageRemoval {
  const registries = known
    .map((registry) => registryRemoval(registry, isChosen, blobs))
    .filter((removal) => removal !== null);
  return {
    packed: registries.reduce((sum, { packed }) => sum + packed, 0),
    freed: registries.reduce<number | null>(
      (sum, { freed }) => (sum === null || freed === null ? null : sum + freed),
      0,
    ),
    registries,
  };
}
