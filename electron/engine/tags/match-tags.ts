import { Script } from 'node:vm';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isReferrerTag } from '../../../shared/models/referrer-tag.ts';
import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import type { TagChange, TagMatch, TagPattern } from '../../../shared/models/tag-edit.ts';

/** An expression that takes longer over all tags is given up: some never end. ms */
const MATCH_MS = 500;

type Kept = TagMatch['kept'][number];

/**
 * What a pattern picks of a repository for removal. Without an upload time nothing is old and nothing is newer than the
 * rest: such images stay where their age decides. One look at names: an image is as new as it is, whatever its tags say.
 *
 * @throws AppError `input.invalid` for an expression that is none, or that does not end
 */
export function matchTags(
  repository: Repository,
  pattern: TagPattern,
): Pick<TagMatch, 'changes' | 'kept' | 'tagCount'> {
  const { groups } = repository;
  const tags = groups.flatMap((group) => group.tags);
  const fits = fittingNames(tags, pattern.name);
  const kept: Kept[] = [];
  const images = groups
    .map((group) => ({ group, fitting: group.tags.filter((tag) => fits.has(tag)).sort() }))
    .filter(({ fitting }) => fitting.length > 0)
    .sort((left, right) => timeOf(right.group) - timeOf(left.group));
  const newest = newestImages(
    images.map(({ group }) => group),
    pattern.keepNewest,
  );
  const changes: TagChange[] = [];
  for (const { group, fitting } of images) {
    const why = whyKept(group, fitting, newest, pattern);
    for (const tag of fitting) {
      if (isReferrerTag(tag)) kept.push({ tag, why: 'belongs' });
      else if (why !== null) kept.push({ tag, why });
      else changes.push({ kind: 'remove', tag, digest: null, to: null, expected: group.digest });
    }
  }
  return { changes: changes.reverse(), kept, tagCount: tags.length };
}

function whyKept(
  group: TagGroup,
  fitting: readonly string[],
  newest: ReadonlySet<string>,
  { keepNewest, olderThanMs, keepShared }: TagPattern,
): Kept['why'] | null {
  const time = timeOf(group);
  if (Number.isNaN(time) || time === Number.NEGATIVE_INFINITY) {
    if (keepNewest !== null || olderThanMs !== null) return 'unknownAge';
  }
  if (newest.has(group.digest)) return 'newest';
  if (olderThanMs !== null && time >= olderThanMs) return 'tooYoung';
  if (keepShared && group.tags.some((tag) => !fitting.includes(tag))) return 'shared';
  return null;
}

/** When an image was uploaded; the beginning of time where nobody says. ms since the epoch. */
function timeOf({ uploadTime }: TagGroup): number {
  const time = uploadTime === null ? Number.NaN : Date.parse(uploadTime);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

function newestImages(groups: readonly TagGroup[], keepNewest: number | null): Set<string> {
  if (keepNewest === null) return new Set();
  const dated = groups.filter((group) => timeOf(group) !== Number.NEGATIVE_INFINITY);
  return new Set(dated.slice(0, keepNewest).map(({ digest }) => digest));
}

function fittingNames(tags: readonly string[], name: TagPattern['name']): Set<string> {
  if (name === null) return new Set(tags);
  const source = name.kind === 'glob' ? globSource(name.text) : name.text;
  try {
    const expression = new RegExp(source);
    // The expression is the person's; its time is bounded, because some run for longer than anybody lives.
    const script = new Script('tags.filter((tag) => expression.test(tag))');
    const found: unknown = script.runInNewContext({ tags, expression }, { timeout: MATCH_MS });
    return new Set(Array.isArray(found) ? found.filter((tag): tag is string => typeof tag === 'string') : []);
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? 'pattern' : 'slowPattern';
    throw new AppError('input.invalid', { method: 'tags.match', field: 'name', problem }, { cause });
  }
}

/** A glob as an expression that fits the whole tag. */
function globSource(glob: string): string {
  const source = glob.replace(
    /\[(!?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g,
    (found, not: string | undefined, set: string) => {
      if (found === '*') return '.*';
      if (found === '?') return '.';
      if (not === undefined) return `\\${found}`;
      return `[${not === '!' ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`;
    },
  );
  return `^${source}$`;
}
