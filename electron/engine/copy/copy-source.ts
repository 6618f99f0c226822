import { parseImageLocation, parseLayoutReference } from '../../../shared/models/image-location.ts';
import { parseReference, referenceFault } from '../../../shared/models/reference.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { groupTargets, layoutAt, type PushTarget } from '../plan/push-targets.ts';

/** An image that is copied, as it is named. */
export interface CopySource extends RepositoryName {
  /** A tag or digest; empty = the only image of a layout. */
  readonly reference: string;
  /** As it was written. */
  readonly name: string;
}

const LAYOUT_DIGEST = /^(oci:.+)@(sha256:[0-9a-f]{64})$/;

/**
 * Where a copy begins. A missing tag is `latest`; in an image layout it is the only image there, or `@digest` names one.
 *
 * @throws AppError `reference.invalid`
 */
export function copySourceOf(text: string): CopySource {
  const [, folder, named] = LAYOUT_DIGEST.exec(text) ?? [];
  if (folder !== undefined && named !== undefined) {
    const { registry, repository } = layoutAt(text, parseLayoutReference(folder));
    return { registry, repository, reference: named, name: text };
  }
  const location = parseImageLocation(text);
  if (location.kind === 'layout') {
    const { registry, repository, tag } = layoutAt(text, location.layout);
    return { registry, repository, reference: tag, name: text };
  }
  const { registry, repository, tag, digest } = location.reference;
  return { registry, repository, reference: digest ?? tag ?? 'latest', name: text };
}

/** One repository of a copy with the tags that it gets. */
export interface CopyTargetPlace extends PushTarget {
  /** The digest that a target names in place of a tag: that of the source, or nothing is copied there. */
  readonly digests: readonly string[];
}

/**
 * Groups targets by repository, as those of a push; a target may also be `host[:port]/repository@digest`, without a tag.
 *
 * @throws AppError `reference.invalid`
 */
export function copyTargetsOf(texts: readonly string[]): CopyTargetPlace[] {
  const tagged: string[] = [];
  const named: CopyTargetPlace[] = [];
  for (const text of texts) {
    const location = parseImageLocation(text);
    if (location.kind === 'layout' || location.reference.digest === null) {
      tagged.push(text);
      continue;
    }
    const { registry, repository, digest } = location.reference;
    named.push({ place: 'registry', registry, repository, references: [], digests: [digest] });
  }
  return [...groupTargets(tagged).map((target) => ({ ...target, digests: [] })), ...named];
}

/** A repository of a registry or layout, and how a tag of it is written. */
export interface RepositoryPlace extends RepositoryName {
  readonly referenceOf: (tag: string) => string;
}

/**
 * A whole repository: `host[:port]/repository`, or `oci:DIR[:repository]`.
 *
 * @throws AppError `reference.invalid`, also where a tag or digest is named
 */
export function repositoryPlaceOf(text: string): RepositoryPlace {
  const referenceOf = (tag: string): string => `${text}:${tag}`;
  if (text.startsWith('oci:')) {
    // A layout's name is parsed with a tag behind it: without one its last part would be taken for the tag.
    const { registry, repository } = layoutAt(text, parseLayoutReference(referenceOf('x')));
    return { registry, repository, referenceOf };
  }
  const { registry, repository, tag, digest } = parseReference(text);
  if (tag !== null || digest !== null) return referenceFault(text, `${registry}/${repository}`.length, 'end');
  return { registry, repository, referenceOf };
}
