import type { LayerBase, PlanLayer } from '../../../shared/models/plan.ts';
import type { PushedDisk } from '../digests/pushed-chunks.ts';

/** An earlier state of the disk, by the raw digests that are known of it. */
export interface ComparedDisk {
  readonly shown: LayerBase;
  /** By index of the chunk. */
  readonly rawDigests: ReadonlyMap<number, string>;
}

/** What earlier states of a disk are known. */
export interface EarlierStates {
  /** What the last push of the VM sent. */
  readonly lastPush: PushedDisk | null;
  /** Bases that the disk may have been made of, those that are most likely first. */
  readonly compared: readonly ComparedDisk[];
}

type Since = Pick<PlanLayer, 'changedSinceMs' | 'changedFrom' | 'unchangedSinceMs'>;

/**
 * Since when a chunk is what it is, or is another one: by the last push of the VM, or by a base that is newer, as of a clone of an
 * image that was never pushed. Nulls where that is not known.
 *
 * @param chunk its index
 */
export function sinceKnown({ lastPush, compared }: EarlierStates, chunk: number, rawDigest: string | null): Since {
  if (rawDigest === null) return { changedSinceMs: null, changedFrom: null, unchangedSinceMs: null };
  const before = lastPush?.rawDigests[chunk];
  const pushedMs = lastPush === null || before === undefined ? null : lastPush.pushedMs;
  if (before === rawDigest) return { changedSinceMs: null, changedFrom: null, unchangedSinceMs: pushedMs };
  const changedFrom =
    compared.find(({ shown, rawDigests }) => {
      const based = rawDigests.get(chunk);
      return based !== undefined && based !== rawDigest && (pushedMs === null || shown.madeMs > pushedMs);
    })?.shown ?? null;
  return { changedSinceMs: changedFrom?.madeMs ?? pushedMs, changedFrom, unchangedSinceMs: null };
}
