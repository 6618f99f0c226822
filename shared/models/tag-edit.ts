import { z } from 'zod';
import { errorDataSchema } from './error-data.ts';

const digest = z.string().max(256);
const tag = z.string().min(1).max(128);

/**
 * How a tag can be taken from a manifest:
 *
 * - `tag`: the registry deletes one tag and leaves the manifest and its other tags;
 * - `harborApi`, `hubApi`, `acrApi`: the same through the vendor's own API;
 * - `digest`: the manifest is deleted, and all of its tags go with it;
 * - `digestAndRestore`: the same, and the manifest is written again under the tags that are to stay;
 * - `placeholder`: the tag is moved to a small manifest made for it, and that one is deleted: other tags never go away.
 */
export const TAG_WAYS = ['tag', 'harborApi', 'hubApi', 'acrApi', 'digest', 'digestAndRestore', 'placeholder'] as const;

const tagWaySchema = z.enum(TAG_WAYS);

/** See {@link TAG_WAYS}. */
export type TagWay = z.infer<typeof tagWaySchema>;

/** One change of a repository's tags, as it is asked for. */
export const tagChangeSchema = z.object({
  /**
   * `add` a new tag to a digest; `move` a tag to a digest; `rename` a tag (`to` gets its digest); `remove` a tag.
   * An `add` of a tag that points elsewhere, and a rename to one, is a conflict.
   */
  kind: z.enum(['add', 'move', 'rename', 'remove']),
  tag,
  /** Of `add` and `move`: a manifest of this repository. */
  digest: digest.nullable(),
  /** Of `add` and `move`: a tag whose digest it gets, in place of `digest`. */
  from: tag.optional(),
  /** Of `rename`. */
  to: tag.nullable(),
  /** What the tag pointed at when the person saw it, null = it was not there; left out = whatever is found. */
  expected: digest.nullable().optional(),
  /** The same of `to`; left out = it must not be there, unless it points at the digest already. */
  expectedTo: digest.nullable().optional(),
  /** How the tag goes, where the person had to choose. */
  way: tagWaySchema.optional(),
  /** Other tags that the person was shown to go with it, or to be away for a moment. */
  shown: z.array(tag).max(10_000).optional(),
});

/** One change of a repository's tags. */
export type TagChange = z.infer<typeof tagChangeSchema>;

/** A way that there is for one deletion, with all that it touches beside the tag. */
export const offeredWaySchema = z.object({
  way: tagWaySchema,
  /** Other tags that disappear. */
  alsoRemoved: z.array(z.string()),
  /** Other tags that disappear and are written again. */
  putBack: z.array(z.string()),
  /** Requests that it takes, about. */
  requests: z.number(),
});

/** A way that there is for one deletion. */
export type OfferedWay = z.infer<typeof offeredWaySchema>;

/**
 * What one change would do. `same`: nothing is to be done; `needsWay`: the tag goes only by a way that touches more, which
 * has to be chosen; `conflict`: the tag is not where it was when it was seen; `refused`: see `error`.
 */
export const plannedTagChangeSchema = z.object({
  change: tagChangeSchema,
  state: z.enum(['ready', 'same', 'needsWay', 'conflict', 'refused']),
  /** What the tag points at now; null = it is not there. */
  found: z.string().nullable(),
  /** What `to` of a rename points at now. */
  foundTo: z.string().nullable(),
  /** What the tag (the new one of a rename) points at afterwards; null = it is gone. */
  becomes: z.string().nullable(),
  /** Other tags of the digest that the tag leaves, at most 100. */
  sharedOld: z.array(z.string()),
  /** Other tags of the digest that it comes to, at most 100. */
  sharedNew: z.array(z.string()),
  /** The manifest that the tag leaves has no other tag then. */
  untags: z.boolean(),
  /** Tags of image indexes that need the manifest as their child. */
  neededBy: z.array(z.string()),
  /** Ways to take the tag away, the gentlest first; none where nothing is taken away or there is no way. */
  ways: z.array(offeredWaySchema),
  /** The way that is taken; null where none is needed or none was chosen. */
  way: tagWaySchema.nullable(),
  error: errorDataSchema.nullable(),
});

/** What one change would do. */
export type PlannedTagChange = z.infer<typeof plannedTagChangeSchema>;

/** What a set of changes would do. No blob is sent by any of them. */
export const tagPlanSchema = z.object({
  host: z.string(),
  repository: z.string(),
  /** ms since the epoch. */
  atMs: z.number(),
  changes: z.array(plannedTagChangeSchema),
  /** All tags of the repository were asked for their digests; else other tags that share one may be missing here. */
  complete: z.boolean(),
  /** Requests that it takes to apply it, about. */
  requests: z.number(),
});

/** What a set of changes would do. */
export type TagPlan = z.infer<typeof tagPlanSchema>;

/**
 * What became of one change. `notTried`: another one of the set could not be made, and nothing after it was tried;
 * `conflict`, `needsWay` and `refused` as in a plan: then nothing of the whole set was written.
 */
export const tagOutcomeSchema = plannedTagChangeSchema.omit({ state: true }).extend({
  state: z.enum(['done', 'same', 'conflict', 'needsWay', 'refused', 'failed', 'notTried']),
  /** Other tags that went with it, as it was agreed. */
  alsoRemoved: z.array(z.string()),
  /** Other tags that were written again. */
  putBack: z.array(z.string()),
});

/** What became of one change. */
export type TagOutcome = z.infer<typeof tagOutcomeSchema>;

/** A set of changes that was made, or was not. */
export const tagEditSchema = z.object({
  /** Its name in the journal; null = nothing was written. */
  id: z.string().nullable(),
  host: z.string(),
  repository: z.string(),
  /** ms since the epoch. */
  atMs: z.number(),
  /** `partly`: some changes were made and another failed. `refused`: nothing was written. */
  state: z.enum(['done', 'partly', 'failed', 'refused']),
  changes: z.array(tagOutcomeSchema),
});

/** A set of changes that was made, or was not. */
export type TagEdit = z.infer<typeof tagEditSchema>;

/** A set of changes in the journal. */
export const tagRecordSchema = z.object({
  id: z.string(),
  host: z.string(),
  repository: z.string(),
  /** ms since the epoch. */
  atMs: z.number(),
  /** `interrupted`: the program ended in the middle of it. */
  state: z.enum(['done', 'partly', 'failed', 'interrupted', 'undone']),
  /** The set that this one undid. */
  undoes: z.string().nullable(),
  /** Every tag that it touched; null = not there. */
  tags: z.array(z.object({ tag: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
  /** It was not undone yet, and all manifests that this takes are kept. */
  undoable: z.boolean(),
});

/** A set of changes in the journal. */
export type TagRecord = z.infer<typeof tagRecordSchema>;

/** Which tags a pattern picks for removal. All members together: a tag goes only if each that is given says so. */
export const tagPatternSchema = z.object({
  /** Names that may go; null = all. `glob`: `*`, `?`, `[…]`; `expression`: a regular expression that fits somewhere. */
  name: z.object({ kind: z.enum(['glob', 'expression']), text: z.string().min(1).max(256) }).nullable(),
  /** So many of the newest images that the names fit are kept; null = none for that. */
  keepNewest: z.number().int().min(0).max(100_000).nullable(),
  /** Only images that were uploaded before this moment go; ms since the epoch, null = of any age. */
  olderThanMs: z.number().int().min(0).max(8_640_000_000_000).nullable(),
  /** Tags stay whose image has another tag that the names do not fit. */
  keepShared: z.boolean(),
});

/** Which tags a pattern picks for removal. */
export type TagPattern = z.infer<typeof tagPatternSchema>;

/** What a pattern picks. */
export const tagMatchSchema = z.object({
  host: z.string(),
  repository: z.string(),
  /** Tags that would go, oldest image first. */
  changes: z.array(tagChangeSchema),
  /** Fitting tags that stay, and why. */
  kept: z.array(z.object({ tag: z.string(), why: z.enum(['newest', 'tooYoung', 'unknownAge', 'shared', 'belongs']) })),
  /** Tags of the repository. */
  tagCount: z.number(),
});

/** What a pattern picks. */
export type TagMatch = z.infer<typeof tagMatchSchema>;
