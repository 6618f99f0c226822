import type { ImageName, RegistryImages, SharingImage } from '../models/sharing.ts';

/** What the treemap is looking at: from all registries down to one image, whose cells are its layers. */
export type TreemapPlace =
  | { readonly kind: 'all' }
  | { readonly kind: 'registry'; readonly registry: string }
  | { readonly kind: 'repository'; readonly registry: string; readonly repository: string }
  | ({ readonly kind: 'image' } & ImageName);

/** See {@link TreemapPlace}. */
export const EVERYWHERE: TreemapPlace = { kind: 'all' };

/** The way down to a place, from everywhere on. */
export function wayTo(place: TreemapPlace): readonly TreemapPlace[] {
  switch (place.kind) {
    case 'all':
      return [place];
    case 'registry':
      return [EVERYWHERE, place];
    case 'repository':
      return [...wayTo({ kind: 'registry', registry: place.registry }), place];
    case 'image': {
      const { registry, repository } = place;
      return [...wayTo({ kind: 'repository', registry, repository }), place];
    }
  }
}

/** One step up; null from everywhere. */
export function placeAbove(place: TreemapPlace): TreemapPlace | null {
  return wayTo(place).at(-2) ?? null;
}

/** One step down from a place towards an image. */
export function placeTowards(place: TreemapPlace, { registry, repository, digest }: ImageName): TreemapPlace {
  switch (place.kind) {
    case 'all':
      return { kind: 'registry', registry };
    case 'registry':
      return { kind: 'repository', registry, repository };
    case 'repository':
    case 'image':
      return { kind: 'image', registry, repository, digest };
  }
}

/** The place itself, or the nearest one above it that is still there. */
export function standingPlace(place: TreemapPlace, images: RegistryImages): TreemapPlace {
  const way = wayTo(place).toReversed();
  return way.find((step) => isThere(step, images)) ?? EVERYWHERE;
}

function isThere(place: TreemapPlace, images: RegistryImages): boolean {
  if (place.kind === 'all') return true;
  const registry = images.registries.find(({ host }) => host === place.registry);
  if (place.kind === 'registry') return registry !== undefined;
  const repository = registry?.repositories.find((one) => one.repository === place.repository);
  if (place.kind === 'repository') return repository !== undefined;
  return findImage(images, place) !== null;
}

/** The image of a name; null where it is not known any more. */
export function findImage(images: RegistryImages, { registry, repository, digest }: ImageName): SharingImage | null {
  const repositories = images.registries.find(({ host }) => host === registry)?.repositories;
  const found = repositories?.find((one) => one.repository === repository);
  return found?.images.find((image) => image.digest === digest) ?? null;
}

/** An image by its name, for sets and keys. */
export function imageKey({ registry, repository, digest }: ImageName): string {
  return `${registry}/${repository}@${digest}`;
}
