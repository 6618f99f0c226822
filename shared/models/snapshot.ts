import { z } from 'zod';

/** A copy-on-write clone of a VM's disk and NVRAM that is kept. Sizes in bytes, times in ms since the epoch. */
export const snapshotSchema = z.object({
  id: z.string(),
  /** The VM that it was made of; it may have another name by now, or be gone. */
  vmId: z.string(),
  vmName: z.string(),
  madeMs: z.number(),
  /** Apparent length of the disk. */
  rawSize: z.number(),
  /** What only it holds: free again when it is dropped. */
  onlyHere: z.number(),
  pinned: z.boolean(),
  /** What keeps it: a pin; a job that is not over; else the next push of the VM, for which it is the base. */
  keptFor: z.enum(['pin', 'job', 'base']),
  /** The job that reads it, or goes on with it. */
  jobId: z.string().nullable(),
  /** ms that Tart's lock was held for it. */
  lockedMs: z.number(),
  /** Only the pin keeps it: without, it is dropped. */
  pinAlone: z.boolean(),
});

/** A snapshot that is kept. */
export type Snapshot = z.infer<typeof snapshotSchema>;
