import type { Repository } from '../../../shared/models/registry.ts';
import type { TagChange } from '../../../shared/models/tag-edit.ts';
import type { PendingChange } from './pending-changes.ts';

/** A line of the pending changes: one change, or all removals from one digest. */
export interface ChangeLine {
  readonly ids: readonly number[];
  readonly kind: TagChange['kind'];
  readonly tags: readonly string[];
  /** Of a rename. */
  readonly to: string | null;
  /** Digest that the tags leave; null = they are new. */
  readonly from: string | null;
  /** Digest that they come to; null = they go. */
  readonly becomes: string | null;
  /** No tag is left at the digest that they leave. */
  readonly untags: boolean;
  /** Bytes that are freed then, at most; null = unknown, or nothing is. */
  readonly freed: number | null;
  /** Other tags that stay at the digest that they leave. */
  readonly staying: readonly string[];
}

/** Where each tag points, as the repository was last read. */
export function digestsOf({ groups }: Pick<Repository, 'groups'>): ReadonlyMap<string, string> {
  return new Map(groups.flatMap(({ digest, tags }) => tags.map((tag) => [tag, digest] as const)));
}

/** What tags point at once all pending changes are made. */
export function digestsAfter(
  repository: Pick<Repository, 'groups'>,
  pending: readonly PendingChange[],
): ReadonlyMap<string, string> {
  const before = digestsOf(repository);
  const after = new Map(before);
  for (const { change } of pending) if (change.kind === 'rename' || change.kind === 'remove') after.delete(change.tag);
  for (const { change } of pending) {
    const digest = change.kind === 'rename' ? (before.get(change.tag) ?? change.expected ?? null) : change.digest;
    const tag = change.kind === 'rename' ? change.to : change.tag;
    if (change.kind !== 'remove' && tag !== null && digest !== null) after.set(tag, digest);
  }
  return after;
}

/** The lines of the pending changes, in their order; removals from one digest stand in one line. */
export function changeLines(repository: Pick<Repository, 'groups'>, pending: readonly PendingChange[]): ChangeLine[] {
  const before = digestsOf(repository);
  const staying = new Map<string, string[]>();
  for (const [tag, digest] of digestsAfter(repository, pending)) {
    const known = staying.get(digest);
    if (known === undefined) staying.set(digest, [tag]);
    else known.push(tag);
  }
  const groups = new Map(repository.groups.map((group) => [group.digest, group]));
  const lines: (ChangeLine & { readonly ids: number[]; readonly tags: string[] })[] = [];
  const removals = new Map<string, (typeof lines)[number]>();
  for (const { id, change } of pending) {
    const from = before.get(change.tag) ?? null;
    const sameDigest = change.kind === 'remove' && from !== null ? removals.get(from) : undefined;
    if (sameDigest !== undefined) {
      sameDigest.ids.push(id);
      sameDigest.tags.push(change.tag);
      continue;
    }
    const group = from === null ? undefined : groups.get(from);
    const left = group === undefined ? [] : (staying.get(group.digest) ?? []);
    const untags = group !== undefined && left.length === 0;
    const line = {
      ids: [id],
      kind: change.kind,
      tags: [change.tag],
      to: change.to,
      from,
      becomes: change.kind === 'remove' ? null : change.kind === 'rename' ? from : change.digest,
      untags,
      freed: untags ? group.onlyHere : null,
      staying: left,
    };
    lines.push(line);
    if (change.kind === 'remove' && from !== null) removals.set(from, line);
  }
  return lines;
}

/** How tokens of a digest are drawn: tags that leave it, and those that come. */
export interface DrawnTokens {
  readonly leaving: ReadonlySet<string>;
  readonly arriving: readonly { readonly tag: string; readonly state: 'new' | 'moves' }[];
}

/** How the tokens of each digest are drawn while changes are pending; digests that nothing happens to are left out. */
export function drawnTokens(
  repository: Pick<Repository, 'groups'>,
  pending: readonly PendingChange[],
): ReadonlyMap<string, DrawnTokens> {
  const drawn = new Map<string, { leaving: Set<string>; arriving: { tag: string; state: 'new' | 'moves' }[] }>();
  if (pending.length === 0) return drawn;
  const of = (digest: string): { leaving: Set<string>; arriving: { tag: string; state: 'new' | 'moves' }[] } => {
    const known = drawn.get(digest) ?? { leaving: new Set<string>(), arriving: [] };
    drawn.set(digest, known);
    return known;
  };
  const before = digestsOf(repository);
  const after = digestsAfter(repository, pending);
  for (const [tag, digest] of before) if (after.get(tag) !== digest) of(digest).leaving.add(tag);
  for (const [tag, digest] of after) {
    if (before.get(tag) === digest) continue;
    of(digest).arriving.push({ tag, state: before.has(tag) ? 'moves' : 'new' });
  }
  return drawn;
}

/** The changes that put names on a digest: new ones are added, others move. Names that are there already are left out. */
export function putChanges(
  repository: Pick<Repository, 'groups'>,
  digest: string,
  names: readonly string[],
): TagChange[] {
  const before = digestsOf(repository);
  return [...new Set(names)].flatMap((tag): TagChange[] => {
    const expected = before.get(tag) ?? null;
    if (expected === digest) return [];
    return [{ kind: expected === null ? 'add' : 'move', tag, digest, to: null, expected }];
  });
}

/** The changes that remove tags, from where they were seen. */
export function removeChanges(repository: Pick<Repository, 'groups'>, tags: readonly string[]): TagChange[] {
  const before = digestsOf(repository);
  return tags.flatMap((tag): TagChange[] => {
    const expected = before.get(tag);
    return expected === undefined ? [] : [{ kind: 'remove', tag, digest: null, to: null, expected }];
  });
}
