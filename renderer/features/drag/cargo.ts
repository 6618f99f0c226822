import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { vmTitle } from '../local/vm-title.ts';

/** A digest that is carried, and those of its tags that go along; none = only the digest itself. */
export interface CarriedImage {
  readonly digest: string;
  readonly tags: readonly string[];
}

/** Images of one repository on their way to another. */
export interface ImageCargo {
  readonly kind: 'images';
  /** `host[:port]` they come from. */
  readonly host: string;
  readonly repository: string;
  /** In the order of the list they were taken from; empty for a whole repository whose tags were never read. */
  readonly images: readonly CarriedImage[];
  /** The repository itself was picked up: every tag that it has when the copy begins goes along. */
  readonly whole: boolean;
}

/** What is picked up: images of a repository, or a VM to push. */
export type Cargo = ImageCargo | { readonly kind: 'vm'; readonly vm: Vm };

/** A whole repository. */
export function repositoryCargo(host: string, { repository, groups }: Repository): ImageCargo {
  return {
    kind: 'images',
    host,
    repository,
    images: groups.map(({ digest, tags }) => ({ digest, tags })),
    whole: true,
  };
}

/** Some tags of one digest; without a choice all that it has. */
export function groupCargo(
  host: string,
  repository: string,
  { digest, tags }: TagGroup,
  chosen: readonly string[] = tags,
): ImageCargo {
  return { kind: 'images', host, repository, images: [{ digest, tags: chosen }], whole: false };
}

/** All tags of a cargo. */
export function tagsOfCargo({ images }: ImageCargo): readonly string[] {
  return images.flatMap(({ tags }) => tags);
}

/** What another program gets when the cargo is dropped there: references, one a line; for a VM its name. */
export function cargoText(cargo: Cargo): string {
  if (cargo.kind === 'vm') return vmTitle(cargo.vm);
  const name = `${cargo.host}/${cargo.repository}`;
  if (cargo.whole) return name;
  return cargo.images
    .flatMap(({ digest, tags }) => (tags.length === 0 ? [`${name}@${digest}`] : tags.map((tag) => `${name}:${tag}`)))
    .join('\n');
}
