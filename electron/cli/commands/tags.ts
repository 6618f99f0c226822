import { InvalidArgumentError } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import type { TagGroup } from '../../../shared/models/registry.ts';
import type { PlannedTagChange, TagChange, TagPattern, TagRecord, TagWay } from '../../../shared/models/tag-edit.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { EXIT } from '../exit-status.ts';
import { table } from '../table.ts';
import { tellEdit, tellPlan } from '../tag-edit-text.ts';

/** Options of every command that edits tags. */
export interface TagOptions extends CommonOptions {
  readonly insecure?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly expect?: string;
  readonly way?: TagWay;
}

/** Options that pick tags by a pattern. */
export interface TagPatternOptions extends TagOptions {
  readonly pattern?: string;
  readonly regex?: string;
  readonly keepNewest?: number;
  readonly olderThan?: number;
  readonly keepShared?: boolean;
}

/** What `--way` takes, and what it means. */
const WAYS: Readonly<Record<string, TagWay>> = {
  placeholder: 'placeholder',
  restore: 'digestAndRestore',
  all: 'digest',
};

/** Parses `--way`. */
export function wayOption(text: string): TagWay {
  const way = WAYS[text];
  if (way === undefined) throw new InvalidArgumentError(`One of ${Object.keys(WAYS).join(', ')} is expected.`);
  return way;
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Parses `--older-than`: `36h`, `30d`, `8w` before now, or a date. Answers ms since the epoch. */
export function olderThanOption(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  const ms = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNITS[unit] ?? 0);
  if (!Number.isFinite(ms) || ms < 0)
    throw new InvalidArgumentError('Hours, days or weeks (36h, 30d, 8w) or a date (2026-11-26) are expected.');
  return Math.floor(ms);
}

interface Place {
  readonly host: string;
  readonly repository: string;
  readonly insecure: boolean;
}

function placeOf(
  reference: string,
  options: TagOptions,
): Place & { readonly tag: string | null; digest: string | null } {
  const { registry, repository, tag, digest } = parseReference(reference);
  return { host: registry, repository, insecure: options.insecure === true, tag, digest };
}

function tagOf(reference: string, tag: string | null): string {
  if (tag !== null) return tag;
  throw new AppError('reference.invalid', {
    input: reference,
    position: reference.length,
    expected: 'tag',
    suggestion: null,
  });
}

/** `tartan tags list HOST/REPOSITORY` */
export async function listTags(context: CommandContext, reference: string, options: TagOptions): Promise<undefined> {
  const { host, repository, insecure } = placeOf(reference, options);
  const found = await call(context, 'repositories.read', { host, repository, insecure });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(found, null, 2));
    return;
  }
  context.terminal.out(
    table<TagGroup>(
      [
        { title: 'Tags', align: 'left', cell: ({ tags }) => tags.join(' ') },
        { title: 'Packed', align: 'right', cell: ({ size }) => (size === null ? '' : formatBytes(size)) },
        { title: 'Uploaded', align: 'left', cell: ({ uploadTime }) => uploadTime ?? '' },
        { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
      ],
      found.groups,
    ),
  );
}

/** `tartan tags add|move REFERENCE TAG…`: more tags for the image of a reference. */
export async function putTags(
  context: CommandContext,
  kind: 'add' | 'move',
  reference: string,
  tags: readonly string[],
  options: TagOptions,
): Promise<number> {
  const { tag, digest, ...place } = placeOf(reference, options);
  const target = digest === null ? { digest: null, from: tag ?? 'latest' } : { digest };
  const seen = options.expect === undefined ? {} : { expected: options.expect };
  return await edit(
    context,
    place,
    tags.map((name): TagChange => ({ kind, tag: name, to: null, ...target, ...seen })),
    options,
  );
}

/** `tartan tags rename REFERENCE TAG` */
export async function renameTag(
  context: CommandContext,
  reference: string,
  to: string,
  options: TagOptions,
): Promise<number> {
  const { tag, digest: _none, ...place } = placeOf(reference, options);
  const seen = options.expect === undefined ? {} : { expected: options.expect };
  const change: TagChange = { kind: 'rename', tag: tagOf(reference, tag), digest: null, to, ...seen };
  return await edit(context, place, [change], options);
}

function patternOf(options: TagPatternOptions): TagPattern | null {
  const { pattern, regex, keepNewest = null, olderThan = null, keepShared = false } = options;
  if (pattern === undefined && regex === undefined && keepNewest === null && olderThan === null) return null;
  const name =
    regex !== undefined
      ? ({ kind: 'expression', text: regex } as const)
      : pattern === undefined
        ? null
        : ({ kind: 'glob', text: pattern } as const);
  return { name, keepNewest, olderThanMs: olderThan, keepShared };
}

/** `tartan tags remove REFERENCE…`, or `tartan tags remove HOST/REPOSITORY` with a pattern. */
export async function removeTags(
  context: CommandContext,
  references: readonly string[],
  options: TagPatternOptions,
): Promise<number> {
  const pattern = patternOf(options);
  const places = references.map((reference) => ({ reference, ...placeOf(reference, options) }));
  const [first] = places;
  const odd = places.find(({ host, repository }) => host !== first?.host || repository !== first.repository);
  if (first === undefined || odd !== undefined || (pattern !== null && (places.length > 1 || first.tag !== null))) {
    throw new AppError('input.invalid', { method: 'tags', field: 'reference', problem: 'oneRepository' });
  }
  const place = { host: first.host, repository: first.repository, insecure: first.insecure };
  if (pattern !== null) {
    const { changes, kept } = await call(context, 'tags.match', { ...place, pattern });
    for (const { tag, why } of kept) context.terminal.note(`stays  ${tag}  (${why})`);
    if (changes.length > 0) return await edit(context, place, changes, options);
    context.terminal.out(
      options.json === true ? JSON.stringify({ ...place, changes: [] }, null, 2) : 'no tag to remove',
    );
    return EXIT.done;
  }
  const seen = options.expect === undefined ? {} : { expected: options.expect };
  const changes = places.map(
    ({ reference, tag }): TagChange => ({
      kind: 'remove',
      tag: tagOf(reference, tag),
      digest: null,
      to: null,
      ...seen,
    }),
  );
  return await edit(context, place, changes, options);
}

/** `tartan tags undo [ID]`: the newest edit that can be undone, or the one that is named. */
export async function undoTags(context: CommandContext, id: string | undefined, options: TagOptions): Promise<number> {
  const records = id === undefined ? await call(context, 'tags.journal', { host: null, repository: null }) : [];
  // What undid another one is not undone by saying `undo` twice.
  const named = id ?? records.find(({ undoable, undoes }) => undoable && undoes === null)?.id;
  if (named === undefined) throw new AppError('tag.editNotFound', { id: '' });
  const plan = await call(context, 'tags.undoPlan', { id: named });
  if (options.dryRun === true) return tellPlan(context.terminal, plan, options.json === true);
  const changes = plan.changes.map((planned) => withChoice(planned, options));
  return tellEdit(context.terminal, await call(context, 'tags.undo', { id: named, changes }), options.json === true);
}

/** `tartan tags history`: edits that the journal keeps. */
export async function tagHistory(context: CommandContext, options: CommonOptions): Promise<undefined> {
  const records = await call(context, 'tags.journal', { host: null, repository: null });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(records, null, 2));
    return;
  }
  context.terminal.out(
    table<TagRecord>(
      [
        { title: 'Id', align: 'left', cell: ({ id }) => id },
        { title: 'When', align: 'left', cell: ({ atMs }) => new Date(atMs).toISOString().slice(0, 19) },
        { title: 'State', align: 'left', cell: ({ state, undoes }) => (undoes === null ? state : `${state}, an undo`) },
        { title: 'Undo', align: 'left', cell: ({ undoable }) => (undoable ? 'yes' : 'no') },
        { title: 'Repository', align: 'left', cell: ({ host, repository }) => `${host}/${repository}` },
        { title: 'Tags', align: 'left', cell: ({ tags }) => tags.map(({ tag }) => tag).join(' ') },
      ],
      records,
    ),
  );
}

async function edit(
  context: CommandContext,
  place: Place,
  changes: readonly TagChange[],
  options: TagOptions,
): Promise<number> {
  const json = options.json === true;
  const { host, repository, insecure } = place;
  const plan = await call(context, 'tags.plan', { host, repository, insecure, changes: [...changes] });
  if (options.dryRun === true) return tellPlan(context.terminal, plan, json);
  const chosen = plan.changes.map((planned) => withChoice(planned, options));
  return tellEdit(
    context.terminal,
    await call(context, 'tags.apply', { host, repository, insecure, changes: chosen }),
    json,
  );
}

/** A change with what the command line says of conflicts and ways: what the plan found is what is agreed to, no more. */
function withChoice({ change, found, foundTo, ways }: PlannedTagChange, { force, way }: TagOptions): TagChange {
  const overwrite =
    force === true ? { expected: found, ...(change.kind === 'rename' ? { expectedTo: foundTo } : {}) } : {};
  const offered = ways.find((known) => known.way === way);
  const agreed = offered === undefined ? {} : { way: offered.way, shown: [...offered.alsoRemoved, ...offered.putBack] };
  return { ...change, ...overwrite, ...agreed };
}
