import { AppError } from '../../../shared/errors/app-error.ts';
import { accountName } from '../registry/distribution-client.ts';
import { limited } from './limited.ts';
import type { AskingParts } from './planning-parts.ts';
import { type DraftLayer, type DraftTarget, isSentAgain, type PushDraft } from './push-draft.ts';

const HEADS_AT_ONCE = 16;

/**
 * Looks for what a target lacks in other repositories of its registry: those that this account saw to hold it, by this
 * product's pushes, by manifests that were read, by cached images; the most alike first, at most four for each blob. Each is
 * asked, so that what is gone is not hoped for and is forgotten; the answers stay in `draft.neighbours`. A repository that
 * cannot be asked has nothing: it is a help, never a reason to fail.
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
    if (isSentAgain(draft, digest)) continue;
    if (target.presence.get(digest)?.verdict === 'upload') wanted.set(digest, size);
  }
  if (wanted.size === 0) return;
  const account = accountName(client);
  const candidates = await parts.contentIndex.mountCandidates({
    registry: target.registry,
    account,
    digests: [...wanted.keys()],
    image: draft.layers.flatMap(({ digest }) => digest ?? []),
    // What another target has is known without looking for it.
    except: draft.targets.filter(({ registry }) => registry === target.registry).map(({ repository }) => repository),
  });
  await limited(
    wanted,
    () => HEADS_AT_ONCE,
    signal,
    async ([digest, size], stopped) => {
      for (const repository of candidates.get(digest) ?? []) {
        if (!(await hasBlob(parts, { registry: target.registry, repository }, { digest, size }, stopped))) continue;
        draft.neighbours.set(keyOf(target, digest), repository);
        return;
      }
      draft.neighbours.set(keyOf(target, digest), null);
    },
  );
}

/** Whether a repository that was seen to have a blob has it still, as this account sees it; the index learns what it answers. */
export async function hasBlob(
  parts: AskingParts,
  place: { readonly registry: string; readonly repository: string },
  { digest, size }: { readonly digest: string; readonly size: number },
  signal: AbortSignal,
): Promise<boolean> {
  const client = parts.clientOf(place.registry);
  parts.requests.head += 1;
  try {
    const has = await client.headBlob(place.repository, digest, { size, access: 'pull', signal });
    if (!has) await parts.contentIndex.lostBlobs(place, [digest], accountName(client));
    return has;
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof AppError)) throw thrown;
    const refused = thrown.code === 'registry.denied' || thrown.code.startsWith('auth.');
    if (refused) await parts.contentIndex.refusedReading(place, accountName(client));
    // Another size under its digest is no blob of it.
    if (thrown.code === 'blob.sizeMismatch') await parts.contentIndex.lostBlobs(place, [digest], accountName(client));
    return false;
  }
}

/** Another repository of the target's registry that answered that it has the blob; null where none was found. */
export function neighbourWith(draft: PushDraft, target: DraftTarget, digest: string): string | null {
  return draft.neighbours.get(keyOf(target, digest)) ?? null;
}

function keyOf({ registry }: DraftTarget, digest: string): string {
  return `${registry} ${digest}`;
}
