import type { PlanReference } from '../../../shared/models/plan.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftTarget, PushDraft } from './push-draft.ts';

/**
 * Asks every tag of every target for its digest. Until the new manifest is known a tag is `new` or `moves`;
 * {@link settleTags} finds those that stay the same.
 *
 * @param expected what a person was shown; a tag that has another digest now is a `conflict`
 */
export async function askTags(
  parts: PlanningParts,
  draft: PushDraft,
  expected: Readonly<Record<string, string | null>>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    draft.targets.map(async (target) => {
      const client = parts.clientOf(target.registry);
      const states = await Promise.all(
        target.references.map(async ({ reference, tag }): Promise<PlanReference> => {
          parts.requests.manifest += 1;
          const found = await client.headManifest(target.repository, tag, { signal });
          const previousDigest = found?.digest ?? null;
          const shown = expected[reference];
          if (shown !== undefined && shown !== previousDigest) {
            return { reference, tag, state: 'conflict', previousDigest };
          }
          return { reference, tag, state: previousDigest === null ? 'new' : 'moves', previousDigest };
        }),
      );
      target.states.splice(0, target.states.length, ...states);
    }),
  );
}

/** Marks the tags that have the manifest already. Call when `manifestDigest` of the target is known. */
export function settleTags(target: DraftTarget): void {
  for (const state of target.states) {
    if (target.manifestDigest !== null && state.previousDigest === target.manifestDigest) state.state = 'same';
  }
}
