import { z } from 'zod';
import { capabilitiesSchema } from './capabilities.ts';
import { errorDataSchema } from './error-data.ts';
import { imageKindSchema } from './image-kind.ts';
import { registryChoicesSchema } from './registry-choices.ts';

/** One tag-carrying digest of a repository. What has a default is not in books that older versions wrote. */
export const tagGroupSchema = z.object({
  digest: z.string(),
  tags: z.array(z.string()),
  /** Packed bytes of all distinct blobs, of an index those of its children; null while unknown. */
  size: z.number().nullable(),
  /** When it was pushed, as it says itself, ISO 8601; null where it does not. */
  uploadTime: z.string().nullable(),
  /** Null while its manifest is not known. */
  kind: imageKindSchema.nullable().default(null),
  /** Of the manifest; null while unknown. */
  mediaType: z.string().nullable().default(null),
  /** Packed bytes that no other tagged digest of the repository needs; null while a manifest of it is not known. */
  onlyHere: z.number().nullable().default(null),
  /**
   * The chunks of its disk in their order, each a letter with the length of its run before it: `o` = only this digest of
   * the repository needs it, `s` = others do, too, `d` = the same as an earlier one, `z` = zeros (`3o40sz`). Null where
   * there is no disk in chunks, or a manifest of the repository is not known.
   */
  thread: z.string().nullable().default(null),
});

/** A repository that the app has pushed to, that was pinned, or that a registry, Tart's cache or a known manifest names. */
export const repositorySchema = z.object({
  repository: z.string(),
  /** ms since the epoch of the last look at its tags; null = never. */
  readMs: z.number().nullable(),
  /** Number of tags at that look; null = never read. */
  tagCount: z.number().nullable(),
  groups: z.array(tagGroupSchema),
  /** Packed bytes of all distinct blobs that its tags need; null while a manifest of it is not known. */
  storedSize: z.number().nullable().default(null),
  /** Names in the registry's list that are no tags by the grammar: shown, never asked for. At most 100. */
  invalidTags: z.array(z.string()).default([]),
  /** The registry's list broke off: there may be more tags. */
  incomplete: z.boolean().default(false),
  /** Added to the list by hand. */
  pinned: z.boolean().default(false),
});

/** A registry as the Registries pane shows it. */
export const registrySchema = z.object({
  /** `host[:port]`. */
  host: z.string(),
  /** The registry in the box: the local store, served by this app. Always listed, also when it is off. */
  thisComputer: z.boolean(),
  /** Plain http was chosen for it. */
  insecure: z.boolean(),
  choices: registryChoicesSchema,
  /** What the last test found; null = never tested. */
  capabilities: capabilitiesSchema.nullable(),
  health: z.enum(['unknown', 'reachable', 'slowed', 'refused', 'offline']),
  /** The account of the credentials in use, and where they come from; null = anonymous. */
  account: z
    .object({
      name: z.string(),
      source: z.string(),
      /** When the registry took it last in this run of the app, ms since the epoch; missing = not yet. */
      acceptedMs: z.number().optional(),
    })
    .nullable(),
  error: errorDataSchema.nullable(),
  /** When it answered or refused last, in this run of the app; ms since the epoch, null = not asked yet. */
  askedMs: z.number().nullable(),
  /** When it last told its repositories; ms since the epoch, null = never, or it tells none. */
  listedMs: z.number().nullable().default(null),
  repositories: z.array(repositorySchema),
});

/** Tags of one digest. */
export type TagGroup = z.infer<typeof tagGroupSchema>;
/** A repository of a registry. */
export type Repository = z.infer<typeof repositorySchema>;
/** A registry. */
export type Registry = z.infer<typeof registrySchema>;
