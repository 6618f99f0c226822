import { AppError } from '../../../shared/errors/app-error.ts';
import { sha256 } from '../oci/digest.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftLayer, PushDraft } from './push-draft.ts';

/** The layer of a kind that occurs once. */
export function singleLayer(draft: PushDraft, kind: 'config' | 'nvram'): DraftLayer {
  const layer = draft.layers.find((candidate) => candidate.kind === kind);
  if (layer === undefined) throw new AppError('internal', { message: `no ${kind} layer` });
  return layer;
}

/** Digests the VM config and the NVRAM, which are never encoded. NVRAM that did not change is not read again. */
export async function fillSmallLayers(parts: PlanningParts, draft: PushDraft, signal: AbortSignal): Promise<void> {
  const { source } = draft;
  const config = singleLayer(draft, 'config');
  config.digest ??= sha256(source.configBytes);
  config.rawDigest ??= config.digest;
  config.size ??= source.configBytes.length;
  const nvram = singleLayer(draft, 'nvram');
  if (nvram.digest !== null) {
    nvram.rawDigest ??= nvram.digest;
    return;
  }
  const known = source.cacheable ? await parts.digestCache.lookup(source.nvramIdentity, source.nvramSize) : undefined;
  let rawDigest = known?.get(0)?.rawDigest;
  if (rawDigest === undefined) {
    const found = await parts.codec.hash({ path: source.nvramPath, offset: 0, length: source.nvramSize }, { signal });
    rawDigest = found.rawDigest;
    if (source.cacheable) {
      await parts.digestCache.store(source.nvramIdentity, source.nvramSize, [
        { index: 0, rawDigest, zero: found.zero },
      ]);
    }
  }
  nvram.rawDigest = rawDigest;
  nvram.digest = rawDigest;
  nvram.size = source.nvramSize;
}
