import { lastTag, parseReference, type Reference, referenceFault, repositoryEnd } from './reference.ts';

/** What begins a reference to an OCI image layout; a registry's host is never called so. */
const SCHEME = 'oci:';
/** The repository of a bare tag, which is what skopeo, oras and regctl write into `ref.name` when nobody says more. */
export const BARE_REPOSITORY = 'library';

/** An image layout (a folder), and an image in it. */
export interface LayoutReference {
  /** As written. */
  readonly folder: string;
  /** `library` for a bare tag, and where there is no name at all. */
  readonly repository: string;
  /** Null = the image has no name in the layout. */
  readonly tag: string | null;
}

/** Where an image is: at a registry, or in a folder. */
export type ImageLocation =
  | { readonly kind: 'registry'; readonly reference: Reference }
  | { readonly kind: 'layout'; readonly layout: LayoutReference };

/** End of the folder: the first colon, but for that of a Windows drive, which a slash follows: no tag begins with one. */
function folderEnd(input: string): number {
  const drive = /^[A-Za-z]:[\\/]/.test(input.slice(SCHEME.length)) ? 2 : 0;
  const colon = input.indexOf(':', SCHEME.length + drive);
  return colon === -1 ? input.length : colon;
}

/**
 * Parses `oci:DIR`, `oci:DIR:tag` or `oci:DIR:repository:tag`, as skopeo writes it: the folder ends at its first colon
 * (that of a Windows drive is a part of it), and what follows is the image's name in the layout.
 *
 * @throws AppError `reference.invalid` with the position of the first fault, as {@link parseReference}
 */
export function parseLayoutReference(input: string): LayoutReference {
  const end = folderEnd(input);
  const folder = input.slice(SCHEME.length, end);
  if (!isLayoutPlace(input) || folder === '' || folder.includes('\0'))
    return referenceFault(input, SCHEME.length + Math.max(0, folder.indexOf('\0')), 'folder');
  if (end === input.length) return { folder, repository: BARE_REPOSITORY, tag: null };
  // skopeo takes it for a folder of that name, which nobody means.
  if (folder.endsWith('@sha256')) return referenceFault(input, end - '@sha256'.length, 'tag');
  const start = end + 1;
  const colon = input.indexOf(':', start);
  if (colon === -1) {
    const slash = input.indexOf('/', start);
    // `oci:DIR:acme/app` has a repository and no tag.
    if (slash > start && repositoryEnd(input, start) === input.length)
      return referenceFault(input, input.length, 'tag');
    return { folder, repository: BARE_REPOSITORY, tag: lastTag(input, start) };
  }
  const nameEnd = repositoryEnd(input, start);
  if (nameEnd !== colon) return referenceFault(input, nameEnd, 'repository');
  return { folder, repository: input.slice(start, nameEnd), tag: lastTag(input, colon + 1) };
}

/** The text that {@link parseLayoutReference} takes. */
export function formatLayoutReference({ folder, repository, tag }: LayoutReference): string {
  if (tag === null) return `${SCHEME}${folder}`;
  return `${SCHEME}${folder}:${repository === BARE_REPOSITORY ? '' : `${repository}:`}${tag}`;
}

/** Parses a reference of either kind. @throws AppError `reference.invalid` */
export function parseImageLocation(input: string): ImageLocation {
  return isLayoutPlace(input)
    ? { kind: 'layout', layout: parseLayoutReference(input) }
    : { kind: 'registry', reference: parseReference(input) };
}

/** What stands in place of a registry's host for a layout: `oci:` and the folder. */
export function layoutPlace(folder: string): string {
  return `${SCHEME}${folder}`;
}

/** Whether a place, or a reference, is of an image layout and not of a registry. */
export function isLayoutPlace(place: string): boolean {
  return place.startsWith(SCHEME);
}

/** The folder of a {@link layoutPlace}; null = a registry's host. */
export function folderOfPlace(place: string): string | null {
  return isLayoutPlace(place) ? place.slice(SCHEME.length) : null;
}

/** `host/repository`, or for a layout its folder with the repository where a name says one. */
export function placeName({
  registry,
  repository,
}: {
  readonly registry: string;
  readonly repository: string;
}): string {
  if (!isLayoutPlace(registry)) return `${registry}/${repository}`;
  return repository === BARE_REPOSITORY ? registry : `${registry}:${repository}`;
}
