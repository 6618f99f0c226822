import { z } from 'zod';
import { planLayerSchema } from './plan.ts';

/** A repository, as `registry` and `repository`. */
export const repositoryNameSchema = z.object({ registry: z.string().max(255), repository: z.string().max(255) });

/** A repository that is known to hold layers of a VM. */
export const vmPlaceSchema = repositoryNameSchema.extend({
  /** The manifest there that shares the most layers with the VM; null where only single blobs were seen. */
  digest: z.string().nullable(),
  /** Tags that pointed at that manifest when the repository was last read. */
  tags: z.array(z.string()),
  /** Distinct layers of the VM that the repository was seen to hold. */
  held: z.number(),
  /** When the newest of them was seen; ms since the epoch. */
  seenMs: z.number(),
});

/** What is known of a VM's disk without reading a byte of it: by stat, digest cache, holes, shared blocks and known manifests. */
export const vmKnowledgeSchema = z.object({
  vmId: z.string(),
  /** Raw bytes of a chunk. */
  chunkSize: z.number(),
  /** The repository that the verdicts are about: the one asked for, else the one that holds the most; null = none is known. */
  against: repositoryNameSchema.nullable(),
  /** Chunks in disk order. A chunk of which nothing is known has verdict null. */
  layers: z.array(planLayerSchema),
  /** Distinct layers that are known by digest: the whole of which {@link vmPlaceSchema}'s `held` is a part. */
  distinct: z.number(),
  /**
   * When the disk, as it is now, was last digested, or the snapshot was made that it shares chunks with; null = never since
   * it changed. ms since the epoch.
   */
  digestedMs: z.number().nullable(),
  /** Those that hold the most first, at most 20. */
  places: z.array(vmPlaceSchema),
});

/** See {@link repositoryNameSchema}. */
export type RepositoryName = z.infer<typeof repositoryNameSchema>;
/** See {@link vmPlaceSchema}. */
export type VmPlace = z.infer<typeof vmPlaceSchema>;
/** See {@link vmKnowledgeSchema}. */
export type VmKnowledge = z.infer<typeof vmKnowledgeSchema>;
