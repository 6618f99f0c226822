import type { TagList } from '../registry/distribution-client.ts';

/** A version: a number with or without a `v` before it. */
const VERSION = /^v?\d/i;
/** Names that follow the newest image. */
const MOVING: ReadonlySet<string> = new Set(['latest', 'newest', 'main', 'master']);
/** Compares `14.10` and `14.9`, and dates, as people do. Made when it is needed: it takes 15 ms of each start otherwise. */
let byNumber: Intl.Collator | undefined;

/**
 * The tags that most likely name the newest images of a repository: by the time of their push where the list tells it; else
 * the names that follow the newest (`latest`, `main`), then versions and dates from the greatest down, then other names.
 * Registries tell no time but in each image's manifest, and that is what is to be spared.
 */
export function newestTags({ tags, digests, pushedMs }: TagList, most: number): string[] {
  const pushed = (tag: string): number => pushedMs?.get(digests?.get(tag) ?? '') ?? 0;
  const collator = (byNumber ??= new Intl.Collator('en', { numeric: true }));
  const rank = (tag: string): number => (MOVING.has(tag) ? 0 : VERSION.test(tag) ? 1 : 2);
  return [...tags]
    .sort(
      (one, other) =>
        pushed(other) - pushed(one) ||
        rank(one) - rank(other) ||
        collator.compare(other, one) ||
        (one < other ? 1 : -1),
    )
    .slice(0, most);
}
