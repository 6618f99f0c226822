import { AppError } from '../../../shared/errors/app-error.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { limited } from './limited.ts';
import type { AskingParts } from './planning-parts.ts';
import type { PushDraft } from './push-draft.ts';

const HEADS_AT_ONCE = 16;

/**
 * Asks the repository that a cached image came from for blobs, each once, and notes the answers in `draft.homeHas`. A
 * home that cannot be asked has nothing: it is a help, never a reason to fail.
 *
 * @param wanted packed bytes by digest
 */
export async function askHome(
  parts: AskingParts,
  draft: PushDraft,
  wanted: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const home = draft.source.image?.home;
  const open = [...wanted].filter(([digest]) => !draft.homeHas.has(digest));
  if (home === undefined || open.length === 0) return;
  const client = parts.clientOf(home.registry);
  try {
    await limited(
      open,
      () => HEADS_AT_ONCE,
      signal,
      async ([digest, size], stopped) => {
        parts.requests.head += 1;
        const options = { size, access: 'pull', signal: stopped } as const;
        draft.homeHas.set(digest, await client.headBlob(home.repository, digest, options));
      },
    );
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof AppError)) throw thrown;
    for (const [digest] of open) if (!draft.homeHas.has(digest)) draft.homeHas.set(digest, false);
  }
}

/** A repository that is known to have a blob: a target, or the one that the image came from; null if none is. */
export function placeOf(draft: PushDraft, digest: string): RepositoryName | null {
  const target = draft.targets.find(({ presence }) => presence.get(digest)?.verdict === 'present');
  if (target !== undefined) return { registry: target.registry, repository: target.repository };
  return draft.homeHas.get(digest) === true ? (draft.source.image?.home ?? null) : null;
}
