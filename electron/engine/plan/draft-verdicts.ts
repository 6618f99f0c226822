import type { LayerReason, Verdict } from '../../../shared/models/plan.ts';
import type { DraftTarget, PushDraft } from './push-draft.ts';

/** A layer's verdict for one target, with the reason. */
export interface LayerVerdict {
  readonly verdict: Verdict | null;
  readonly reason: LayerReason;
  readonly mountedFrom: string | null;
}

/** Shared by all layers that it is said of: a running job draws its verdicts ten times a second. */
const NOT_READ: LayerVerdict = { verdict: null, reason: 'notReadYet', mountedFrom: null };
const ZEROS_AGAIN: LayerVerdict = { verdict: 'duplicate', reason: 'allZeros', mountedFrom: null };
const EARLIER: LayerVerdict = { verdict: 'duplicate', reason: 'sameDigestEarlier', mountedFrom: null };
const NOT_ENCODED: LayerVerdict = { verdict: 'upload', reason: 'notEncodedYet', mountedFrom: null };

/**
 * The verdict of every layer for one target, derived from what is known: a layer is a duplicate of an earlier one with its
 * digest, or with its raw digest unless both are known to be packed differently. What only encoding can name goes to the
 * first target of a registry and is mounted from there in the others, unless all is sent to each of them.
 */
export function verdictsOf(draft: PushDraft, target: DraftTarget): LayerVerdict[] {
  const packed = new Set<string>();
  const packedAs = new Map<string, string | null>();
  const sender = draft.targets.find(({ registry }) => registry === target.registry);
  return draft.layers.map((layer) => {
    const { digest } = layer;
    const rawDigest = layer.claimed ? null : layer.rawDigest;
    const twin = rawDigest === null ? undefined : packedAs.get(rawDigest);
    const sameRaw = twin !== undefined && (twin === null || digest === null || twin === digest);
    const earlier = sameRaw || (digest !== null && packed.has(digest));
    if (digest !== null) packed.add(digest);
    if (rawDigest !== null) packedAs.set(rawDigest, digest ?? twin ?? null);
    if (earlier) return layer.zero ? ZEROS_AGAIN : EARLIER;
    if (digest !== null) return target.presence.get(digest) ?? NOT_READ;
    if (rawDigest !== null || layer.streamed) {
      return sender === undefined || sender === target || draft.sendAgain === 'all'
        ? NOT_ENCODED
        : { verdict: 'mount', reason: 'sentByAnotherTarget', mountedFrom: sender.repository };
    }
    return NOT_READ;
  });
}
