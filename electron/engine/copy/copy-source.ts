import { parseImageLocation } from '../../../shared/models/image-location.ts';
import { layoutAt } from '../plan/push-targets.ts';

/** An image that is copied, as it is named. */
export interface CopySource {
  /** `host[:port]`, or `oci:` and the absolute folder of an image layout. */
  readonly registry: string;
  readonly repository: string;
  /** A tag or digest; empty = the only image of a layout. */
  readonly reference: string;
  /** As it was written. */
  readonly name: string;
}

/**
 * Where a copy begins. A missing tag is `latest`; in an image layout it is the only image there.
 *
 * @throws AppError `reference.invalid`
 */
export function copySourceOf(text: string): CopySource {
  const location = parseImageLocation(text);
  if (location.kind === 'layout') {
    const { registry, repository, tag } = layoutAt(text, location.layout);
    return { registry, repository, reference: tag, name: text };
  }
  const { registry, repository, tag, digest } = location.reference;
  return { registry, repository, reference: digest ?? tag ?? 'latest', name: text };
}
