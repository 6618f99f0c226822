import { z } from 'zod';
import { errorDataSchema } from './error-data.ts';
import { repositoryNameSchema } from './vm-knowledge.ts';

/** What the content index was made from anew. */
export const indexRebuildSchema = z.object({
  /** Manifests of cached images and of the local store. */
  localManifests: z.number(),
  /** Layers that jobs of this computer had encoded. */
  encodedLayers: z.number(),
  /** Manifests that registries were asked for. */
  remoteManifests: z.number(),
  /** Repositories whose manifests were read. */
  repositories: z.number(),
  /** Repositories that could not be read: what they hold is learned when they are opened or pushed to. */
  failed: z.array(repositoryNameSchema.extend({ error: errorDataSchema })),
});

/** See {@link indexRebuildSchema}. */
export type IndexRebuild = z.infer<typeof indexRebuildSchema>;
