import { z } from 'zod';

/** The id of the sample VM, which lies in a Tart home of its own: a VM of the person's own may have the same name. */
export const SAMPLE_VM_ID = 'sample:sample';
/** Where the sample VM is pushed to in the registry of this computer. */
export const SAMPLE_REPOSITORY = 'try/sample';

/** The sample VM that the product can be tried with, and where it stands. Sizes in bytes. */
export const sampleStateSchema = z.object({
  /** What is on disk, or happens to it now. */
  stage: z.enum(['none', 'making', 'made', 'removing']),
  /** While `making`: bytes of its files that are written. */
  written: z.number(),
  /** Bytes of its files. */
  dataSize: z.number(),
  diskSize: z.number(),
  /** About what trying takes on this computer's disk, images in the store included. */
  roomSize: z.number(),
  /** Raw bytes of the chunks that it is laid out for. */
  chunkSize: z.number(),
  /** Bytes of files in each chunk, in disk order; 0 = a hole. */
  chunks: z.array(z.number()),
  /** The file that is written anew between the pushes. */
  changedFile: z.object({ path: z.string(), size: z.number() }),
  /** When it was written anew; null = not yet. ms since the epoch. */
  changedMs: z.number().nullable(),
  /** Host and port of the registry of this computer; null while that is off. */
  address: z.string().nullable(),
});

/** See {@link sampleStateSchema}. */
export type SampleState = z.infer<typeof sampleStateSchema>;
