import { z } from 'zod';
import { layerKindSchema, originSchema, requestCountsSchema, verdictSchema } from './plan.ts';

/** The last moment that a Date can be. */
const timeMs = z.number().int().min(0).max(8.64e15);

/** Which jobs a report is about. Times in ms since the epoch: from `sinceMs` on, before `untilMs`; null = no bound. */
export const savingsFilterSchema = z.object({
  sinceMs: timeMs.nullable(),
  untilMs: timeMs.nullable(),
  /** `host[:port]`; null = all. */
  registry: z.string().max(255).nullable(),
  /** How long a stretch of `overTime` is, by this computer's calendar; weeks begin on Monday. */
  bucket: z.enum(['day', 'week', 'month']),
});

/** What `tart push` would have done in place of these jobs, by the same facts. Bytes; docs/savings.md says how it is counted. */
const counterfactualSchema = z.object({
  /** Bytes of disk and NVRAM. */
  read: z.number(),
  /** Raw bytes. */
  encoded: z.number(),
  /** Packed bytes. */
  sent: z.number(),
  /** At this machine's measured rates, an estimate; null where none was measured. */
  seconds: z.number().nullable(),
});

/**
 * Sums over layers as they were when their job ended. Packed bytes, but `read`, `encoded`, `notRead` and `notEncoded`, which
 * are raw ones. A layer counts once for each repository that it went to.
 */
export const savingsSumsSchema = z.object({
  jobs: z.number(),
  /** All layers: `present + mounted + duplicate + uploaded`. */
  pushed: z.number(),
  present: z.number(),
  mounted: z.number(),
  duplicate: z.number(),
  uploaded: z.number(),
  /** What the registries took. More than `uploaded` where a job that was tried again had sent what it did not need any more. */
  sent: z.number(),
  /** Against a plain upload: `present + mounted + duplicate`. */
  notSent: z.number(),
  /** `pushed` without what each registry had to store anew. */
  notStored: z.number(),
  read: z.number(),
  encoded: z.number(),
  /** `counterfactual.read - read`; less than 0 where more was read than `tart push` reads. */
  notRead: z.number(),
  /** `counterfactual.encoded - encoded`. */
  notEncoded: z.number(),
  /** `counterfactual.sent - sent`: what `tart push` would have sent beyond what was sent. */
  notSentByTart: z.number(),
  counterfactual: counterfactualSchema,
  /** `counterfactual.seconds` without what the work that was done takes at the same rates; null where none was measured. */
  savedSeconds: z.number().nullable(),
});

/** A row of a table of a report. */
export const savingsRowSchema = savingsSumsSchema.extend({
  /** As it is shown: registry, repository, VM, or image. */
  name: z.string(),
  /** Null where the row is about more than one. */
  registry: z.string().nullable(),
  repository: z.string().nullable(),
  /** Manifest digest of an image; null for other rows, and for what was not given a manifest. */
  digest: z.string().nullable(),
});

/** What a stretch of time brought, in packed bytes. */
export const savingsBucketSchema = z.object({
  startMs: z.number(),
  jobs: z.number(),
  present: z.number(),
  mounted: z.number(),
  duplicate: z.number(),
  uploaded: z.number(),
});

/** What deduplication saved, by what was recorded of each job. */
export const savingsSchema = z.object({
  filter: savingsFilterSchema,
  /** When the first recorded job ended, whatever the filter; null = none was recorded. */
  firstMs: z.number().nullable(),
  totals: savingsSumsSchema.extend({
    pushes: z.number(),
    copies: z.number(),
    /** Of all registries that the jobs asked. Null where the filter names a registry: a job counts its requests as a whole. */
    requests: requestCountsSchema.nullable(),
  }),
  /** Without gaps from the first stretch in which there was a job to the last. */
  overTime: z.array(savingsBucketSchema),
  /** The tables have at most 1000 rows each, those that saved most first. Every registry. */
  byRegistry: z.array(savingsRowSchema),
  byRepository: z.array(savingsRowSchema),
  /** Pushes by VM or cached image. */
  byVm: z.array(savingsRowSchema),
  /** By manifest: the same image under several tags is one row. */
  byImage: z.array(savingsRowSchema),
});

/** A layer as its job left it at one target. */
export const savedLayerSchema = z.object({
  /** Place in the manifest; of a copy its place among the blobs of all images. */
  index: z.number(),
  kind: layerKindSchema,
  digest: z.string().nullable(),
  rawSize: z.number(),
  size: z.number(),
  /** Null = the job ended before the layer was there: only its work counts. */
  verdict: verdictSchema.nullable(),
  origin: originSchema,
  /** Bytes read and encoded for it; of a push to several targets with the target that they were for. */
  read: z.number(),
  encoded: z.number(),
  sent: z.number(),
  /** The registry had to store it anew. */
  stored: z.number(),
  tart: counterfactualSchema.omit({ seconds: true }),
});

/** What was recorded of one job at one target. */
export const savedTargetSchema = z.object({
  registry: z.string(),
  repository: z.string(),
  manifestDigest: z.string().nullable(),
  references: z.array(z.string()),
  /** Packed bytes a second that the link was known to carry; null = not measured. */
  linkRate: z.number().nullable(),
  sums: savingsSumsSchema,
  /** Empty where the job is so old that only its sums are kept. */
  layers: z.array(savedLayerSchema),
});

/** What was recorded of one job. */
export const savedJobSchema = z.object({
  jobId: z.string(),
  kind: z.enum(['push', 'copy']),
  /** Null = a copy. */
  vmId: z.string().nullable(),
  name: z.string(),
  endedMs: z.number(),
  /** Raw bytes a second that this machine was known to read, hash and encode; null = not measured. */
  encodeRate: z.number().nullable(),
  requests: requestCountsSchema,
  targets: z.array(savedTargetSchema),
});

/** Which jobs a report is about. */
export type SavingsFilter = z.infer<typeof savingsFilterSchema>;
/** Sums over layers. */
export type SavingsSums = z.infer<typeof savingsSumsSchema>;
/** A row of a table. */
export type SavingsRow = z.infer<typeof savingsRowSchema>;
/** What a stretch of time brought. */
export type SavingsBucket = z.infer<typeof savingsBucketSchema>;
/** What deduplication saved. */
export type Savings = z.infer<typeof savingsSchema>;
/** A layer as its job left it. */
export type SavedLayer = z.infer<typeof savedLayerSchema>;
/** What was recorded at one target. */
export type SavedTarget = z.infer<typeof savedTargetSchema>;
/** What was recorded of one job. */
export type SavedJob = z.infer<typeof savedJobSchema>;
