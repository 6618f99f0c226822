import { AppError } from '../../../shared/errors/app-error.ts';
import { limited } from './limited.ts';
import type { AskingParts } from './planning-parts.ts';
import type { DraftLayer, DraftTarget, PushDraft } from './push-draft.ts';

const HEADS_AT_ONCE = 16;
/** Repositories that are asked for one blob, the newest known first. */
const MOST_ASKED = 2;

/**
 * Looks for what a target lacks in other repositories of its registry: those that were seen to hold it, by this product's
 * pushes, by manifests that were read, by cached images. Each is asked, so that what is gone is not hoped for; the answers
 * stay in `draft.neighbours`. A repository that cannot be asked has nothing: it is a help, never a reason to fail.
 */
export async function askNeighbours(
  parts: AskingParts,
  draft: PushDraft,
  target: DraftTarget,
  layers: readonly DraftLayer[],
  signal: AbortSignal,
): Promise<void> {
  const client = parts.clientOf(target.registry);
  if (target.place !== 'registry' || !client.profile.mounts) return;
  const wanted = new Map<string, number>();
  for (const { digest, size } of layers) {
    if (digest === null || size === null || draft.neighbours.has(keyOf(target, digest))) continue;
    if (target.presence.get(digest)?.verdict === 'upload') wanted.set(digest, size);
  }
  if (wanted.size === 0) return;
  const holders = await parts.contentIndex.holdersIn(target.registry, [...wanted.keys()]);
  await limited(
    [...wanted].filter(([digest]) => holders.has(digest)),
    () => HEADS_AT_ONCE,
    signal,
    async ([digest, size], stopped) => {
      const others = (holders.get(digest) ?? []).filter((repository) => repository !== target.repository);
      for (const repository of others.slice(0, MOST_ASKED)) {
        parts.requests.head += 1;
        const options = { size, access: 'pull', signal: stopped } as const;
        const has = await client.headBlob(repository, digest, options).catch((thrown: unknown) => {
          stopped.throwIfAborted();
          if (thrown instanceof AppError) return false;
          throw thrown;
        });
        if (!has) continue;
        draft.neighbours.set(keyOf(target, digest), repository);
        return;
      }
      draft.neighbours.set(keyOf(target, digest), null);
    },
  );
}

/** Another repository of the target's registry that answered that it has the blob; null where none was found. */
export function neighbourWith(draft: PushDraft, target: DraftTarget, digest: string): string | null {
  const found = draft.neighbours.get(keyOf(target, digest)) ?? null;
  return found === target.repository ? null : found;
}

function keyOf({ registry }: DraftTarget, digest: string): string {
  return `${registry} ${digest}`;
}
