import { z } from 'zod';
import { copyRequestSchema } from '../../models/copy.ts';
import { jobSnapshotSchema, jobSummarySchema } from '../../models/job.ts';
import { planSchema } from '../../models/plan.ts';
import { sendAgainSchema } from '../../models/push-options.ts';
import { pushRequestSchema } from '../../models/push-request.ts';
import { defineMethods } from '../define.ts';
import { COPY_ERRORS, REGISTRY_ERRORS, STORE_ERRORS, VM_ERRORS } from './error-lists.ts';
import { id, nothing } from './fields.ts';

/** Plans of pushes, and jobs. */
export const jobMethods = defineMethods({
  /**
   * Makes a plan. It fills in through `plans.changed` events while chunks are read; the answer comes when it is complete.
   * Cancelling the request (closing the sheet) stops reading and lets the VM go. A complete plan of a snapshot keeps it for
   * a push of exactly what is shown, until `plans.close`.
   */
  'plans.make': {
    input: pushRequestSchema.extend({ planId: id }),
    output: planSchema,
    errors: [...REGISTRY_ERRORS, ...VM_ERRORS, 'serve.off'],
  },

  /** A plan is not shown any more; what it holds is let go. Nothing happens where a push took it, or it is not known. */
  'plans.close': { input: z.object({ planId: id }), output: nothing, errors: [] },

  /**
   * Starts a push and answers at once with its job. `planId`: goes on from this plan of the VM, complete or not: with the lock
   * or the snapshot that it holds, and with what it has read.
   */
  'jobs.push': {
    input: pushRequestSchema.extend({ planId: id.optional() }),
    output: jobSummarySchema,
    errors: [...REGISTRY_ERRORS, ...VM_ERRORS, 'serve.off'],
  },
  /**
   * Starts a copy and answers at once with its job: manifest bytes as they are, an index with its children, blobs mounted or
   * streamed. What arrives stays, whatever becomes of the job. What goes wrong later is the job's error.
   */
  'jobs.copy': {
    input: copyRequestSchema,
    output: jobSummarySchema,
    errors: [...REGISTRY_ERRORS, ...STORE_ERRORS, ...COPY_ERRORS, 'store.archiveInvalid', 'serve.off'],
  },
  'jobs.list': { input: nothing, output: z.array(jobSummarySchema), errors: ['state.unavailable'] },
  'jobs.get': { input: z.object({ id }), output: jobSnapshotSchema, errors: ['job.notFound'] },
  /** The push document: what the job did, layer by layer and target by target. */
  'jobs.document': { input: z.object({ id }), output: planSchema, errors: ['job.notFound'] },
  /** The job that is looked at gets more of what jobs share; null = none is. */
  'jobs.focus': { input: z.object({ id: id.nullable() }), output: nothing, errors: [] },
  'jobs.pause': { input: z.object({ id }), output: nothing, errors: ['job.notFound', 'job.wrongState'] },
  'jobs.resume': {
    input: z.object({ id }),
    output: nothing,
    errors: ['job.notFound', 'job.wrongState', 'job.elsewhere'],
  },
  'jobs.cancel': { input: z.object({ id }), output: nothing, errors: ['job.notFound', 'job.wrongState'] },
  /**
   * Tries a failed job again; goes on with one that waits; wakes the layers of a running one that wait for their next try.
   * `newManifest` agrees to a new manifest, `sendAgain` asks to send blobs whatever the registry says, as in the request of a
   * push.
   */
  'jobs.retry': {
    input: z.object({
      id,
      force: z.boolean(),
      newManifest: z.boolean().optional(),
      sendAgain: sendAgainSchema.optional(),
    }),
    output: nothing,
    errors: ['job.notFound', 'job.wrongState', 'job.elsewhere'],
  },
  'jobs.remove': {
    input: z.object({ id }),
    output: nothing,
    errors: ['job.notFound', 'job.wrongState', 'job.elsewhere'],
  },
});
