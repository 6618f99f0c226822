import { z } from 'zod';
import { type CopyDocument, copyRequestSchema } from './copy.ts';
import { errorDataSchema } from './error-data.ts';
import { type Plan, planBytesSchema, planLayerSchema, planTargetSchema, requestCountsSchema } from './plan.ts';
import { PLAIN_PUSH, pushOptionsSchema } from './push-options.ts';

/** Where a job stands. */
export const jobStateSchema = z.enum([
  'queued',
  'planning',
  'running',
  'paused',
  'waiting',
  'cancelling',
  'cancelled',
  'failed',
  'done',
  'interrupted',
]);

/** States that a job does not leave by itself. */
export const FINAL_JOB_STATES: readonly JobState[] = ['cancelled', 'failed', 'done', 'interrupted'];

/** What happens to a layer of a running job. */
export const layerStatusSchema = z.enum([
  'waiting',
  'hashing',
  'checking',
  'uploading',
  'encoding',
  'mounting',
  'committing',
  'retrying',
  'done',
  'failed',
  'cancelled',
]);

/** A try that follows: which (from 1), of how many, when (ms since the epoch), and why. */
export const retrySchema = z.object({
  attempt: z.number(),
  attempts: z.number(),
  atMs: z.number(),
  error: errorDataSchema,
});

/** A layer of a running job, seen over all targets: the least advanced target gives the status. */
export const jobLayerSchema = planLayerSchema.extend({
  status: layerStatusSchema,
  /** Packed bytes that the registries have acknowledged, over all targets. */
  sent: z.number(),
  /** Raw bytes read so far. */
  read: z.number(),
  /** Bytes a second, moving average; 0 while nothing moves. */
  rate: z.number(),
  /** While `retrying`. */
  retry: retrySchema.nullable(),
});

/** What `waiting` waits for. */
export const waitingForSchema = z.enum(['network', 'signIn', 'limit', 'lock']);

/** What can be asked of a job in its state. */
export const jobActionSchema = z.enum(['pause', 'resume', 'retry', 'cancel', 'remove']);

/** A push or copy as it is seen from outside: a whole snapshot. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(['push', 'copy']),
  state: jobStateSchema,
  /** Null = a copy. */
  vmId: z.string().nullable(),
  /** Name of the VM; of a copy, what is copied. */
  vmName: z.string(),
  /** Where it goes. */
  references: z.array(z.string()),
  /** How a push was asked for. One that was remembered without it counts as a plain one. */
  options: pushOptionsSchema.default(PLAIN_PUSH),
  /** What a copy was asked for; null = a push. */
  copy: copyRequestSchema.nullable().default(null),
  createdMs: z.number(),
  startedMs: z.number().nullable(),
  finishedMs: z.number().nullable(),
  /** Packed bytes to send that are known or estimated, and those acknowledged. */
  toSend: z.number(),
  sent: z.number(),
  /** Packed bytes that did not have to be sent. */
  notSent: z.number(),
  /** Raw bytes of the disk, and those read so far. */
  rawSize: z.number(),
  read: z.number(),
  /** Bytes a second, moving average. */
  rate: z.number(),
  /** Seconds left; null while it is not stable. */
  secondsLeft: z.number().nullable(),
  waitingFor: waitingForSchema.nullable(),
  /** A registry is asked again, and no layer waits for it: while it is planned, or its manifest is put. */
  retry: retrySchema.nullable().default(null),
  error: errorDataSchema.nullable(),
  actions: z.array(jobActionSchema),
  chunkSize: z.number(),
  bytes: planBytesSchema,
  requests: requestCountsSchema,
  /** Targets without their layers; `layers` has those of a push's first target, and of a copy all, each once. */
  targets: z.array(planTargetSchema.omit({ layers: true, sendSeconds: true, expectedRequests: true })),
  layers: z.array(jobLayerSchema),
  /** Another process owns the job: only `cancel` and `pause` requests reach it, within a second. */
  elsewhere: z.boolean(),
  /** False: its journal could not be written, as on a full disk. Only the process that runs it can go on with it. */
  writtenDown: z.boolean().default(true),
});

/** A job in a list: everything but its layers. */
export const jobSummarySchema = jobSchema.omit({ layers: true });

/**
 * A change of one job. `sequence` counts from the snapshot's by one; a gap means: ask for a snapshot.
 * At most 10 a second are sent per job; `layers` holds only those that changed, by index.
 */
export const jobDeltaSchema = z.object({
  jobId: z.string(),
  sequence: z.number(),
  job: jobSummarySchema,
  layers: z.array(jobLayerSchema),
});

/** A whole job, and the number of the last delta that it holds. */
export const jobSnapshotSchema = z.object({ sequence: z.number(), job: jobSchema });

/** Where a job stands. */
export type JobState = z.infer<typeof jobStateSchema>;
/** See {@link retrySchema}. */
export type Retry = z.infer<typeof retrySchema>;
/** What happens to a layer of a running job. */
export type LayerStatus = z.infer<typeof layerStatusSchema>;
/** A layer of a job. */
export type JobLayer = z.infer<typeof jobLayerSchema>;
/** What can be asked of a job. */
export type JobAction = z.infer<typeof jobActionSchema>;
/** A job with its layers. */
export type Job = z.infer<typeof jobSchema>;
/** A job without its layers. */
export type JobSummary = z.infer<typeof jobSummarySchema>;
/** What a push or a copy did, layer by layer and target by target. */
export type JobDocument = Plan | CopyDocument;
/** A numbered change of one job. */
export type JobDelta = z.infer<typeof jobDeltaSchema>;
