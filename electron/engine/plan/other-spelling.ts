import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { PushDraft } from './push-draft.ts';
import { singleLayer } from './small-layers.ts';

/**
 * The bytes of a known manifest's VM config if they spell the settings of this VM, as JSON in another order (Tart leaves
 * the order of keys to chance); null if they say something else or nobody has them. They come from the state, or from a
 * target repository that has them.
 */
export async function otherSpelling(
  parts: PlanningParts,
  draft: PushDraft,
  digest: string,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const bytes = (await parts.contentIndex.vmConfig(digest)) ?? (await fetchConfig(parts, draft, digest, signal));
  if (bytes === null) return null;
  try {
    return isDeepStrictEqual(parsed(bytes), parsed(draft.source.configBytes)) ? bytes : null;
  } catch {
    // No JSON: then it says nothing that a VM's settings could say.
    return null;
  }
}

function parsed(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

async function fetchConfig(
  parts: PlanningParts,
  draft: PushDraft,
  digest: string,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  for (const { registry, repository } of draft.targets) {
    try {
      const bytes = await parts.clientOf(registry).getSmallBlob(repository, digest, { signal });
      await parts.contentIndex.learnVmConfig(digest, bytes);
      return bytes;
    } catch (thrown) {
      signal.throwIfAborted();
      // Not there, or not readable: another target may have it, and a new manifest does as well.
      if (!(thrown instanceof AppError)) throw thrown;
    }
  }
  return null;
}

/** Takes the known spelling as the VM config layer of this push. */
export function adoptSpelling(draft: PushDraft, digest: string, bytes: Uint8Array): void {
  draft.configBytes = bytes;
  const layer = singleLayer(draft, 'config');
  layer.digest = digest;
  layer.rawDigest = digest;
  layer.size = bytes.length;
  layer.rawSize = bytes.length;
}
