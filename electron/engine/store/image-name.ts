import { BARE_REPOSITORY } from '../../../shared/models/image-location.ts';
import { isRepositoryName, isTag, parseReference } from '../../../shared/models/reference.ts';

/** A tag of a repository of the store. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

/**
 * Reads `org.opencontainers.image.ref.name`: `repository:tag`, or a bare tag. Null for any other text (the annotation has
 * no grammar): such an image is kept and listed by that text, but has no tag in the registry.
 */
export function imageNameOf(refName: string): ImageName | null {
  if (isTag(refName)) return { repository: BARE_REPOSITORY, tag: refName };
  const colon = refName.lastIndexOf(':');
  const repository = refName.slice(0, colon);
  const tag = refName.slice(colon + 1);
  return colon > 0 && isRepositoryName(repository) && isTag(tag) ? { repository, tag } : null;
}

/** The text that {@link imageNameOf} reads. */
export function formatImageName({ repository, tag }: ImageName): string {
  return `${repository}:${tag}`;
}

/** `docker.io/library/alpine:3.19` or `alpine:3.19` without its registry. */
export function nameOfReference(text: string): ImageName | null {
  const first = text.split('/')[0] ?? '';
  if (text.includes('/') && /[.:]|^localhost$/.test(first)) {
    try {
      const { repository, tag } = parseReference(text);
      return { repository, tag: tag ?? 'latest' };
    } catch {
      return null;
    }
  }
  return imageNameOf(text);
}
