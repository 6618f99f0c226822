import type {
  RegistryImages,
  SharingImage,
  SharingRegistry,
  SharingRepository,
} from '../../../shared/models/sharing.ts';
import type { BlobNumbers } from './blob-numbers.ts';
import { BlobUsers } from './blob-users.ts';
import { imagesOf, type KnownImage, type KnownRegistry, type KnownRepository } from './known-images.ts';

/** An image as it is told: without its blobs. */
export function toldImage(image: KnownImage, users: BlobUsers): SharingImage {
  const { registry, repository, digest, tags, kind, uploadTime, packed } = image;
  return { registry, repository, digest, tags, kind, uploadTime, packed, unique: users.unique(image) };
}

/** Bytes of distinct blobs. */
function storedBy(images: readonly KnownImage[], blobs: BlobNumbers): number {
  return blobs.total(new Set(images.flatMap((image) => [...image.blobs])));
}

function toldRepository(known: KnownRepository, users: BlobUsers, blobs: BlobNumbers): SharingRepository {
  const { repository, readMs, images, unread, storedSize } = known;
  return {
    repository,
    readMs,
    images: images.map((image) => toldImage(image, users)),
    unread,
    counted: sumOf(images, ({ packed }) => packed),
    // A look at the repository counted its blobs by themselves.
    stored: images.some(({ uncounted }) => uncounted) ? storedSize : storedBy(images, blobs),
  };
}

function toldRegistry(known: KnownRegistry, blobs: BlobNumbers): SharingRegistry {
  const images = imagesOf([known]);
  const users = new BlobUsers(blobs, images);
  const repositories = known.repositories.map((repository) => toldRepository(repository, users, blobs));
  return {
    host: known.host,
    thisComputer: known.thisComputer,
    images: images.length,
    unread: sumOf(repositories, ({ unread }) => unread),
    counted: sumOf(repositories, ({ counted }) => counted),
    stored: users.stored(),
    repositories: repositories.sort(mostFirst(({ repository }) => repository)),
  };
}

/** What fills the registries: each image with what only it needs, each repository and registry with what it stores once. */
export function registryImages(known: readonly KnownRegistry[], blobs: BlobNumbers): RegistryImages {
  const registries = known
    .map((registry) => toldRegistry(registry, blobs))
    .filter(({ images, unread }) => images + unread > 0)
    .sort(mostFirst(({ host }) => host));
  const stored = registries.map((registry) => registry.stored);
  return {
    registries,
    images: sumOf(registries, ({ images }) => images),
    unread: sumOf(registries, ({ unread }) => unread),
    counted: sumOf(registries, ({ counted }) => counted),
    stored: stored.reduce((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0),
  };
}

function sumOf<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}

/** The one that counts the most first, the others by name. */
function mostFirst<Item extends { readonly counted: number }>(nameOf: (item: Item) => string) {
  return (one: Item, other: Item): number => other.counted - one.counted || nameOf(one).localeCompare(nameOf(other));
}
