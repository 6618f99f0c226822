import { z } from 'zod';
import type { StateDatabase } from '../state/state-database.ts';

/** A manifest, where it was seen, and when last; ms since the epoch. */
export interface SeenManifest {
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
  readonly seenMs: number;
}

const rowSchema = z.object({
  registry: z.string(),
  repository: z.string(),
  digest: z.string(),
  seenMs: z.number(),
});

/** Every known manifest with the repositories that it was seen in. @param registry null = all */
export async function seenManifests(state: StateDatabase, registry: string | null): Promise<SeenManifest[]> {
  return await state.all(
    `SELECT registry, repository, manifest_digest AS digest, seen_ms AS seenMs FROM manifest_places
      WHERE ?1 IS NULL OR registry = ?1`,
    [registry],
    rowSchema,
  );
}
