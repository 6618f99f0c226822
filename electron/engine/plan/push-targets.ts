import { isAbsolute, resolve } from 'node:path';
import {
  formatLayoutReference,
  type LayoutReference,
  layoutPlace,
  parseImageLocation,
} from '../../../shared/models/image-location.ts';
import type { TargetPlace } from '../../../shared/models/plan.ts';
import { referenceFault } from '../../../shared/models/reference.ts';

/** One repository of a push with the tags that it gets. */
export interface PushTarget {
  readonly place: TargetPlace;
  /** `host[:port]`, or `oci:` and the absolute folder of an image layout. */
  readonly registry: string;
  readonly repository: string;
  /** In the order in which they were given, without repetitions. An empty tag: an image of a layout without a name. */
  readonly references: readonly { readonly reference: string; readonly tag: string }[];
}

/**
 * Groups references by repository, in the order of their first mention. A missing tag is `latest`, as for Tart; in an image
 * layout it is no name at all, as for skopeo.
 *
 * @throws AppError `reference.invalid` with the position of the first fault; a digest is no target of a push, and the
 *   folder of a layout begins at the root: the engine has no current folder.
 */
export function groupTargets(references: readonly string[]): PushTarget[] {
  const targets = new Map<string, Omit<PushTarget, 'references'> & { readonly tags: Map<string, string> }>();
  for (const text of references) {
    const { place, registry, repository, tag, reference } = placeOfTag(text);
    const key = `${registry}/${repository}`;
    const target = targets.get(key) ?? { place, registry, repository, tags: new Map<string, string>() };
    target.tags.set(tag, reference);
    targets.set(key, target);
  }
  return [...targets.values()].map(({ tags, ...target }) => ({
    ...target,
    references: [...tags].map(([tag, reference]) => ({ tag, reference })),
  }));
}

/**
 * The targets and, for each of their repositories, one in the local store with the same tags. What is a target already
 * stays one, and is where the copy is.
 *
 * @param folder the store's, absolute
 */
export function withLocalStore(targets: readonly PushTarget[], folder: string): PushTarget[] {
  const registry = layoutPlace(folder);
  const kept = new Map<string, Map<string, string>>();
  for (const { repository, references } of targets) {
    const tags = kept.get(repository) ?? new Map<string, string>();
    for (const { tag } of references)
      tags.set(tag, formatLayoutReference({ folder, repository, tag: tag === '' ? null : tag }));
    kept.set(repository, tags);
  }
  const all = [...targets];
  for (const [repository, tags] of kept) {
    const references = [...tags].map(([tag, reference]) => ({ tag, reference }));
    const at = all.findIndex((target) => target.registry === registry && target.repository === repository);
    const same = all[at];
    if (same === undefined) all.push({ place: 'store', registry, repository, references });
    else
      all[at] = {
        ...same,
        references: [
          ...same.references,
          ...references.filter(({ tag }) => same.references.every((own) => own.tag !== tag)),
        ],
      };
  }
  return all;
}

interface TagPlace extends Omit<PushTarget, 'references'> {
  readonly tag: string;
  readonly reference: string;
}

/** The place of a layout's image; the folder begins at the root. @throws AppError `reference.invalid` */
export function layoutAt(text: string, layout: LayoutReference): TagPlace {
  if (!isAbsolute(layout.folder)) return referenceFault(text, 'oci:'.length, 'absoluteFolder');
  const folder = resolve(layout.folder);
  const reference = formatLayoutReference({ ...layout, folder });
  const { repository, tag } = layout;
  return { place: 'layout', registry: layoutPlace(folder), repository, tag: tag ?? '', reference };
}

function placeOfTag(text: string): TagPlace {
  const location = parseImageLocation(text);
  if (location.kind === 'layout') return layoutAt(text, location.layout);
  const { registry, repository, digest, tag } = location.reference;
  if (digest !== null) return referenceFault(text, text.indexOf('@'), 'tag');
  const name = tag ?? 'latest';
  return { place: 'registry', registry, repository, tag: name, reference: `${registry}/${repository}:${name}` };
}
