import { AppError } from '../../../shared/errors/app-error.ts';
import { parseReference } from '../../../shared/models/reference.ts';

/** One repository of a push with the tags that it gets. */
export interface PushTarget {
  /** `host[:port]`. */
  readonly registry: string;
  readonly repository: string;
  /** In the order in which they were given, without repetitions. */
  readonly references: readonly { readonly reference: string; readonly tag: string }[];
}

/**
 * Groups references by repository, in the order of their first mention. A missing tag is `latest`, as for Tart.
 *
 * @throws AppError `reference.invalid` with the position of the first fault; a digest is no target of a push.
 */
export function groupTargets(references: readonly string[]): PushTarget[] {
  const targets = new Map<string, { registry: string; repository: string; tags: Map<string, string> }>();
  for (const text of references) {
    const reference = parseReference(text);
    if (reference.digest !== null) {
      throw new AppError('reference.invalid', { input: text, position: text.indexOf('@'), expected: 'tag' });
    }
    const tag = reference.tag ?? 'latest';
    const key = `${reference.registry}/${reference.repository}`;
    const target = targets.get(key) ?? {
      registry: reference.registry,
      repository: reference.repository,
      tags: new Map<string, string>(),
    };
    target.tags.set(tag, `${key}:${tag}`);
    targets.set(key, target);
  }
  return [...targets.values()].map(({ registry, repository, tags }) => ({
    registry,
    repository,
    references: [...tags].map(([tag, reference]) => ({ tag, reference })),
  }));
}
