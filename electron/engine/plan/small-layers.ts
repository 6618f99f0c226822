import { AppError } from '../../../shared/errors/app-error.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { ChunkDigest } from '../digests/digest-cache.ts';
import { readDiskIdentity, sameIdentity } from '../disk/disk-identity.ts';
import { sha256 } from '../oci/digest.ts';
import { readSmallFile } from '../tart/read-small-file.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { DraftLayer, PushDraft } from './push-draft.ts';
import type { PushSource } from './push-source.ts';

/** What digesting NVRAM takes of planning. */
export interface SmallLayerParts extends Pick<PlanningParts, 'digestCache'> {
  readonly codec: Pick<CodecPool, 'hash'>;
}

/** The layer of a kind that occurs once. */
export function singleLayer(draft: PushDraft, kind: 'config' | 'nvram'): DraftLayer {
  const layer = draft.layers.find((candidate) => candidate.kind === kind);
  if (layer === undefined) throw new AppError('internal', { message: `no ${kind} layer` });
  return layer;
}

/** The NVRAM of Linux VMs has 128 KiB. As much as this, in bytes, is hashed in half a millisecond: no worker is waited for. */
const SHORT_NVRAM = 1024 * 1024;

async function digestNvram(
  parts: SmallLayerParts,
  { vmName, nvramPath, nvramSize, own }: PushSource,
  signal: AbortSignal,
): Promise<Pick<ChunkDigest, 'rawDigest' | 'zero'>> {
  if (nvramSize <= SHORT_NVRAM) {
    const bytes = await readSmallFile(nvramPath, SHORT_NVRAM, async (file) => {
      if (sameIdentity(await readDiskIdentity(file), own.nvram)) return;
      throw new AppError('vm.diskChanged', { name: vmName, path: nvramPath });
    });
    // Of another length the worker says what is wrong.
    if (bytes.length === nvramSize) return { rawDigest: sha256(bytes), zero: bytes.equals(Buffer.alloc(nvramSize)) };
  }
  return await parts.codec.hash({ path: nvramPath, state: own.nvram, offset: 0, length: nvramSize }, { signal });
}

/**
 * Digests the VM config and the NVRAM, which are never encoded. NVRAM that did not change is not read again.
 *
 * @throws AppError `vm.diskChanged` where the NVRAM is another file, or in another state, than when the source was opened;
 *   `vm.gone`, `file.unreadable`
 */
export async function fillSmallLayers(parts: SmallLayerParts, draft: PushDraft, signal: AbortSignal): Promise<void> {
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
    const found = await digestNvram(parts, source, signal);
    rawDigest = found.rawDigest;
    nvram.work.read += source.nvramSize;
    if (source.cacheable) {
      const own = source.own.nvram;
      const both = sameIdentity(own, source.nvramIdentity) ? [] : [own];
      for (const identity of [source.nvramIdentity, ...both]) {
        await parts.digestCache.store(identity, source.nvramSize, [{ index: 0, rawDigest, zero: found.zero }]);
      }
    }
  }
  nvram.rawDigest = rawDigest;
  nvram.digest = rawDigest;
  nvram.size = source.nvramSize;
}
